"""What is refused at the door, and how; what browsers are told; that crowds keep nobody out."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import time
from typing import Any

import numpy as np
import pytest
from http_client import Client, answer_of, connected, form, is_open, point, raw, until
from photo_files import encoded, scene

PHOTO = encoded(scene(things=((32, 48, 96, 128),)), "png")
HEAD = "POST /segment HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {}\r\n"
LONG = 120  # seconds: whoever waited for such an end would fail


def test_names_that_are_not_ours_and_pages_of_others_are_refused(client: Client) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "", "[", "localhost@evil.example"):
        assert client.get("/health", Host=host).status == 421, host
    for host in ("localhost", "127.0.0.1:1", "LOCALHOST:7860", "[::1]:7860"):
        assert client.get("/health", Host=host).status == 200, host
    ours = f"127.0.0.1:{client.port}"
    assert client.get("/health", Origin=f"http://{ours}").status == 200
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"http://{ours}.evil"):
        refused = client.get("/health", Origin=origin)
        assert (refused.status, refused.error) == (403, "origin"), origin


def test_every_answer_tells_browsers_to_keep_to_this_server(client: Client) -> None:
    answers = [client.get(path) for path in ("/", "/page.js", "/health", "/nothing")]
    answers.append(client.ask("OPTIONS", "/segment", headers={"Origin": "http://evil.example"}))
    answers.append(client.ask("OPTIONS", "/segment"))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"unsafe|https?:|\*", policy)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not any(name.startswith("access-control") for name in answer.headers)
    assert [a.status for a in answers] == [200, 200, 200, 404, 403, 405]


@pytest.mark.parametrize(
    "path",
    ["/../setup.py", "/%2e%2e/%2e%2e/setup.py", "/static/page.js", "//etc/passwd", "/page.js/",
     "/%00", "/..%5c..%5csetup.py", "/index.html", "/sessions/../health"],
)  # fmt: skip
def test_no_path_reaches_the_disk(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status in (404, 405)
    assert answer.error == "address"


def test_an_installation_without_a_page_says_so_and_has_the_api(serve: Any) -> None:
    client = serve(page={}).client()
    refused = client.get("/")
    assert (refused.status, refused.error) == (404, "no_page")
    assert client.get("/openapi.json").status == 200
    client.close()


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(served: Any) -> None:
    _, kind = form(None)
    head = HEAD.format(kind)
    said = raw(served.port, f"{head}Content-Length: 999999999999\r\n\r\n".encode())
    assert said.startswith(b"HTTP/1.1 413")
    for length in ("9" * 5000, "-1", "1_0", "0x10", ""):
        said = raw(served.port, f"{head}Content-Length: {length}\r\n\r\n".encode())
        assert said.startswith(b"HTTP/1.1 4"), length
    served.complaints.clear()


def test_a_body_without_a_length_is_counted_while_it_comes(served: Any) -> None:
    body, kind = form(bytes(200))
    head = HEAD.format(kind)
    piece = body[:-60] + bytes(1 << 16)
    chunk = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    more = b"10000\r\n" + bytes(1 << 16) + b"\r\n"
    start = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode()
    assert raw(served.port, start, chunk, *[more] * 20).startswith(b"HTTP/1.1 413")


def test_what_is_no_photo_too_large_or_not_said_right_gets_a_sentence(client: Client) -> None:
    wide = encoded(scene(2000, 600), "png")
    for body, status, word in ((wide, 422, "photo"), (b"x", 422, "photo"), (b"", 422, "photo")):
        refused = client.send_form("/segment", body)
        assert (refused.status, refused.error) == (status, word)
        assert "passwd" not in refused.json["detail"]
    flat = client.send_form("/segment", encoded(scene(), "png"))
    assert (flat.status, flat.error) == (422, "nothing_stands_out")
    for fields in (
        {"format": "exe"},
        {"candidate": -1},
        {"candidate": True},
        {"keep_largest": 1},
        {"max_hole_area": 1 << 40},
        {"prompts": "[{]"},
        {"prompts": "[" * 50000},
        {"prompts": "1" * 5000},
        {"prompts": '[{"type":"foreground","x":NaN,"y":1}]'},
        {"prompts": [{"type": "foreground", "x": 1}]},
        {"prompts": [{"type": "foreground", "x": "1", "y": 1}]},
        {"prompts": [{"type": "box", "x0": 1, "y0": 1, "x1": 1e999, "y1": 2}]},
        {"prompts": [{"type": ["foreground"], "x": 1, "y": 1}]},
        {"bundle": "/etc"},
    ):
        assert client.send_form("/segment", PHOTO, **fields).status == 400, fields
    over = client.send_form("/segment", PHOTO, candidate=9)
    assert (over.status, over.error) == (422, "invalid")
    many = [{"type": "foreground", "x": 1, "y": 1}] * 257
    assert client.send_form("/segment", PHOTO, prompts=many).status == 422
    packed = client.ask("POST", "/sessions/x/predict", b"{}", {"Content-Type": "application/json"})
    assert packed.status == 404
    squeezed = {"Content-Type": form(None)[1], "Content-Encoding": "gzip"}
    assert client.ask("POST", "/segment", b"", squeezed).status == 415


def test_who_is_slow_does_not_keep_the_connection(serve: Any) -> None:
    """However busy the machine: what is waited for is the server's own end."""
    served = serve(seconds=0.5, header_seconds=0.5)
    assert raw(served.port, wait=60) == b""
    assert raw(served.port, b"GET /health HTT", wait=60) == b""
    # Its own server: there the headers have time to arrive on a machine that is busy elsewhere.
    served = serve(seconds=0.5, header_seconds=60)
    _, kind = form(None)
    head = HEAD.format(kind)
    head = head.replace("Connection: close\r\n", "")
    said = raw(served.port, f"{head}Content-Length: 500\r\n\r\n--".encode(), wait=60)
    assert said.startswith(b"HTTP/1.1 408")
    assert b"\r\nconnection: close\r\n" in said.lower()
    assert served.complaints == []


