"""Sessions and work: how long, how many, who wins, what stops."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gated_engine import GatedEngine, gated
from http_client import Answer, Client, form, point, until
from photo_files import encoded, scene
from squeezesam import Segmenter
from squeezesam.serve.limits import Limits
from squeezesam.serve.refusals import Refusal
from squeezesam.serve.sessions import Sessions

PHOTO = encoded(scene(things=((32, 48, 96, 128),)), "png")


@pytest.fixture
def engine_and_server(bundle: Path, serve: Any) -> Iterator[tuple[GatedEngine, Any]]:
    engine, segmenter = gated(bundle)
    served = serve(segmenter, workers=1, queue=2)
    yield engine, served
    engine.gate.set()


def _in_background(served: Any, call: Callable[[Client], Answer]) -> Any:
    """The answer to a request that a thread of its own makes."""
    pool = ThreadPoolExecutor(1)
    client = served.client()
    future = pool.submit(call, client)
    future.add_done_callback(lambda _: client.close())
    pool.shutdown(wait=False)
    return future


def _taken(served: Any) -> float:
    with_client = served.client()
    text = with_client.get("/metrics").body.decode()
    with_client.close()
    return float(next(t for t in text.splitlines() if t.startswith("squeezesam_places")).split()[1])


def test_sessions_expire_and_make_room_by_number_and_by_pixels(segmenter: Segmenter) -> None:
    now = [0.0]
    limits = Limits(sessions=3, session_pixels=100_000, idle_seconds=10)
    sessions = Sessions(limits, clock=lambda: now[0])
    small = [sessions.keep(segmenter.open(scene(64, 64))) for _ in range(3)]
    sessions.find(small[0].id)
    fourth = sessions.keep(segmenter.open(scene(64, 64)))
    for kept, there in ((small[0], True), (small[1], False), (small[2], True), (fourth, True)):
        if there:
            assert sessions.find(kept.id) is kept
        else:
            with pytest.raises(Refusal, match="open the photo again"):
                sessions.find(kept.id)
    large = sessions.keep(segmenter.open(scene(300, 320)))
    assert (len(sessions), sessions.find(large.id)) == (1, large)
    assert sessions.pixels <= limits.session_pixels
    now[0] = 10.0
    sessions.expire()
    assert len(sessions) == 0


def test_an_idle_session_is_forgotten_without_anybody_asking(serve: Any) -> None:
    served = serve(idle_seconds=0.2)
    client = served.client()
    name = client.open(PHOTO)
    until(lambda: b"squeezesam_sessions 0.0" in client.get("/metrics").body)
    assert client.predict(name).error == "no_session"
    client.close()


def test_the_latest_request_of_a_session_wins(engine_and_server: Any) -> None:
    engine, served = engine_and_server
    client = served.client()
    name = client.open(PHOTO)
    first = _in_background(served, lambda c: c.predict(name, point(60, 80)))
    assert engine.entered.wait(60)
    second = _in_background(served, lambda c: c.predict(name, point(60, 80), point(70, 80)))
    until(lambda: _taken(served) == 2)
    third = _in_background(served, lambda c: c.predict(name, point(61, 80)))
    until(lambda: _taken(served) == 3)
    full = served.client()
    refused = full.send_form("/segment", PHOTO)
    assert (refused.status, refused.error) == (503, "busy")
    assert refused.headers["retry-after"] == "1"
    full.close()
    engine.gate.set()
    assert [answer.result(120).status for answer in (first, second, third)] == [409, 409, 200]
    assert first.result().error == second.result().error == "overtaken"
    assert engine.runs == ["segment", "segment"]
    client.close()
    until(lambda: _taken(served) == 0)


def test_work_stops_when_its_client_has_left(engine_and_server: Any) -> None:
    engine, served = engine_and_server
    body, kind = form(PHOTO)
    head = f"POST /segment HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
    with socket.create_connection(("127.0.0.1", served.port)) as leaving:
        leaving.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert engine.entered.wait(60)
    until(lambda: any(" 499 " in line for line in served.log))
    assert _taken(served) == 1
    engine.gate.set()
    until(lambda: _taken(served) == 0)
    assert engine.runs == ["heat"]


def test_a_request_that_takes_too_long_is_told_so_and_holds_its_place_until_it_ends(
    bundle: Path, serve: Any
) -> None:
    engine, segmenter = gated(bundle)
    served = serve(segmenter, seconds=3)
    client = served.client()
    refused = client.send_form("/segment", PHOTO)
    assert (refused.status, refused.error) == (503, "slow")
    assert _taken(served) == 1
    engine.gate.set()
    until(lambda: _taken(served) == 0)
    assert "segment" not in engine.runs
    client.close()
