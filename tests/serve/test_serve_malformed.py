"""A thousand requests that make no sense: never a 500, nothing left behind, no memory kept."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from http_client import Client, form, point, raw
from photo_files import encoded, scene

PHOTOS = [
    encoded(scene(96, 64, ((20, 20, 60, 50),)), kind) for kind in ("png", "jpeg", "webp", "bmp")
]
FORMS, JSONS, RAW = 300, 340, 60  # forms twice
FINE = (200, 201, 400, 413, 415, 422)
WORDS = [b"\0", b"\xff\xfe", b"\r\n", b"--", b'"', b";", b"name", b"9" * 40, b"%s", b"\x1b[31m"]


def _memory() -> int:
    """Bytes that this process, the server in it, has in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _damaged(data: bytes, chance: random.Random) -> bytes:
    """Cut, doubled, overwritten or filled with words, at a few places."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        what = chance.randrange(5)
        if what == 0:
            del changed[at:]
        elif what == 1:
            changed[at:at] = chance.choice(WORDS)
        elif what == 2:
            changed[at : at + 4] = chance.randbytes(4)
        elif what == 3:
            del changed[at : at + chance.randint(1, 40)]
        else:
            changed[at:at] = changed[: chance.randint(0, 200)]
    return bytes(changed)


def _value(chance: random.Random, depth: int = 0) -> Any:
    kinds = [None, True, 1, -1, 0.5, 1e308, 1 << 70, "x", "foreground", "box", [], {}]
    if depth > 3 or chance.random() < 0.4:
        return chance.choice(kinds)
    if chance.random() < 0.5:
        return [_value(chance, depth + 1) for _ in range(chance.randint(0, 4))]
    names = ["type", "x", "y", "x0", "y0", "x1", "y1", "prompts", "format", "candidate", "crop"]
    return {chance.choice(names): _value(chance, depth + 1) for _ in range(chance.randint(0, 5))}


def _is_well(client: Client, served: Any) -> None:
    assert client.get("/health").status == 200
    assert b"squeezesam_places_taken 0.0" in client.get("/metrics").body
    assert served.complaints == []


@pytest.mark.parametrize("seed", range(2))
def test_malformed_forms_and_photos_are_refused_with_a_sentence(
    client: Client, served: Any, seed: int
) -> None:
    chance = random.Random(seed)
    before = 0
    for turn in range(FORMS):
        photo, prompts = chance.choice(PHOTOS), [point(30, 30)]
        if turn % 2:
            body, kind = form(_damaged(photo, chance), prompts=prompts, format="rle")
        else:
            body, kind = form(photo, prompts=prompts, format="rle")
            body = _damaged(body, chance)
        path = chance.choice(["/segment", "/remove", "/sessions"])
        if chance.random() < 0.1:
            kind = chance.choice(
                ["multipart/form-data", kind[:-9], kind + "; charset=x", "text/plain"]
            )
        answer = client.ask("POST", path, body, {"Content-Type": kind})
        assert answer.status in FINE, (answer.status, answer.body)
        assert answer.status < 300 or answer.error
        if turn == FORMS // 3:
            before = _memory()
    assert _memory() - before < 8 << 20
    _is_well(client, served)


def test_malformed_json_is_refused_with_a_sentence(client: Client, served: Any) -> None:
    chance = random.Random(7)
    name = client.open(PHOTOS[0])
    for turn in range(JSONS):
        value = {"prompts": [point(3, 4), _value(chance)], "format": "rle"}
        whole = json.dumps(value if turn % 3 else _value(chance)).encode()
        body = _damaged(whole, chance) if turn % 2 else whole
        answer = client.send_json(f"/sessions/{name}/predict", body)
        assert answer.status in FINE, (answer.status, answer.body)
        assert answer.status < 300 or answer.error
    assert client.predict(name, point(30, 30)).status == 200
    _is_well(client, served)


def test_what_is_not_even_http_is_refused(client: Client, served: Any) -> None:
    chance = random.Random(3)
    body, kind = form(PHOTOS[0])
    head = f"POST /segment HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n".encode()
    whole = head + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
    for _ in range(RAW):
        changed = _damaged(whole[:200], chance) + whole[200:]
        said = raw(served.port, changed, wait=0.2)
        assert not said.startswith(b"HTTP/1.1 5"), changed
    assert all("Traceback" not in line for line in served.complaints)
    served.complaints.clear()
    for _ in range(100):  # what waits for the rest of its body gives up its place when it leaves
        if b"squeezesam_places_taken 0.0" in client.get("/metrics").body:
            break
    _is_well(client, served)
