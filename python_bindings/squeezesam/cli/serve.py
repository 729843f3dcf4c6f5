"""`squeezesam serve`: a REST API and a page on this machine."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from dataclasses import replace

from ..errors import SqueezeSamError
from ..segmenter import Segmenter
from .interruptible import interruptible
from .talk import complain, say


def serve(options: argparse.Namespace) -> int:
    """Serves until it is interrupted or terminated; both are its ordinary end, exit code 0."""
    try:
        from ..serve.limits import Limits
        from ..serve.server import Voice, is_loopback, listen, make_server
    except ImportError as error:
        raise SqueezeSamError(
            f"squeezesam serve needs more packages ({error}); pip install 'squeezesam[serve]'"
        ) from None
    limits = Limits()
    pixels = options.max_megapixels * 1_000_000
    limits = replace(
        limits,
        pixels=pixels,
        session_pixels=max(pixels, limits.session_pixels),
        upload_bytes=options.max_upload << 20,
    )
    with listen(options.host, options.port) as bound:
        segmenter = Segmenter.load(options.bundle, engine=options.engine, threads=options.threads)
        interruptible(segmenter.prewarm, lambda: None)
        voice = Voice(say, say if options.log else _say_nothing, complain)
        server = make_server(segmenter, bound, limits, options.workers or _cores(), voice)
        if not is_loopback(bound):
            complain("warning: whoever reaches this address may use it; there is no password")
        server.run_here()
        if server.left_behind:
            complain("ended in the middle of a request that could not be stopped")
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
            os._exit(0)  # Python would wait for its thread
    return 0


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _say_nothing(line: str) -> None:
    """Without --log nothing is said about requests."""
