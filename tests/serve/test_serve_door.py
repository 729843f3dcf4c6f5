"""What is refused at the door, and how; what browsers are told."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from typing import Any

import pytest
from http_client import Client, form, raw
from photo_files import encoded, scene

PHOTO = encoded(scene(things=((32, 48, 96, 128),)), "png")
HEAD = "POST /segment HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {}\r\n"


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
    said = raw(served.port, f"{head}Content-Length: 500\r\n\r\n--".encode(), wait=60)
    assert said.startswith(b"HTTP/1.1 408")
    assert served.complaints == []


def test_many_who_send_half_a_request_keep_nobody_else_out(serve: Any) -> None:
    served = serve(seconds=120, header_seconds=120, connections=12)
    _, kind = form(None)
    half = f"{HEAD.format(kind)}Content-Length: 500\r\n\r\n--".encode()
    with contextlib.ExitStack() as kept:
        for number in range(11):
            one = kept.enter_context(socket.create_connection(("127.0.0.1", served.port), 60))
            one.sendall(half if number % 2 else b"GET /health HTT")
        time.sleep(2.5)  # for less nobody has to make room
        for _ in range(8):
            client = served.client()
            assert client.get("/health").status == 200
            client.close()