def _head(kind: str, length: int | None = None) -> bytes:
    said = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    start = "POST /segment HTTP/1.1\r\nHost: localhost"
    return f"{start}\r\nContent-Type: {kind}\r\n{said}\r\n\r\n".encode()


@pytest.mark.parametrize("said", [b"", b"GET /health HTT"])
def test_hundreds_that_ask_for_nothing_keep_nobody_out(serve: Any, said: bytes) -> None:
    served = serve(header_seconds=LONG, seconds=LONG)
    with contextlib.ExitStack() as kept:
        silent = []
        for _ in range(8):
            silent += [connected(served.port, kept, said) for _ in range(50)]
            assert answer_of(served.port, lambda client: client.get("/health")).status == 200
        assert sum(map(is_open, silent)) < 128
    assert served.complaints == []


def test_where_all_are_at_work_a_new_connection_is_closed_at_once(serve: Any) -> None:
    """What is open has a bound, whoever would have to make room."""
    served = serve(header_seconds=LONG, seconds=LONG, patience_seconds=LONG, connections=8)
    half = _head(form(None)[1], 500) + b"--"
    with contextlib.ExitStack() as kept:
        before = [connected(served.port, kept, half) for _ in range(7)]
        # Each is heard of before the next come: else it would be silent, and make room.
        until(lambda: len(served.server.server_state.tasks) == 7)
        for _ in range(30):
            one = connected(served.port, kept)
            with contextlib.suppress(ConnectionError):
                assert one.recv(1) == b""
        assert all(map(is_open, before))


def test_many_who_send_half_a_request_keep_nobody_else_out(serve: Any) -> None:
    served = serve(seconds=LONG, header_seconds=LONG, patience_seconds=0.5, connections=12)
    half = _head(form(None)[1], 500) + b"--"
    with contextlib.ExitStack() as kept:
        for number in range(11):
            connected(served.port, kept, half if number % 2 else b"GET /health HTT")
        time.sleep(1)  # for less than the patience no half body has to make room
        for _ in range(8):
            assert answer_of(served.port, lambda client: client.get("/health")).status == 200


