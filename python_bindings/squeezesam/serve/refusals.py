"""What a request is told when it gets no result: a status, a word for programs, a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

from ..errors import (
    InvalidArgumentError,
    NothingStandsOutError,
    OutOfMemoryError,
    OutputError,
    PhotoError,
    PromptError,
    PromptUnsupportedError,
    SqueezeSamError,
)

# The first class that fits decides, so the kinds stand before their bases.
_KINDS: tuple[tuple[type[Exception], int, str], ...] = (
    (PhotoError, 422, "photo"),
    (NothingStandsOutError, 422, "nothing_stands_out"),
    (PromptUnsupportedError, 422, "prompt_unsupported"),
    (PromptError, 422, "prompt"),
    (InvalidArgumentError, 422, "invalid"),
    (OutputError, 422, "output"),
    (OutOfMemoryError, 503, "memory"),
    (MemoryError, 503, "memory"),
    (SqueezeSamError, 500, "failed"),
)


class Refusal(Exception):  # noqa: N818
    """A request that gets no result.

    status: of HTTP. code: one word that programs may compare. The text is one sentence for the
    person.
    """

    def __init__(
        self, status: int, code: str, sentence: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """``{"error": code, "detail": sentence}`` with the status."""
        body = {"error": self.code, "detail": str(self)}
        return JSONResponse(body, self.status, headers=self.headers)


def malformed(sentence: str) -> Refusal:
    """400: the request itself cannot be understood."""
    return Refusal(400, "malformed", sentence)


def busy(sentence: str) -> Refusal:
    """503: come again."""
    return Refusal(503, "busy", sentence, {"Retry-After": "1"})


def refusal_of(error: Exception) -> Refusal:
    """What the person is told about an error; a bug of ours says no more than that it is one."""
    if isinstance(error, Refusal):
        return error
    for kind, status, code in _KINDS:
        if isinstance(error, kind):
            sentence = " ".join(str(error).split()) or "not enough memory for it"
            return Refusal(status, code, sentence)
    return Refusal(500, "bug", "this is a bug in squeezesam; please report it")
