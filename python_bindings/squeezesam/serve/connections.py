"""A connection that does not wait for ever for a request's headers, nor keep a place for others."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# Each piece of a body costs the server's thread as much as some hundred bytes, also one of a byte.
_FAIR_START = 256  # pieces
_PIECE = 512  # bytes that each piece beyond those has to carry on average
_SLOWEST = 4096  # bytes a second, of who reads an answer


class BoundedConnection(H11Protocol):
    """uvicorn's, closed when a request's line and headers take longer than `header_seconds`.

    uvicorn's own clock runs between two requests only: a client that connects and says nothing, or
    a header an hour, would keep its connection; and one that does not read, its answer in memory;
    and one that sends on after its answer, the server's thread.
    Where all connections are taken, a new one takes the place of the one that has been silent (or
    amid its headers) longest: of a thousand such, the newest are there, and so is who comes with a
    request. Where there is none, of the one whose body is on its way, or whose answer is unread,
    longest and for `patience_seconds` at least. Where all are at work, the new one is closed: what
    is open has a bound, and with it the descriptors of the process.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn: _Pieces = _Pieces(h11.SERVER)
        self._header_seconds: float = getattr(self.config, "header_seconds", 10.0)
        self._patience: float = getattr(self.config, "patience_seconds", 2.0)
        self._clock: asyncio.TimerHandle | None = None
        self._waiting_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._waiting_since = self.loop.time()
        self._start()
        self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._start()
        else:
            self._halt()

    def on_response_complete(self) -> None:
        unread = self.conn.their_state is h11.SEND_BODY
        super().on_response_complete()
        self._waiting_since = self.loop.time()
        self._watch_reader(self.transport.get_write_buffer_size())
        if unread and not self.transport.is_closing():
            # A client that still sends would not see the answer if this end closed at once.
            self.loop.call_later(self._header_seconds, self._look_at_rest, self.cycle)

    def connection_lost(self, exc: Exception | None) -> None:
        self._halt()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """To what is no HTTP, at most once: an answer may be on its way, or have been given."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # whatever answers it has nobody to tell any more
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(self.conn.fault or msg)
        else:
            self.transport.close()

    def _make_room(self) -> None:
        most = self.limit_concurrency
        while most is not None and self in self.connections and len(self.connections) >= most:
            turns = [
                (turn, one)
                for one in self.connections
                if isinstance(one, BoundedConnection) and one is not self and (turn := one._turn())
            ]
            _, leaving = min(turns, key=lambda pair: pair[0], default=(None, self))
            leaving._leave()

    def _turn(self) -> tuple[int, float] | None:
        """When it is to make room for another: smaller comes first; None for what is at work."""
        unread = self.transport.get_write_buffer_size()
        if self.conn.their_state is h11.IDLE and not unread:
            return 0, self._waiting_since
        late = self._waiting_since <= self.loop.time() - self._patience
        # With `Connection: close` its answer may be all that is left of it.
        if late and (unread or self.conn.their_state in (h11.IDLE, h11.SEND_BODY)):
            return 1, self._waiting_since
        return None

    def _leave(self) -> None:
        # uvicorn counts it until the loop has closed it, and would refuse who gets its place.
        self.connections.discard(self)
        self.transport.abort()

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

    def _look_at_rest(self, answered: Any) -> None:
        if self.cycle is answered and self.conn.their_state is h11.SEND_BODY:
            self.transport.close()

    def _watch_reader(self, unread: int) -> None:
        if unread:
            self.loop.call_later(self._header_seconds, self._look_at_reader, unread)

    def _look_at_reader(self, before: int) -> None:
        unread = self.transport.get_write_buffer_size()
        if unread > max(0, before - self._header_seconds * _SLOWEST):
            self.transport.abort()
        else:
            self._watch_reader(unread)


class _Pieces(h11.Connection):
    """h11's, to which a body in crumbs is no HTTP. fault: the sentence about it, once it is one."""

    fault = ""

    def next_event(self) -> Any:
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._pieces = self._bytes = 0
        elif isinstance(event, h11.Data):
            self._pieces += 1
            self._bytes += len(event.data)
            if self._pieces > _FAIR_START + self._bytes // _PIECE:
                self.fault = "The body comes in too many small pieces."
                raise h11.RemoteProtocolError(self.fault)
        return event
