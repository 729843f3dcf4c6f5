"""Bodies of requests: counted while they are read, kept in memory only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from .limits import Limits
from .orders import parsed
from .refusals import Refusal, busy, malformed

_FIELDS = 16
_DRAIN_SECONDS = 1.0


async def read_form(
    request: Request, limits: Limits, arrivals: Arrivals
) -> tuple[bytes, dict[str, str]]:
    """The photo and the other fields of a multipart form.

    Raises Refusal for a body that is too large (looked at before the first byte where its length
    is said, and after every piece), too slow, of another type, malformed, or without room.
    """
    _check_type(request, "multipart/form-data", "send a form (multipart/form-data) with a photo")
    arrival = arrivals.one()
    stream = _Counted(request, limits.upload_bytes + limits.json_bytes, arrival)
    parser = MultiPartParser(
        request.headers,
        stream.pieces(),
        max_files=1,
        max_fields=_FIELDS,
        max_part_size=limits.json_bytes,
    )
    # Starlette would put what is larger than a megabyte into a temporary file.
    parser.spool_max_size = limits.upload_bytes + limits.json_bytes + 1
    async with arrival:
        try:
            form = await parser.parse()
        except MultiPartException as error:
            await stream.drain()
            raise malformed(f"the form cannot be read ({error.message.rstrip('.')})") from None
        except (ValueError, KeyError, IndexError, AttributeError):
            await stream.drain()
            raise malformed("the form cannot be read (invalid multipart data)") from None
    try:
        return await _sorted_out(form.multi_items(), limits)
    finally:
        await form.close()


async def read_json(request: Request, limits: Limits, arrivals: Arrivals) -> dict[str, Any]:
    """A JSON object. Raises Refusal as `read_form` does."""
    _check_type(request, "application/json", "send JSON (application/json)")
    arrival = arrivals.one()
    stream = _Counted(request, limits.json_bytes, arrival)
    async with arrival:
        body = b"".join([piece async for piece in stream.pieces()])
    value = parsed(body, "the body")
    if not isinstance(value, dict):
        raise malformed("the body is a JSON object")
    return value


def _check_type(request: Request, wanted: str, sentence: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if given != wanted or encoding != "identity":
        raise Refusal(415, "content_type", sentence if given != wanted else "send it uncompressed")


async def _sorted_out(items: list[tuple[str, Any]], limits: Limits) -> tuple[bytes, dict[str, str]]:
    photo: bytes | None = None
    fields: dict[str, str] = {}
    for name, value in items:
        if name in fields or (name == "photo" and photo is not None):
            raise malformed("a field stands twice in the form")
        if isinstance(value, UploadFile) != (name == "photo"):
            raise malformed("photo is the form's only file")
        if isinstance(value, UploadFile):
            photo = await value.read()
        else:
            fields[name] = value
    if photo is None:
        raise malformed("the form has no file called photo")
    if len(photo) > limits.upload_bytes:
        raise _too_large(limits.upload_bytes)
    return photo, fields


class Arrivals:
    """The bodies on their way, which together hold what `queue` of the largest would at most.

    None has a place among the workers before it is whole: who sends half of one keeps nobody out.
    Where their memory is taken, the one that has been on its way longest, and for
    `patience_seconds` at least, makes room.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._most = max(1, limits.queue) * (limits.upload_bytes + limits.json_bytes)
        self._held = 0
        self._under_way: dict[Arrival, None] = {}  # in the order in which they began

    def one(self) -> Arrival:
        """One more, once it is entered."""
        return Arrival(self, self._limits.seconds)

    def begin(self, arrival: Arrival) -> None:
        """It is on its way."""
        self._under_way[arrival] = None

    def end(self, arrival: Arrival) -> None:
        """It no longer is; twice is like once."""
        if arrival in self._under_way:
            del self._under_way[arrival]
            self._held -= arrival.size

    def grow(self, arrival: Arrival, size: int) -> None:
        """One more piece of it has come. Raises Refusal (503) where none makes room for that."""
        arrival.size += size
        self._held += size
        late = asyncio.get_running_loop().time() - self._limits.patience_seconds
        while self._held > self._most:
            oldest = next((one for one in self._under_way if one is not arrival), None)
            if oldest is None or oldest.start > late:
                raise busy("too many bodies are on their way; try again in a moment")
            self.end(oldest)
            oldest.refuse(busy("this took long to arrive, and others needed its room"))


class Arrival:
    """One body on its way, as `asyncio.timeout` (which Python 3.10 has not), with a Refusal."""

    def __init__(self, arrivals: Arrivals, seconds: float) -> None:
        self._arrivals = arrivals
        self._seconds = seconds
        self._refusal: Refusal | None = None
        self.size = 0
        self.start = 0.0

    async def __aenter__(self) -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        self._task, self.start = task, loop.time()
        late = Refusal(408, "slow", f"the request took more than {self._seconds:g} s to arrive")
        self._timer = loop.call_later(self._seconds, self.refuse, late)
        self._arrivals.begin(self)

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._timer.cancel()
        self._arrivals.end(self)
        if self._refusal is not None and kind is asyncio.CancelledError:
            raise self._refusal

    def grow(self, size: int) -> None:
        """As `Arrivals.grow`."""
        self._arrivals.grow(self, size)

    def refuse(self, refusal: Refusal) -> None:
        """Ends the reading. The connection ends too: nobody waits for the rest of the body."""
        if self._refusal is None:
            refusal.headers["Connection"] = "close"
            self._refusal = refusal
            self._task.cancel()


class _Counted:
    """The body, piece by piece, up to `most` bytes."""

    def __init__(self, request: Request, most: int, arrival: Arrival) -> None:
        self._request = request
        self._arrival = arrival
        self._stream = request.stream()
        self._most = most

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        said = self._request.headers.get("content-length")
        if said is not None and int(said) > self._most:  # h11 has made sure that it is a number
            await self.drain()
            raise _too_large(self._most)
        count = 0
        async for piece in self._stream:
            count += len(piece)
            if count > self._most:
                await self.drain()
                raise _too_large(self._most)
            self._arrival.grow(len(piece))
            yield piece

    async def drain(self) -> None:
        """Reads on for a moment: a client that still sends would not see the answer."""
        stop, count = time.monotonic() + _DRAIN_SECONDS, 0
        try:
            while count <= self._most:
                left = stop - time.monotonic()
                count += len(await asyncio.wait_for(anext(self._stream), max(left, 0.0)))
        except (StopAsyncIteration, asyncio.TimeoutError, RuntimeError):
            pass


def _too_large(most: int) -> Refusal:
    return Refusal(413, "too_large", f"the body is larger than the {most} bytes that are taken")
