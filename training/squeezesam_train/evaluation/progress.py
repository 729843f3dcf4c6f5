"""Progress of long work: a bar on a terminal, a line a minute elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    """Told how much is done; writes to ``stream`` now and then.

    Args:
        what: that is counted, such as ``photos``.
        stream: stderr by default.
        every: seconds between two lines where the stream is no terminal.
    """

    def __init__(self, what: str, stream: TextIO | None = None, every: float = 60) -> None:
        self._what = what
        self._stream = sys.stderr if stream is None else stream
        self._terminal = self._stream.isatty()
        self._every = 0.2 if self._terminal else every
        self._started = self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """``done`` of ``total`` are finished."""
        now = time.monotonic()
        if done < total and now - self._last < self._every:
            return
        if done == total and not self._terminal and now - self._started < self._every:
            return
        self._last = now
        line = f"{done} of {total} {self._what}, {self._remaining(now, done, total)}"
        if self._terminal:
            filled = round(30 * done / max(1, total))
            bar = "█" * filled + "░" * (30 - filled)
            self._stream.write(f"\r{bar} {line}\033[K" + ("\n" if done == total else ""))
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def _remaining(self, now: float, done: int, total: int) -> str:
        passed = now - self._started
        if done == total:
            return f"{passed / 60:.1f} minutes"
        if done == 0:
            return "just begun"
        return f"about {passed / done * (total - done) / 60:.1f} minutes left"
