"""What came of a command line, and how its complaints must look."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from squeezesam.cli import main

# The C++ command: `make ssam` builds it; SSAM names another build.
NATIVE = Path(os.environ.get("SSAM", Path(__file__).parents[2] / "build" / "ssam" / "cli" / "ssam"))


class Typed:
    """What came of one command line."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Command = Callable[..., Typed]


def typed(capfd: pytest.CaptureFixture[str], *words: object) -> Typed:
    """Runs the Python command in this process."""
    try:
        code = main([str(word) for word in words])
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    captured = capfd.readouterr()
    return Typed(code, captured.out, captured.err)


def sentence(result: Typed) -> str:
    """What it says on stderr, whichever command it is."""
    return result.err.removeprefix("ssam: ").removeprefix("squeezesam: ")


def png(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def one_sentence(result: Typed, *parts: str) -> None:
    """Exactly one line on stderr, no traceback, and it says what it should."""
    assert result.err.startswith("squeezesam")
    assert result.err.count("\n") == 1, result.err
    for part in parts:
        assert part in result.err


def signalled(
    words: list[str], said: str, number: signal.Signals, moment: float = 0.0
) -> tuple[int, str]:
    """Exit code and stderr of Python with these words, told so when its first line is ``said``.

    moment: seconds more to wait for.
    """
    child = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == f"{said}\n"
        time.sleep(moment)
        child.send_signal(number)
        _, err = child.communicate(timeout=60)
    finally:
        child.kill()
        child.wait()
    return child.returncode, err
