"""Libraries that write to standard error past us, which nobody asked them to."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from collections.abc import Iterator

# Standard error is the process's: one at a time may put something else in its place.
_standard_error = threading.Lock()


@contextlib.contextmanager
def silent_stderr() -> Iterator[None]:
    """Nothing is heard of what C writes to descriptor 2, or to Python's stream, meanwhile.

    The second is how pybind11's libraries hand on what C++ prints. It holds for all threads.
    """
    with _standard_error, contextlib.ExitStack() as stack:
        if sys.stderr is not None:
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.flush()
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        try:
            kept = os.dup(2)
        except OSError:  # there is no descriptor 2
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
