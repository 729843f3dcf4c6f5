"""The REST API: what each address does."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from .. import __version__
from ..errors import CancelledError
from ..segmenter import Segmenter, Session
from . import work
from .limits import Limits
from .metrics import MEDIA_TYPE, Metrics
from .orders import Order, Reader
from .refusals import Refusal, busy, refusal_of
from .sessions import Kept, Sessions
from .uploads import Arrivals, read_form, read_json
from .workers import Place, Run, Stop, Workers

T = TypeVar("T")
Endpoint = Callable[["Api", Request], Awaitable[Response]]

REMOVE = frozenset(("crop", "refine", "keep_largest", "max_hole_area"))
"""What may stand beside the photo in a request to /remove."""


def answered(endpoint: Endpoint) -> Endpoint:
    """Whatever goes wrong in `endpoint` becomes a status and a sentence."""

    @functools.wraps(endpoint)
    async def answering(self: Api, request: Request) -> Response:
        try:
            return await endpoint(self, request)
        except ClientDisconnect:
            return Response(status_code=499)  # for the log: nobody reads it
        except asyncio.CancelledError:
            if not self.workers.ending:
                raise
            # The server's patience is over; its client hears why.
            return busy("the server is ending").response()
        except Exception as error:
            refusal = refusal_of(error)
            if refusal.status == 500:
                self.complain(f"{endpoint.__name__}: {type(error).__name__}: {error}")
            return refusal.response()

    return answering


class Api:
    """One segmenter, its workers, its sessions. complain: takes a line about a fault of ours."""

    def __init__(
        self,
        segmenter: Segmenter,
        limits: Limits,
        workers: Workers,
        complain: Callable[[str], Any],
    ) -> None:
        self._segmenter = segmenter
        self._limits = limits
        self.complain = complain
        self.workers = workers
        self.sessions = Sessions(limits)
        self.metrics = Metrics(lambda: len(self.sessions), lambda: self.workers.taken)
        self._arrivals = Arrivals(limits)
        self._reader = Reader(limits.prompts)
        self._remover = Reader(limits.prompts, REMOVE)

    @answered
    async def health(self, request: Request) -> Response:
        bundle = self._segmenter.bundle
        facts = {
            "background": bundle.info["negative_points"],
            "box": bundle.info["box"],
            "automatic": bundle.info["automatic"],
        }
        about = {
            "status": "ok",
            "version": __version__,
            "bundle": bundle.name,
            "licence": bundle.info["licence"],
            "bytes": sum(program.size for program in bundle.programs),
            "engine": self._segmenter.engine.name,
            "prompts": facts,
        }
        return JSONResponse(about)

    @answered
    async def numbers(self, request: Request) -> Response:
        return Response(self.metrics.text(), media_type=MEDIA_TYPE)

    @answered
    async def segment(self, request: Request) -> Response:
        photo, fields = await self._form(request)
        with self.workers.place() as place:
            order = self._reader.form(fields)
            return await self._at_once(request, place, photo, order)

    @answered
    async def remove(self, request: Request) -> Response:
        photo, fields = await self._form(request)
        with self.workers.place() as place:
            asked = self._remover.form(fields)
            order = Order(format="cutout", crop=asked.crop, **asked.options)
            return await self._at_once(request, place, photo, order)

    @answered
    async def open_session(self, request: Request) -> Response:
        photo, fields = await self._form(request)
        if fields:
            raise Refusal(400, "malformed", "opening a session takes the photo alone")
        with self.workers.place() as place:
            pixels = self._limits.pixels
            run = self.workers.start(
                place,
                lambda stop: work.open_photo(self._segmenter, photo, pixels, stop),
                _nothing,
            )
            session: Session = await self._result(request, run)
        kept = self.sessions.keep(session)
        body = {
            "session": kept.id,
            "width": session.width,
            "height": session.height,
            "idle_seconds": self._limits.idle_seconds,
        }
        return JSONResponse(body, 201, headers={"Location": f"/sessions/{kept.id}"})

    @answered
    async def predict(self, request: Request) -> Response:
        kept = self.sessions.find(request.path_params["session"])
        self.workers.check()
        body = await read_json(request, self._limits, self._arrivals)
        with self.workers.place() as place:
            order = self._reader.order(body)
            number = kept.overtake()
            await kept.turn.acquire()
            if number != kept.latest:
                kept.turn.release()
                raise _overtaken()
            run = kept.run = self.workers.start(
                place,
                lambda stop: work.answer(kept.session, kept.given, order, stop),
                kept.turn.release,
            )
            return await self._latest(request, kept, number, run)

    @answered
    async def close_session(self, request: Request) -> Response:
        self.sessions.close(request.path_params["session"])
        return Response(status_code=204)

    async def _form(self, request: Request) -> tuple[bytes, dict[str, str]]:
        """Its place is taken when it is here; where there is none now, the photo need not come."""
        self.workers.check()
        return await read_form(request, self._limits, self._arrivals)

    async def _at_once(
        self, request: Request, place: Place, photo: bytes, order: Order
    ) -> Response:
        def whole_way(stop: Stop) -> work.Answer:
            session = work.open_photo(self._segmenter, photo, self._limits.pixels, stop)
            return work.answer(session, [], order, stop)

        return _response(
            await self._result(request, self.workers.start(place, whole_way, _nothing))
        )

    async def _latest(
        self, request: Request, kept: Kept, number: int, run: Run[work.Answer]
    ) -> Response:
        try:
            return _response(await self._result(request, run))
        except CancelledError:
            if number != kept.latest:
                raise _overtaken() from None
            raise

    async def _result(self, request: Request, run: Run[T]) -> T:
        """What the work gives. It stops when its client leaves or its time is over."""
        gone = asyncio.get_running_loop().create_task(_left(request))
        either: set[asyncio.Future[Any]] = {run.future, gone}
        try:
            await asyncio.wait(
                either, timeout=self._limits.seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if run.future.done() and not run.future.cancelled():
                return run.future.result()
            if gone.done():
                raise ClientDisconnect
            if run.future.cancelled():
                raise CancelledError("the server is ending")
            raise Refusal(503, "slow", f"this took more than {self._limits.seconds:g} s")
        finally:
            gone.cancel()
            run.stop()


async def _left(request: Request) -> None:
    """Returns when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _nothing() -> None:
    """Nobody waits for the end of this work."""


def _overtaken() -> Refusal:
    return Refusal(409, "overtaken", "a later request of this session has taken its place")


def _response(answer: work.Answer) -> Response:
    return Response(answer.body, media_type=answer.media_type, headers=answer.headers)
