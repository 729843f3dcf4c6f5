"""A connection that does not wait for ever for a request's headers, nor keep a place for others."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# What has been on its way for less is not closed to make room.
_PATIENCE = 2.0


class BoundedConnection(H11Protocol):
    """uvicorn's, closed when a request's line and headers take longer than `header_seconds`.

    uvicorn's own clock runs between two requests only: a client that connects and says nothing, or
    a header an hour, would keep its connection; and one that does not read, its answer in memory.
    Where all connections are taken, a new one takes the place of the one whose request has been on
    its way longest: a hundred clients that send half a body each keep nobody else out.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._header_seconds: float = getattr(self.config, "header_seconds", 10.0)
        self._clock: asyncio.TimerHandle | None = None
        self._waiting_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._waiting_since = self.loop.time()
        self._make_room()
        self._start()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._halt()
        elif self.conn.trailing_data[0]:
            self._start()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._waiting_since = self.loop.time()
        self._watch_reader(self.transport.get_write_buffer_size())

    def connection_lost(self, exc: Exception | None) -> None:
        self._halt()
        super().connection_lost(exc)

    def _make_room(self) -> None:
        most = self.limit_concurrency
        if most is None or len(self.connections) < most:
            return
        late = self.loop.time() - _PATIENCE
        waiting = [
            one
            for one in self.connections
            if isinstance(one, BoundedConnection)
            and one._waiting_since < late
            and one.conn.their_state in (h11.IDLE, h11.SEND_BODY)
            and not one.transport.is_closing()
        ]
        if waiting:
            min(waiting, key=lambda one: one._waiting_since).transport.abort()

    def _start(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(self._header_seconds, self._too_late)

    def _halt(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _too_late(self) -> None:
        self._clock = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()

    def _watch_reader(self, unread: int) -> None:
        if unread:
            self.loop.call_later(self._header_seconds, self._look_at_reader, unread)

    def _look_at_reader(self, before: int) -> None:
        unread = self.transport.get_write_buffer_size()
        if unread >= before:
            self.transport.abort()
        else:
            self._watch_reader(unread)
