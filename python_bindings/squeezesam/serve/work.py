"""What the workers do for one request: photo and prompts in, an answer out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ..formats import FORMATS
from ..mask import Mask
from ..prompts import BackgroundPoint, Box, Prompt
from ..render import encode, rendered
from ..segmenter import Segmenter, Session
from ..timings import Timings
from .orders import Order
from .workers import Stop

_MEDIA = {".png": "image/png", ".svg": "image/svg+xml", ".json": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A rendered result and what its headers say about it."""

    body: bytes
    media_type: str
    headers: dict[str, str]


def open_photo(segmenter: Segmenter, photo: bytes, max_pixels: int, stop: Stop) -> Session:
    """A session for encoded bytes. Raises PhotoError."""
    stop.check()
    session = segmenter.open(photo, max_pixels=max_pixels)
    stop.watch(session)
    return session


def answer(session: Session, given: list[Prompt], order: Order, stop: Stop) -> Answer:
    """Brings the session's prompts to those of the order, predicts, renders."""
    stop.watch(session)
    bring(session, given, order.prompts)
    mask = session.predict(**order.options)
    stop.check()
    return _rendered(mask, order)


def bring(session: Session, given: list[Prompt], wanted: Sequence[Prompt]) -> None:
    """Undoes what is not wanted any more and adds what is new, so that masks are built upon.

    given: the prompts in the session, kept up to date also where one is refused (PromptError).
    """
    same = 0
    while same < min(len(given), len(wanted)) and given[same] == wanted[same]:
        same += 1
    while len(given) > same:
        session.undo()
        given.pop()
    for prompt in wanted[same:]:
        if isinstance(prompt, Box):
            session.set_box(prompt.x0, prompt.y0, prompt.x1, prompt.y1)
        else:
            foreground = not isinstance(prompt, BackgroundPoint)
            session.add_point(prompt.x, prompt.y, foreground=foreground)
        given.append(prompt)


def _rendered(mask: Mask, order: Order) -> Answer:
    suffix = FORMATS[order.format].suffixes[0]
    headers = {
        "Squeezesam-Score": f"{mask.score:.6f}",
        "Squeezesam-Candidate": str(mask.candidate),
        "Squeezesam-Candidates": str(len(mask.candidates)),
        "Squeezesam-Automatic": "true" if mask.automatic else "false",
        "Squeezesam-Area": str(mask.area),
        "Server-Timing": _timing(mask.timings),
    }
    if order.format == "cutout":
        picture, x, y = mask.placed_cutout(crop=order.crop)
        headers["Squeezesam-Place"] = f"{x} {y}"
        body = encode(picture, suffix)
    else:
        body = rendered(mask, order.format, suffix)
    return Answer(body, _MEDIA[suffix], headers)


def _timing(timings: Timings) -> str:
    """Milliseconds of each stage, and of each program, as browsers' tools show them."""
    stages = [f"{name};dur={spent:.3f}" for name, spent in timings.stages().items()]
    # A bundle's names may hold any letter, and what would end an entry or begin another one.
    programs = [
        f"{quote(name, safe='')};desc=program;dur={ms:.3f}" for name, ms in timings.programs.items()
    ]
    return ", ".join([*stages, *programs])
