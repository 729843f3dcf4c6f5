"""The bar is for terminals and many photos; a log gets a line a minute; few photos get neither."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from photo_files import save_scene
from squeezesam.cli import talk
from squeezesam.cli.talk import Progress


def test_on_a_terminal_many_photos_show_a_bar_and_results_stay_readable(
    bundle: Path, tmp_path: Path
) -> None:
    for number in range(5):
        save_scene(tmp_path / f"{number}.png", (32, 48, 96, 128))
    master, slave = pty.openpty()
    words = ["segment", tmp_path, "--bundle", bundle, "--output", tmp_path / "out"]
    done = subprocess.run(
        [sys.executable, "-m", "squeezesam", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=slave,
        timeout=60,
    )
    os.close(slave)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    assert done.returncode == 0
    assert done.stdout.count(b"automatic") == 5
    assert "0/5" in shown
    assert "5/5" in shown
    assert shown.endswith("\x1b[K")  # nothing is left standing


@pytest.mark.parametrize(("terminal", "photos"), [(True, 3), (False, 50)])
def test_few_photos_or_no_terminal_mean_no_bar(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, photos: int
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    shown = Progress(photos)
    shown.step()
    shown.clear()
    assert stream.getvalue() == ""


def test_a_long_run_without_terminal_logs_a_line_a_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr(talk.time, "monotonic", lambda: clock[0])
    shown = Progress(100)
    for _ in range(10):
        clock[0] += 25
        shown.step()
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"squeezesam: {n} of 100 photos" for n in (3, 6, 9)]


def test_watching_cuts_out_what_arrives_until_it_is_interrupted(
    bundle: Path, tmp_path: Path
) -> None:
    album, out = tmp_path / "album", tmp_path / "out"
    (album / "2026").mkdir(parents=True)
    save_scene(album / "a.png", (32, 48, 96, 128))
    command = [sys.executable, "-m", "squeezesam", "remove", album, out, "--watch"]
    command += ["--bundle", bundle]
    running = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # What is started in the background by a shell ignores it, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    limit = threading.Timer(60, running.kill)
    limit.start()
    try:
        assert running.stdout is not None
        assert running.stderr is not None
        lines = [running.stdout.readline() for _ in range(2)]
        assert lines[0].startswith("1 photo: 1 cut out")
        assert lines[1].startswith("watching")
        beside = tmp_path / "new.jpg"
        save_scene(beside, (32, 48, 96, 128))
        os.rename(beside, album / "2026" / "new.jpg")
        (album / "text.jpg").write_text("Dear diary")
        assert "new.jpg: cut out" in running.stdout.readline()
        complaint = running.stderr.readline()
        running.send_signal(signal.SIGINT)
        told, complaints = running.communicate(timeout=30)
    finally:
        limit.cancel()
        running.kill()
        running.wait()
    assert running.returncode == 130
    assert told == ""
    assert "text.jpg: not a photo" in complaint
    assert complaints == "squeezesam: interrupted\n"
    assert sorted(p.name for p in out.rglob("*.png")) == ["a.png", "new.png"]
