"""A real server on a free port of loopback, with the tiny bundle, ended after its module."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from squeezesam import Segmenter
from squeezesam.serve.limits import Limits
from squeezesam.serve.page import Files
from squeezesam.serve.server import Server, Voice, listen, make_server

# What the tests of the runtime make serves here too.
sys.path.append(str(Path(__file__).parents[1] / "runtime"))

from http_client import Client
from tiny_bundle import write_tiny_bundle

# What stands for the page, which needs Node to be built: tests/web has the real one.
PAGE = {
    "/": (b"<!doctype html><title>a page</title>", "text/html; charset=utf-8"),
    "/page.js": (b"export {};", "text/javascript; charset=utf-8"),
}
LIMITS = Limits(upload_bytes=1 << 20, pixels=1_000_000, session_pixels=3_000_000, seconds=20)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """128×128 with a heat map."""
    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="session")
def segmenter(bundle: Path) -> Segmenter:
    return Segmenter.load(bundle, threads=1)


class Served:
    """A server on a thread of this process, and what it said."""

    def __init__(
        self, segmenter: Segmenter, limits: Limits, workers: int, page: Files = PAGE
    ) -> None:
        self.said: list[str] = []
        self.log: list[str] = []
        self.complaints: list[str] = []
        self.ready = threading.Event()
        voice = Voice(self._say, self.log.append, self.complaints.append)
        self.bound = listen("127.0.0.1", 0)
        self.server: Server = make_server(segmenter, self.bound, limits, workers, voice, page)
        self.thread = threading.Thread(target=self.server.run_here)
        self.thread.start()
        assert self.ready.wait(60)

    @property
    def port(self) -> int:
        return int(self.server.address.rpartition(":")[2])

    def client(self) -> Client:
        return Client(self.port)

    def end(self) -> None:
        self.server.should_exit = True
        self.thread.join(60)
        self.bound.close()
        assert not self.thread.is_alive()

    def _say(self, line: str) -> None:
        self.said.append(line)
        self.ready.set()


@pytest.fixture(scope="module")
def serve(segmenter: Segmenter) -> Iterator[Callable[..., Served]]:
    """Starts servers: ``serve(engine's segmenter, workers=…, any limit=…)``."""
    started: list[Served] = []

    def start(
        using: Segmenter = segmenter, workers: int = 1, page: Files = PAGE, **limits: Any
    ) -> Served:
        started.append(Served(using, replace(LIMITS, **limits), workers, page))
        return started[-1]

    yield start
    for served in started:
        served.end()


@pytest.fixture(scope="module")
def served(serve: Callable[..., Served]) -> Served:
    """One server for all tests of a module that need no other."""
    return serve()


@pytest.fixture
def client(served: Served) -> Iterator[Client]:
    client = served.client()
    yield client
    client.close()
