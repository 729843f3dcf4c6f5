"""Programs on this computer, run with a limit of time; none outlives its call."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

from devices.failures import MissingError, TimedOutError

_LONGEST_LINE = 1 << 16  # a longer one comes in pieces: its end may never come


@dataclass(frozen=True)
class Finished:
    """What a program left: exit code, standard output and error, as text."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both outputs: tools disagree on which one carries an error."""
        return f"{self.out}\n{self.err}".strip()


def is_installed(program: str) -> bool:
    """Whether the program is on PATH."""
    return shutil.which(program) is not None


def run(words: list[str], timeout: float) -> Finished:
    """Run a program to its end.

    Raises:
        MissingError: there is no such program.
        TimedOutError: it took longer than ``timeout`` seconds; it and its children are killed.
    """
    process = _start(words, subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise TimedOutError(
            f"`{shown(words)}` gave no answer within {timeout:.0f} seconds"
        ) from error
    finally:
        _kill(process)
    return Finished(process.returncode, _text(out), _text(err))


class Lines:
    """The lines of a program that goes on for a while; standard error is mixed in.

    A context manager: leaving it kills the program and its children.
    """

    def __init__(self, words: list[str]) -> None:
        self.words = words
        # Bounded: a program that writes without end waits, instead of filling the memory.
        self._queue: queue.Queue[bytes | None] = queue.Queue(maxsize=1000)
        self._left = threading.Event()
        self._process = _start(words, subprocess.STDOUT)
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._left.set()
        _kill(self._process)
        self._process.wait()

    def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        # A pipe that is closed under the reader ends the lines like an end of file.
        with contextlib.suppress(OSError, ValueError):
            for line in iter(lambda: stdout.readline(_LONGEST_LINE), b""):
                if not self._put(line):
                    return
        self._put(None)

    def _put(self, line: bytes | None) -> bool:
        """Hand a line over; False once nobody wants it any more."""
        while not self._left.is_set():
            with contextlib.suppress(queue.Full):
                self._queue.put(line, timeout=0.2)
                return True
        return False

    def until(self, deadline: float, silence: float) -> Iterator[str]:
        """The lines as they come, without their ends; the last may be cut short.

        Args:
            deadline: ``time.monotonic()`` at which waiting ends.
            silence: most seconds between two lines.

        Raises:
            TimedOutError: the deadline has passed, or no line came for ``silence`` seconds.
        """
        while True:
            left = deadline - time.monotonic()
            try:
                if left <= 0:
                    raise queue.Empty
                line = self._queue.get(timeout=min(left, silence))
            except queue.Empty:
                why = "did not finish in time" if left <= silence else "fell silent"
                raise TimedOutError(f"`{shown(self.words)}` {why}") from None
            if line is None:
                return
            yield _text(line).rstrip("\r\n")

    @property
    def code(self) -> int | None:
        """Exit code, once the program has ended; waits a moment for it."""
        try:
            return self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            return None


def shown(words: list[str]) -> str:
    """A command as it is shown in a message: its first few words."""
    return " ".join(words[:6]) + (" …" if len(words) > 6 else "")


def _start(words: list[str], err: int) -> subprocess.Popen[bytes]:
    try:
        # A session of its own, so that children (xcrun starts devicectl) die with it.
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
            start_new_session=True,
        )
    except (FileNotFoundError, PermissionError) as error:
        raise MissingError(f"{words[0]} is not installed, or not on PATH") from error


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
