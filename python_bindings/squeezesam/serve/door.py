"""What every request passes first, and every answer last: whose it is, what a browser may do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .metrics import Metrics
from .refusals import Refusal

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Door:
    """hosts: the names by which this server may be called; None takes any.

    A page of another site can send requests to a server on this machine, and by a name that it
    makes point here even read the answers: so the Host must be ours, and the Origin the Host's.
    log: takes one line about every request.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: frozenset[str] | None,
        metrics: Metrics,
        log: Callable[[str], Any],
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._metrics = metrics
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        refusal = self._refusal(Headers(scope=scope))
        try:
            await (refusal.response() if refusal else self._app)(scope, receive, sent)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(scope.get("endpoint"), "__name__", "none")
            self._metrics.count(route, status, seconds)
            client = (scope.get("client") or ("-",))[0]
            line = f"{client} {scope['method']} {scope['path']} {status} {1000 * seconds:.0f} ms"
            self._log(line[:400])

    def _refusal(self, headers: Headers) -> Refusal | None:
        host = headers.get("host", "")
        if self._hosts is not None and _name(host) not in self._hosts:
            return Refusal(421, "host", "this server does not answer to that name")
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2].lower() != host.lower():
            return Refusal(403, "origin", "pages of other sites may not use this server")
        return None


def _name(host: str) -> str:
    """The name in a Host header, without the port; empty for nonsense."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
