"""Ctrl-C while an engine works: Python would hear of it when the network has been run, if ever."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, NoReturn, TypeVar

from ..mask import Mask
from ..segmenter import Session
from .talk import complain

T = TypeVar("T")
_PATIENCE_S, _ATTEMPTS = 5.0, 50  # for an engine that was asked to stop


def interruptible(work: Callable[[], T], cancel: Callable[[], None]) -> T:
    """Does `work` on a thread of its own: returns what it returns and raises what it raises.

    At Ctrl-C, `cancel` is called, `work` is waited for a moment, and KeyboardInterrupt raised.
    Where the engine cannot be stopped, the process says that it was interrupted and ends with exit
    code 130: nothing is written while a mask is predicted.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)
        finally:
            ended.append(True)
            done.release()

    # Not Thread.join: once it was interrupted, Python 3.11 takes the thread for ended. Nor Event:
    # a key pressed just as its own lock is taken leaves that locked, and who waits again waits for
    # ever. This lock is taken in one call; where that is interrupted at its end, `ended` says so.
    ended: list[bool] = []
    done = threading.Lock()
    done.acquire()
    thread = threading.Thread(target=run, daemon=True)
    try:
        thread.start()  # the key may be pressed while it starts
        done.acquire()
    except KeyboardInterrupt as stop:  # of squeezesam_launch it says by which signal
        for _ in range(_ATTEMPTS):
            cancel()  # again, for it does nothing before the prediction has begun
            if ended or done.acquire(timeout=_PATIENCE_S / _ATTEMPTS):
                raise
        _end_at_once(stop)
    if errors:
        raise errors[0]
    return results[0]


def _end_at_once(stop: KeyboardInterrupt) -> NoReturn:
    complain(str(stop) or "interrupted")
    sys.stdout.flush()
    os._exit(int(getattr(stop, "code", 130)))


class Helpers:
    """Threads that work beside this one: `with` waits for their work, at Ctrl-C for a moment.

    A thread that still waits then, for a disk that does not answer, say, is left behind: the
    process ends at once. What is written is written beside and renamed.
    at_end: called once the waiting is over, however it ended.
    """

    def __init__(self, count: int, at_end: Callable[[], None] = lambda: None) -> None:
        self._pool = ThreadPoolExecutor(count)
        self._counting = threading.Lock()  # by the threads alone
        self._at_end = at_end
        self._begun = self._ended = 0

    def submit(self, work: Callable[..., T], *words: Any, **options: Any) -> Future[T]:
        """Begins `work` as soon as a thread is free."""

        def counted() -> T:
            try:
                return work(*words, **options)
            finally:
                with self._counting:
                    self._ended += 1

        self._begun += 1  # before: a signal may come as soon as it is given away
        return self._pool.submit(counted)

    def __enter__(self) -> Helpers:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        stop = error if isinstance(error, KeyboardInterrupt) else None
        try:
            self._pool.shutdown(wait=stop is None)
        except KeyboardInterrupt as late:
            stop = late
        # No lock is waited for: one that was interrupted may stay taken.
        patience = time.monotonic() + _PATIENCE_S
        while stop is not None and self._ended < self._begun and time.monotonic() < patience:
            time.sleep(_PATIENCE_S / 500)
        self._at_end()
        if stop is not None and self._ended < self._begun:
            _end_at_once(stop)
        if stop is not None and stop is not error:
            raise stop


def predict(session: Session, options: argparse.Namespace, candidate: int | None = None) -> Mask:
    """What the session's prompts select, cleaned as the command line asks; Ctrl-C stops it.

    Raises what `Session.predict` raises.
    """
    work = partial(
        session.predict,
        candidate=candidate,
        keep_largest=options.keep_largest,
        max_hole_area=options.max_hole_area,
        refine=options.refine,
    )
    return interruptible(work, session.cancel)
