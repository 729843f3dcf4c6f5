"""A small client: http.client, and sockets where a request must be wrong."""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Headers = dict[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The word for programs of a refusal, whose sentence must be one."""
        told = self.json
        assert set(told) == {"error", "detail"}
        assert "\n" not in told["detail"]
        assert "Traceback" not in told["detail"]
        return str(told["error"])


def form(photo: bytes | None, **fields: Any) -> tuple[bytes, str]:
    """A multipart body and its type. Fields that are no text are sent as JSON."""
    boundary = secrets.token_hex(8)
    parts = []
    for name, value in fields.items():
        text = value if isinstance(value, str) else json.dumps(value)
        parts.append((f'form-data; name="{name}"', text.encode()))
    if photo is not None:
        parts.append(('form-data; name="photo"; filename="../../etc/\x1b[31mpasswd"', photo))
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + data + b"\r\n"
        for disposition, data in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Client:
    """For one thread. Each request is answered before the next."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def close(self) -> None:
        self._connection.close()

    def ask(
        self, method: str, path: str, body: Any = None, headers: Headers | None = None
    ) -> Answer:
        try:
            self._connection.request(method, path, body, headers or {})
            answer = self._connection.getresponse()
            return Answer(
                answer.status,
                {name.lower(): value for name, value in answer.headers.items()},
                answer.read(),
            )
        except BaseException:
            self._connection.close()
            raise

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def send_form(self, path: str, photo: bytes | None, **fields: Any) -> Answer:
        body, kind = form(photo, **fields)
        return self.ask("POST", path, body, {"Content-Type": kind})

    def send_json(self, path: str, value: Any) -> Answer:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.ask("POST", path, body, {"Content-Type": "application/json"})

    def open(self, photo: bytes) -> str:
        answer = self.send_form("/sessions", photo)
        assert answer.status == 201, answer.body
        return str(answer.json["session"])

    def predict(self, session: str, *prompts: dict[str, Any], **options: Any) -> Answer:
        return self.send_json(f"/sessions/{session}/predict", {"prompts": prompts, **options})


def raw(port: int, *pieces: bytes, wait: float = 10.0, close: bool = False) -> bytes:
    """Sends bytes as they are; what the server says until it closes or `wait` seconds are over."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        said = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
            if close:
                return b""
            while received := connection.recv(1 << 16):
                said += received
        except (ConnectionError, TimeoutError):
            pass
        return said


def point(x: float, y: float, kind: str = "foreground") -> dict[str, Any]:
    return {"type": kind, "x": x, "y": y}


def box(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    return {"type": "box", "x0": x0, "y0": y0, "x1": x1, "y1": y1}


def connected(port: int, kept: contextlib.ExitStack, said: bytes = b"") -> socket.socket:
    """Kept open until the end of `kept`."""
    one = kept.enter_context(socket.create_connection(("127.0.0.1", port), 60))
    one.sendall(said)
    return one


def is_open(one: socket.socket) -> bool:
    """Whether the server has not closed it."""
    one.setblocking(False)
    try:
        return bool(one.recv(1))
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def answer_of(port: int, call: Callable[[Client], T]) -> T:
    """What `call` gives, on a connection of its own."""
    client = Client(port)
    try:
        return call(client)
    finally:
        client.close()


def until(condition: Callable[[], bool]) -> None:
    """Waits for it, at most a minute: the machine may be busy."""
    stop = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < stop
        time.sleep(0.01)
