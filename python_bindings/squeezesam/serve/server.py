"""Listening, and ending cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from ..errors import OutputError
from ..segmenter import Segmenter
from .application import make_application
from .connections import BoundedConnection
from .limits import Limits
from .page import Files
from .workers import Workers

_LINE_EVERY = 1.0  # seconds between two lines about the same fault, which a stranger may repeat


@dataclass(frozen=True, slots=True)
class Voice:
    """Where the server speaks: `say` to its owner, `log` about requests, `complain` of faults."""

    say: Callable[[str], Any]
    log: Callable[[str], Any]
    complain: Callable[[str], Any]


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound, not listening yet. Raises OutputError where that is not possible."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        bound = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError, ValueError) as error:
        raise OutputError(f"cannot listen on {host}:{port} ({_reason(error)})") from None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise OutputError(f"cannot listen on {host}:{port} ({_reason(error)})") from None
    return bound


def is_loopback(bound: socket.socket) -> bool:
    """Whether only this machine can reach it."""
    return ipaddress.ip_address(bound.getsockname()[0].partition("%")[0]).is_loopback


class Server(uvicorn.Server):
    """uvicorn's, which says where it listens once it does, and ends without a signal of its own."""

    def __init__(
        self, app: ASGIApp, bound: socket.socket, limits: Limits, workers: Workers, voice: Voice
    ) -> None:
        most = _affordable(limits.connections)
        config = uvicorn.Config(
            app,
            http=BoundedConnection,
            ws="none",
            lifespan="on",
            loop="asyncio",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=most,
            # So many are accepted at once, before the first of them can be closed.
            backlog=max(1, most // 2),
            timeout_graceful_shutdown=limits.grace_seconds,
        )
        super().__init__(config)
        config.header_seconds = limits.header_seconds  # type: ignore[attr-defined]
        config.patience_seconds = limits.patience_seconds  # type: ignore[attr-defined]
        self._bound = bound
        self._workers = workers
        self._voice = voice
        self._mute: OSError | None = None
        self._signalled = False

    @property
    def address(self) -> str:
        """``http://127.0.0.1:7860``."""
        host, port = self._bound.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def left_behind(self) -> bool:
        """Whether a thread still works, which nothing but the end of the process ends."""
        return self._workers.left_behind

    def run_here(self) -> None:
        """Serves until SIGINT, SIGTERM or `should_exit`; what runs then has a few seconds.

        From then on nothing is left running, but what is `left_behind`. On the main thread, a
        second signal ends the process at once. Raises OSError where it cannot say that it listens.
        """
        with _told(self._voice.complain):
            asyncio.run(self.serve(sockets=[self._bound]))
        if self._mute is not None:
            raise self._mute

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            try:
                self._voice.say(f"listening on {self.address} (Ctrl-C ends it)")
            except OSError as error:  # nobody would know where it listens: it ends, in order
                self._mute = error
                asyncio.get_running_loop().call_soon(setattr, self, "should_exit", True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._workers.stop_all()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """At the second signal nobody waits any longer: no request writes anything anywhere."""
        if self._signalled:
            os._exit(0)
        self._signalled = True
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:  # type: ignore[override]
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def make_server(
    segmenter: Segmenter,
    bound: socket.socket,
    limits: Limits,
    workers: int,
    voice: Voice,
    page: Files | None = None,
) -> Server:
    """A server for `segmenter` on a bound socket, with so many threads for the networks.

    page: see `make_application`.
    """
    pool = Workers(workers, limits.queue)
    app = make_application(
        segmenter,
        limits,
        pool,
        hosts=_names(bound),
        log=voice.log,
        complain=voice.complain,
        page=page,
    )
    return Server(app, bound, limits, pool, voice)


def _names(bound: socket.socket) -> frozenset[str] | None:
    """A server on loopback answers to loopback's names only; another cannot know its own."""
    if not is_loopback(bound):
        return None
    return frozenset(("localhost", "127.0.0.1", "::1", str(bound.getsockname()[0])))


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _affordable(connections: int) -> int:
    """As many, and no more than a quarter of the descriptors that the process may open."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return connections
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return connections if most == resource.RLIM_INFINITY else max(2, min(connections, most // 4))


class _Complaints(logging.Handler):
    """What a library logs as a warning or worse, on one line, without a traceback.

    The same place in the code speaks once a second at most: a stranger may make it speak at will.
    """

    def __init__(self, complain: Callable[[str], Any]) -> None:
        super().__init__(logging.WARNING)
        self._complain = complain
        self._last: dict[tuple[str, int], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        # What is wrong with a form is told to who has sent it.
        if record.name.partition(".")[0] == "python_multipart":
            return
        place, now = (record.pathname, record.lineno), time.monotonic()
        if now - self._last.get(place, -_LINE_EVERY) < _LINE_EVERY:
            return
        self._last[place] = now
        line = record.getMessage().strip().partition("\n")[0]
        error = record.exc_info[1] if record.exc_info else None
        self._complain(f"server: {line}" + (f" ({type(error).__name__}: {error})" if error else ""))


@contextlib.contextmanager
def _told(complain: Callable[[str], Any]) -> Iterator[None]:
    """At the root: what no handler takes, Python would print as it is."""
    root, handler = logging.getLogger(), _Complaints(complain)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
