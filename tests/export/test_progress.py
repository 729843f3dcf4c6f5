"""Progress: a bar per step on a terminal, plain lines in a log."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

import pytest
from squeezesam_export.progress import Steps, bar

STEPS = """
import sys, time
from squeezesam_export.progress import Steps
with Steps() as steps:
    steps("first")
    steps.tick(3, 6)
    time.sleep(0.6)
    steps("second")
    time.sleep(0.5)
    steps.rest()
    print("written: x", flush=True)
"""


def test_a_bar_fills_and_a_step_of_unknown_length_moves() -> None:
    assert bar(0, 4, 0.0) == "░" * 24
    assert bar(1, 4, 0.0) == "█" * 6 + "░" * 18
    assert bar(4, 4, 0.0) == "█" * 24
    moving = [bar(0, 0, seconds) for seconds in (0.0, 0.3, 5.0, 500.0)]
    assert all(drawn.count("█") == 3 and len(drawn) == 24 for drawn in moving)
    assert moving[0] != moving[1]


def test_a_log_gets_one_line_per_step_and_no_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Steps() as steps:
        steps("first")
        steps.tick(1, 2)
        steps("second")
        steps.rest()
    lines = capsys.readouterr().err.splitlines()
    assert [re.sub(r"\[ +\d+ s, +\d+ s CPU\] ", "", line) for line in lines] == ["first", "second"]


def test_a_terminal_gets_bars_and_a_finished_line_for_each_step() -> None:
    ours, theirs = pty.openpty()
    run = subprocess.Popen([sys.executable, "-c", STEPS], stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # Linux says so when the other end is closed.
            break
        if not part:
            break
        shown += part
    assert run.wait() == 0
    os.close(ours)
    text = shown.decode()
    assert "█" * 12 + "░" * 12 + " first" in text
    finished = [line.split("\x1b[K")[-1] for line in text.replace("\r\n", "\n").split("\n")]
    assert [line.split("] ")[-1] for line in finished if line] == ["first", "second", "written: x"]
