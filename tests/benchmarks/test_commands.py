"""Programs with a limit of time: none hangs, none is left behind; and the lines of an app."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from pathlib import Path

import pytest
from devices import commands, console
from devices.failures import AppError, MissingError, TimedOutError


def python(code: str) -> list[str]:
    return [sys.executable, "-IS", "-c", code]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie of another parent is no longer running.
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_output_error_and_code_are_returned() -> None:
    done = commands.run(python("import sys; print('a'); sys.stderr.write('b'); sys.exit(3)"), 20)
    assert (done.code, done.out, done.err) == (3, "a\n", "b")


def test_bytes_that_are_no_text_do_not_hurt() -> None:
    assert commands.run(["printf", r"a\377b"], 20).out == "a\ufffdb"


def test_a_missing_program_is_named() -> None:
    with pytest.raises(MissingError, match="no-such-tool is not installed"):
        commands.run(["no-such-tool"], 1)


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    words = ["sh", "-c", f"sleep 60 & echo $! > {note}; wait"]
    start = time.monotonic()
    with pytest.raises(TimedOutError):
        commands.run(words, 1.5)
    assert time.monotonic() - start < 20
    child = int(note.read_text())
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(child)


def test_lines_come_as_they_are_written_and_the_last_may_be_cut() -> None:
    with commands.Lines(["printf", "one\\r\\ntwo\\nthr"]) as lines:
        assert list(lines.until(time.monotonic() + 20, 20)) == ["one", "two", "thr"]
        assert lines.code == 0


def test_a_line_without_an_end_comes_in_pieces() -> None:
    with commands.Lines(python("print('x' * 200_000)")) as lines:
        pieces = list(lines.until(time.monotonic() + 20, 20))
    assert "".join(pieces) == "x" * 200_000
    assert max(map(len, pieces)) <= 1 << 16


def test_silence_ends_the_wait() -> None:
    words = ["sh", "-c", "echo a; exec sleep 60"]
    with commands.Lines(words) as lines, pytest.raises(TimedOutError, match="fell silent"):
        list(lines.until(time.monotonic() + 60, 0.3))
    assert lines.code == -9


def test_a_stream_of_lines_without_end_meets_its_deadline() -> None:
    start = time.monotonic()
    with commands.Lines(["yes"]) as lines, pytest.raises(TimedOutError, match="did not finish"):
        deque(lines.until(start + 0.3, 60), maxlen=1)
    assert time.monotonic() - start < 10


def transcript(*lines: str) -> console.Transcript:
    said = console.Transcript("7f3a")
    for line in lines:
        said.take(line)
    return said


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "SSAM-BENCH",
        "SSAM-BENCH 7f3a",
        "SSAM-BENCH 0000 begin 1",
        "SSAM-BENCH 7f3a beginning",
        "SSAM-BENCH 7f3a part 1 2 YWJj",
        "SSAM-BENCH 7f3a part one 2 YWJj",
        "SSAM-BENCH 7f3a part 1",
        "SSAM-BENCH 7f3a end 1 e3b0",
        f"SSAM-BENCH 7f3a end x {EMPTY}",
    ],
)
def test_noise_other_runs_and_cut_lines_are_not_taken(line: str) -> None:
    assert not console.Transcript("7f3a").take(line)


@pytest.mark.parametrize(
    "line",
    [
        "SSAM-BENCH 7f3a part 1 1 YWJj",
        "2026-11-21 host PID:812[22] INFO SSAM-BENCH 7f3a part 1 1 YWJj \r",
        "I/SSAM-BENCH: 7f3a part 1 1 YWJj",
        "I/SSAM-BENCH( 8123): 7f3a part 1 1 YWJj",
        "I SSAM-BENCH: 7f3a part 1 1 YWJj",
    ],
)
def test_the_line_is_found_behind_whatever_the_console_puts_there(line: str) -> None:
    # SHA-256 of abc, from FIPS 180-2
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert transcript(line, f"SSAM-BENCH 7f3a end 1 {digest}").document() == b"abc"


def test_parts_that_are_lost_or_wrong_give_no_document() -> None:
    end = f"SSAM-BENCH 7f3a end 1 {EMPTY}"
    assert transcript(end).document() is None
    assert transcript("SSAM-BENCH 7f3a part 1 1 YWJj", end).document() is None
    assert transcript("SSAM-BENCH 7f3a part 1 1 Y=!j", end).document() is None
    assert transcript("SSAM-BENCH 7f3a part 1 1 YWJj").document() is None


def listen(code: str, timeout: float = 20) -> console.Transcript:
    with commands.Lines(["sh", "-c", code]) as lines:
        return console.listen(lines, "7f3a", timeout)


def test_an_error_of_the_app_is_raised_with_its_sentence() -> None:
    with pytest.raises(AppError, match=r"\(memory\): Too large a photo\."):
        listen("echo 'SSAM-BENCH 7f3a error memory Too large a photo.'; exec sleep 60")


def test_a_console_that_ends_early_gives_what_it_had() -> None:
    said = listen("echo 'SSAM-BENCH 7f3a begin 1'; echo 'SSAM-BENCH 7f3a progress 3 120 tap'")
    assert said.begun
    assert not said.ended
    assert said.done == (3, 120, "tap")


def test_noise_alone_is_not_taken_for_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "BEGIN_WITHIN", 0.3)
    with pytest.raises(TimedOutError, match="did not enter its benchmark mode"):
        listen("while :; do echo noise; sleep 0.05; done")


def test_an_app_that_never_finishes_meets_the_limit() -> None:
    with pytest.raises(TimedOutError, match="did not finish within 1 seconds"):
        listen("while :; do echo 'SSAM-BENCH 7f3a progress 1 9 tap'; sleep 0.05; done", 1)
