"""What libraries write to standard error past us is not heard, and ours is again afterwards."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable

import pytest
from squeezesam.silence import silent_stderr

WRITERS: dict[str, Callable[[], object]] = {
    "a system call": lambda: os.write(2, b"noise"),
    "C's printf": lambda: ctypes.CDLL(None).perror(b"noise"),
    "pybind11, through Python's stream": lambda: print("noise", file=sys.stderr),
}


@pytest.mark.parametrize("how", WRITERS)
def test_no_way_of_writing_is_heard_and_every_one_is_afterwards(
    how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with silent_stderr():
        WRITERS[how]()
    assert capfd.readouterr().err == ""
    WRITERS[how]()
    assert "noise" in capfd.readouterr().err


def test_an_error_inside_gives_standard_error_back(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="inside"), silent_stderr():
        raise ValueError("inside")
    os.write(2, b"heard")
    print("too", file=sys.stderr)
    assert capfd.readouterr().err == "heardtoo\n"
