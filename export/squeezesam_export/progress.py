"""Steps of a long export: a bar each on a terminal, a line each in a log."""

from __future__ import annotations

import os
import sys
import threading
import time
from types import TracebackType
from typing import Protocol, TextIO

_WIDTH = 24
_REDRAW_S = 0.2


class Progress(Protocol):
    """Is told what happens."""

    def __call__(self, text: str) -> None:
        """A step begins; the one before it is finished."""

    def tick(self, done: int, total: int) -> None:
        """So many of the step's parts are done."""


class Silent:
    """Says nothing."""

    def __call__(self, text: str) -> None:
        """Nothing."""

    def tick(self, done: int, total: int) -> None:
        """Nothing."""


class Steps:
    """Writes to stderr: wall and processor time since the start, and the step's name.

    On a terminal the running step has a bar: how far it is where that is known, else that it is
    alive. A log gets one line per step and no control characters.
    """

    def __init__(self) -> None:
        self._started, self._cpu = time.monotonic(), _cpu_seconds()
        # A copy: while toolchains are silenced, descriptor 2 leads nowhere.
        self._terminal: TextIO | None = None
        if sys.stderr.isatty():
            self._terminal = os.fdopen(os.dup(sys.stderr.fileno()), "w")
        self._text, self._began = "", self._started
        self._done, self._total = 0, 0
        self._lock, self._over = threading.Lock(), threading.Event()
        if self._terminal:
            threading.Thread(target=self._redraw, daemon=True).start()

    def __enter__(self) -> Steps:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._over.set()
            if self._terminal:
                self._finish_line()
                self._terminal.close()
                self._terminal = None

    def __call__(self, text: str) -> None:
        """A step begins; the one before it is finished."""
        with self._lock:
            if self._terminal:
                self._finish_line()
            else:
                print(f"{self._clock()} {text}", file=sys.stderr, flush=True)
            self._text, self._began, self._done, self._total = text, time.monotonic(), 0, 0

    def rest(self) -> None:
        """The step is finished, and what follows writes elsewhere."""
        with self._lock:
            self._finish_line()

    def tick(self, done: int, total: int) -> None:
        """So many of the step's parts are done."""
        self._done, self._total = done, total

    def _clock(self) -> str:
        wall, cpu = time.monotonic() - self._started, _cpu_seconds() - self._cpu
        return f"[{wall:5.0f} s, {cpu:4.0f} s CPU]"

    def _finish_line(self) -> None:
        if self._text and self._terminal:
            self._terminal.write(f"\r\x1b[K{self._clock()} {self._text}\n")
            self._terminal.flush()
        self._text = ""

    def _redraw(self) -> None:
        while not self._over.wait(_REDRAW_S):
            with self._lock:
                if self._terminal and self._text:
                    drawn = bar(self._done, self._total, time.monotonic() - self._began)
                    self._terminal.write(f"\r\x1b[K{self._clock()} {drawn} {self._text}")
                    self._terminal.flush()


def bar(done: int, total: int, seconds: float) -> str:
    """Filled by ``done`` of ``total``; with no total, a block that walks through it."""
    if total:
        full = _WIDTH * done // total
        return "█" * full + "░" * (_WIDTH - full)
    place = int(seconds * 4) % (_WIDTH - 2)
    return "░" * place + "███" + "░" * (_WIDTH - 3 - place)


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
