"""Killed, out of space or forbidden to write at any place: nothing half-written, nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FAULTS = Path(__file__).with_name("faults.py")

# Places of each command; `make kill-long` takes all of them, and kills at random besides.
PLACES = {"segment": 4, "train": 2, "eval": 1}


@pytest.mark.parametrize("command", PLACES)
def test_a_command_that_is_broken_off_leaves_whole_results_and_what_was_the_user_s(
    command: str,
) -> None:
    said = subprocess.run(
        [sys.executable, str(FAULTS), command, str(PLACES[command])],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert said.returncode == 0, f"{said.stdout[-3000:]}{said.stderr[-3000:]}"
    assert " 0 wrong" in said.stdout
