"""What the command says while it works: results, complaints, and how far it is."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import Any

from ..errors import SqueezeSamError
from ..terminal import printable

_BAR = 28
_WORTH_SHOWING = 4  # photos
_LINE_EVERY = 60.0  # seconds


class UsageError(SqueezeSamError):
    """Words of the command line that do not go together: exit code 2."""


def complain(sentence: str) -> None:
    """One line on stderr; where that is full or closed, nobody can be told, and work goes on."""
    with contextlib.suppress(OSError):
        print(f"squeezesam: {printable(' '.join(sentence.split()))}", file=sys.stderr, flush=True)


def say_json(told: dict[str, Any]) -> None:
    """One JSON object on a line of stdout, in ASCII: JSON Lines, for programs."""
    print(json.dumps(told), flush=True)


def say(line: str) -> None:
    """One line on stdout, at once, whatever names and texts of strangers it holds."""
    print(printable(line), flush=True)


class Progress:
    """Counts `total` photos, or something else, on stderr, so that stdout stays the results'."""

    def __init__(self, total: int, what: str = "photos") -> None:
        self._total = total
        self._what = what
        self._done = 0
        self._bar = sys.stderr.isatty() and total >= _WORTH_SHOWING
        self._start = self._last = time.monotonic()
        self._draw()

    def step(self) -> None:
        """One more is done."""
        self.reach(self._done + 1)

    def reach(self, done: int) -> None:
        """So many are done."""
        self._done = done
        now = time.monotonic()
        if not self._bar and now - self._last >= _LINE_EVERY and self._done < self._total:
            line = f"squeezesam: {self._done} of {self._total} {self._what}"
            print(line, file=sys.stderr, flush=True)
            self._last = now
        self._draw()

    def clear(self) -> None:
        """Takes the bar off the screen, before a line of text is printed and at the end."""
        if self._bar:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _draw(self) -> None:
        if not self._bar:
            return
        filled = _BAR * self._done // self._total
        left = ""
        if self._done:
            seconds = (time.monotonic() - self._start) / self._done * (self._total - self._done)
            left = f", {seconds:.0f} s left"
        bar = "#" * filled + "." * (_BAR - filled)
        print(f"\r\033[K[{bar}] {self._done}/{self._total}{left}", end="", file=sys.stderr)
        sys.stderr.flush()
