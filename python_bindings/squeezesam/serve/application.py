"""Addresses, the door before them, and what lives as long as the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ..segmenter import Segmenter
from .api import Api
from .door import Door
from .limits import Limits
from .openapi import document
from .page import Files, page_files
from .refusals import Refusal
from .workers import Workers

_SWEEP = 1.0  # seconds between two looks for sessions that have expired


def make_application(
    segmenter: Segmenter,
    limits: Limits,
    workers: Workers,
    *,
    hosts: frozenset[str] | None,
    log: Callable[[str], Any],
    complain: Callable[[str], Any],
    page: Files | None = None,
) -> ASGIApp:
    """The ASGI application; see `Door` for hosts and log, `Api` for complain.

    page: in place of the page of this installation; empty: none.
    """
    files = page_files() if page is None else page
    api = Api(segmenter, limits, workers, complain)

    @contextlib.asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        sweeper = asyncio.get_running_loop().create_task(_sweep(api))
        try:
            yield
        finally:
            sweeper.cancel()
            workers.stop_all()
            await workers.close(limits.grace_seconds)

    routes = [
        Route("/health", api.health),
        Route("/metrics", api.numbers),
        Route("/openapi.json", _fixed_json(document(limits))),
        Route("/segment", api.segment, methods=["POST"]),
        Route("/remove", api.remove, methods=["POST"]),
        Route("/sessions", api.open_session, methods=["POST"]),
        Route("/sessions/{session}", api.close_session, methods=["DELETE"]),
        Route("/sessions/{session}/predict", api.predict, methods=["POST"]),
        *([] if files else [Route("/", _no_page)]),
        *(Route(path, _fixed(*file)) for path, file in files.items()),
    ]
    app = Starlette(routes=routes, lifespan=living, exception_handlers={HTTPException: _unrouted})
    app.router.redirect_slashes = False
    return Door(app, hosts, api.metrics, log)


async def _sweep(api: Api) -> None:
    while True:
        await asyncio.sleep(_SWEEP)
        api.sessions.expire()


def _fixed(body: bytes, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        return Response(body, media_type=media_type)

    return page


def _fixed_json(value: Any) -> Callable[[Request], Awaitable[Response]]:
    async def openapi(request: Request) -> Response:
        return JSONResponse(value)

    return openapi


async def _no_page(request: Request) -> Response:
    return Refusal(
        404,
        "no_page",
        "this installation has no page (make serve-page builds it); /openapi.json tells the API",
    ).response()


async def _unrouted(request: Request, error: Exception) -> Response:
    """404 and 405 in the form of all other refusals."""
    assert isinstance(error, HTTPException)
    wrong = {404: "there is nothing at this address", 405: "this address takes another method"}
    sentence = wrong.get(error.status_code, "the request makes no sense")
    return Refusal(error.status_code, "address", sentence, error.headers).response()
