"""Silence for the chatty libraries underneath: what matters they raise."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator

_VERBOSE = False


def be_verbose() -> None:
    """Let every library speak (``--verbose``)."""
    global _VERBOSE
    _VERBOSE = True


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Swallow warnings, log lines and whatever is printed to stdout or stderr inside."""
    if _VERBOSE:
        yield
        return
    before = logging.root.manager.disable
    with warnings.catch_warnings(), _null_descriptors():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)


@contextlib.contextmanager
def _null_descriptors() -> Iterator[None]:
    """Point file descriptors 1 and 2 at nothing: native code prints past sys.stdout."""
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(1), os.dup(2)]
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 1)
        os.dup2(null, 2)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        os.dup2(saved[0], 1)
        os.dup2(saved[1], 2)
        for descriptor in (*saved, null):
            os.close(descriptor)