def test_half_bodies_take_no_place_among_the_workers(serve: Any) -> None:
    served = serve(workers=1, queue=2, seconds=LONG, header_seconds=LONG)
    body, kind = form(PHOTO)
    with contextlib.ExitStack() as kept:
        half = [connected(served.port, kept, _head(kind, len(body)) + body[:100])
                for _ in range(30)]  # fmt: skip
        until(lambda: len(served.server.server_state.tasks) == 30)
        name = answer_of(served.port, lambda client: client.open(PHOTO))
        for call in (
            lambda client: client.send_form("/segment", PHOTO, prompts=[point(60, 80)]),
            lambda client: client.send_form("/remove", PHOTO),
            lambda client: client.predict(name, point(60, 80)),
        ):
            assert answer_of(served.port, call).status == 200
        half[0].sendall(body[100:])  # and once it is whole it is answered as any other
        assert half[0].recv(12) == b"HTTP/1.1 200"


def test_the_memory_of_half_bodies_is_bounded_and_the_oldest_makes_room(serve: Any) -> None:
    served = serve(workers=1, queue=2, seconds=LONG, header_seconds=LONG, patience_seconds=0.5)
    noise = np.random.default_rng(1).integers(0, 256, (500, 600, 3), np.uint8)
    photo = encoded(noise, "png")
    body, kind = form(photo)
    assert len(body) > 800_000
    with contextlib.ExitStack() as kept:
        for _ in range(6):
            connected(served.port, kept, _head(kind, len(body)) + body[:800_000])
        # Two fit. The others are told so, or make those that came before them leave.
        until(lambda: _refused(served) == 4)
        time.sleep(1)
        whole = answer_of(served.port, lambda client: client.send_form("/sessions", photo))
        assert whole.status == 201, whole.body
        assert _refused(served) == 5


def _refused(served: Any) -> int:
    return sum("POST /segment 503 " in line for line in served.log)


def test_a_body_in_crumbs_is_refused_and_one_with_a_few_is_not(serve: Any) -> None:
    served = serve(seconds=LONG, header_seconds=LONG)
    body, kind = form(PHOTO)
    start = body.index(PHOTO[:8])
    first = f"{start:x}\r\n".encode() + body[:start] + b"\r\n"
    said = raw(served.port, _head(kind) + first + b"1\r\nx\r\n" * 20_000, wait=60)
    assert said.startswith(b"HTTP/1.1 400")
    assert b"small pieces" in said
    pieces = [body[at : at + 1] for at in range(200)]
    pieces += [body[at : at + 600] for at in range(200, len(body), 600)]
    fair = answer_of(served.port, lambda client: client.ask(
        "POST", "/segment", iter(pieces), {"Content-Type": kind}))  # fmt: skip
    assert fair.status == 200, fair.body


def _is_closed_to(one: socket.socket, more: bytes) -> bool:
    time.sleep(0.1)
    try:
        one.sendall(more)
    except ConnectionError:
        return True
    return False


def test_who_sends_on_after_a_refusal_does_not_keep_the_connection(serve: Any) -> None:
    served = serve(header_seconds=0.5)
    with contextlib.ExitStack() as kept:
        one = connected(served.port, kept, _head("text/plain"))
        assert one.recv(12) == b"HTTP/1.1 415"
        until(lambda: _is_closed_to(one, b"1\r\nx\r\n"))


def test_what_is_no_http_after_an_answer_ends_the_connection_without_a_word(
    serve: Any, caplog: pytest.LogCaptureFixture
) -> None:
    served = serve(header_seconds=LONG)
    with contextlib.ExitStack() as kept:
        one = connected(served.port, kept, _head("text/plain"))
        assert one.recv(12) == b"HTTP/1.1 415"
        one.sendall(b"nonsense\r\n")
        with contextlib.suppress(ConnectionError):
            while one.recv(1 << 16):
                pass
    assert not [record for record in caplog.records if record.name == "asyncio"]


def test_what_a_stranger_can_repeat_is_a_line_a_second(serve: Any) -> None:
    served = serve()
    start = time.monotonic()
    for _ in range(1000):
        error = OSError(24, "Too many open files")
        logging.getLogger("asyncio").error("no\nresource", exc_info=(OSError, error, None))
        logging.getLogger("python_multipart.multipart").warning("a byte too many")
    lines = list(served.complaints)
    assert set(lines) == {"server: no (OSError: [Errno 24] Too many open files)"}
    assert len(lines) <= 1 + (time.monotonic() - start)
