"""Many photos: the bar, a log's line a minute, neither for few; their stages at the same time."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import signalled
from photo_files import save_scene
from squeezesam import SqueezeSamError
from squeezesam.cli import batch, folder, main, talk
from squeezesam.cli import remove as removing
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


@pytest.fixture
def watched(
    bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Any:
    """Watches a folder of one photo, in which others arrive one after the other; what is told."""

    def run(target: str, names: list[str], *words: str) -> tuple[dict[str, bytes], str, str]:
        album = tmp_path / "album"
        album.mkdir()
        save_scene(album / "old.png", (32, 48, 96, 128))
        before = {"old.png": (album / "old.png").read_bytes()}

        def complete(*_: Any) -> Iterator[Path]:
            for name in names:
                # The photos lie there before either is worked on, as where two are moved at once.
                save_scene(album / name, (160, 64, 224, 112))
                before[name] = (album / name).read_bytes()
            yield from (album / name for name in [*names, *names])

        monkeypatch.setattr(removing, "arrivals", lambda _: contextlib.nullcontext())
        monkeypatch.setattr(removing, "complete", complete)
        given = [album, tmp_path / target, "--watch", *words, "--bundle", bundle]
        main(["remove", *map(str, given)])
        told = capsys.readouterr()
        assert {name: (album / name).read_bytes() for name in before} == before
        return before, told.out, told.err

    return run


@pytest.mark.parametrize("names", [["new.png"], ["a.png", "a.jpg"], ["a.jpg", "a.png"]])
def test_a_photo_that_arrives_is_never_replaced_by_a_cut_out(
    watched: Any, names: list[str]
) -> None:
    before, _, complaints = watched("album", names, "--overwrite")
    assert complaints.count("cut-out would replace the photo") == 1 + 2 * len(names)
    assert len(before) == 1 + len(names)


def test_what_arrives_and_has_a_cut_out_is_said_to_be_left_alone(
    watched: Any, tmp_path: Path
) -> None:
    _, told, complaints = watched("out", ["new.jpg"], "--skip-existing")
    assert told.splitlines()[-2:] == [
        f"{tmp_path / 'album' / 'new.jpg'}: cut out",
        f"{tmp_path / 'album' / 'new.jpg'}: its cut-out is there already",
    ]
    assert complaints == ""


def test_while_the_networks_work_the_next_photo_is_decoded_and_the_last_is_written(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits for the other: a command that takes them one by one would end in a failure."""
    (tmp_path / "in").mkdir()
    for name in "abc":
        save_scene(tmp_path / "in" / f"{name}.png", (32, 48, 96, 128))
    decoding = {name: threading.Event() for name in "abc"}
    working = {name: threading.Event() for name in "abc"}
    plain = {name: getattr(batch.Remover, name) for name in ("opened", "mask", "encoded")}

    def opened(self: Any, photo: str, **options: bool) -> Any:
        decoding[Path(photo).stem].set()
        return plain["opened"](self, photo, **options)

    def mask(self: Any, photo: str, session: Any) -> Any:
        name = Path(photo).stem
        working[name].set()
        assert decoding[min(chr(ord(name) + 1), "c")].wait(60)
        return plain["mask"](self, photo, session)

    def encoded(self: Any, mask: Any, suffix: str) -> Any:
        name = Path(mask.photo.name).stem
        assert working[min(chr(ord(name) + 1), "c")].wait(60)
        return plain["encoded"](self, mask, suffix)

    for name, instead in (("opened", opened), ("mask", mask), ("encoded", encoded)):
        monkeypatch.setattr(batch.Remover, name, instead)
    out = tmp_path / "out"
    assert main(["remove", str(tmp_path / "in"), str(out), "--bundle", str(bundle)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["a.png", "b.png", "c.png"]


_A_PIPE_TAKES_ITS_PLACE = """
import os, sys
from pathlib import Path
import squeezesam_launch
from squeezesam.segmenter import Segmenter
place, load = Path(sys.argv.pop(1)), Segmenter.__init__
def loaded(self, *words):  # all commands list their photos before
    load(self, *words)
    place.unlink()
    os.mkfifo(place)
Segmenter.__init__ = loaded
sys.exit(squeezesam_launch.run("squeezesam"))
"""


@pytest.mark.parametrize("command", ["remove IN OUT", "segment IN --output OUT"])
def test_a_photo_that_became_a_pipe_is_named_and_not_waited_for(
    bundle: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "in").mkdir()
    for name in "abz":
        save_scene(tmp_path / "in" / f"{name}.png", (32, 48, 96, 128))
    words = (
        command.replace("IN", str(tmp_path / "in")).replace("OUT", str(tmp_path / "out")).split()
    )
    program = [sys.executable, "-c", _A_PIPE_TAKES_ITS_PLACE, str(tmp_path / "in" / "z.png")]
    done = subprocess.run(
        [*program, *words, "--bundle", str(bundle)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert f"{tmp_path / 'in' / 'z.png'}: cannot be read (it is no file)" in done.stderr
    assert len(list((tmp_path / "out").iterdir())) == 2


_WAITS_FOR_EVER = """
import os, sys, threading
import squeezesam_launch
from squeezesam.cli import batch, interruptible
interruptible._PATIENCE_S = 0.5
def waiting(self, *words, **options):
    os.write(1, b"waiting\\n")  # at once: two threads may say it
    threading.Event().wait()
setattr(batch.Remover, sys.argv.pop(1), waiting)
sys.exit(squeezesam_launch.run("squeezesam"))
"""


@pytest.mark.parametrize("stage", ["opened", "encoded"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_helper_that_waits_for_ever_is_left_behind(
    bundle: Path, tmp_path: Path, stage: str, number: signal.Signals
) -> None:
    (tmp_path / "in").mkdir()
    for name in "abc":
        save_scene(tmp_path / "in" / f"{name}.png", (32, 48, 96, 128))
    words = ["remove", tmp_path / "in", tmp_path / "out", "--bundle", bundle]
    ended = signalled(["-c", _WAITS_FOR_EVER, stage, *map(str, words)], "waiting", number)
    word = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}[number]
    assert ended == (128 + number, f"squeezesam: {word}\n")


@pytest.mark.parametrize("instead", ["nothing", "another", "a link"])
def test_a_watched_folder_that_goes_is_said_to_be_watched_no_more(
    tmp_path: Path, instead: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(folder, "_LOOK", 0.05)
    place, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    place.mkdir()
    with folder.arrivals(place) as arrived:
        for _ in range(2):
            logging.getLogger("watchdog.observers.inotify").warning("Inotify queue overflowed")
        place.rename(elsewhere)
        if instead == "another":
            place.mkdir()
        elif instead == "a link":
            place.symlink_to(tmp_path)
        with pytest.raises(SqueezeSamError, match="in: was moved or removed"):
            next(folder.complete(arrived))
    assert capfd.readouterr().err.count("some photos may have been missed\n") == 1
