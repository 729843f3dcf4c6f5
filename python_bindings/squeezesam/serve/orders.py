"""What a request asks for: prompts, options, the form of the answer. Strictly read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..formats import FORMATS
from ..prompts import BackgroundPoint, Box, ForegroundPoint, Prompt
from .refusals import Refusal, malformed

_CORNERS = ("x0", "y0", "x1", "y1")
_POINTS: dict[str, type[ForegroundPoint] | type[BackgroundPoint]] = {
    "foreground": ForegroundPoint,
    "background": BackgroundPoint,
}


@dataclass(frozen=True, slots=True)
class Order:
    """One request, understood.

    prompts: the steps in the order in which the person made them; the last box counts.
    format: a name of `squeezesam.FORMATS`.
    The others: as in `Session.predict` and `Mask.cutout`.
    """

    prompts: tuple[Prompt, ...] = ()
    format: str = "mask"
    candidate: int | None = None
    keep_largest: bool = False
    max_hole_area: int = 0
    refine: bool = False
    crop: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of `Session.predict`."""
        return {
            "candidate": self.candidate,
            "keep_largest": self.keep_largest,
            "max_hole_area": self.max_hole_area,
            "refine": self.refine,
        }


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads orders. allowed: the names that may stand in one."""

    max_prompts: int
    allowed: frozenset[str] = field(
        default=frozenset(
            ("prompts", "format", "candidate", "keep_largest", "max_hole_area", "refine", "crop")
        )
    )

    def order(self, given: Mapping[str, Any]) -> Order:
        """Raises Refusal for an unknown name and for a value that makes no sense."""
        for name in given:
            if name not in self.allowed:
                known = ", ".join(sorted(self.allowed))
                raise malformed(f"there is no option {_short(name)}; known: {known}")
        form = given.get("format", "mask")
        if not isinstance(form, str) or form not in FORMATS:
            raise malformed(f"there is no format {_short(form)}; known: {', '.join(FORMATS)}")
        candidate = given.get("candidate")
        return Order(
            self._prompts(given.get("prompts", [])),
            form,
            None if candidate is None else _whole(candidate, "candidate", 0),
            _switch(given, "keep_largest"),
            _whole(given.get("max_hole_area", 0), "max_hole_area", -1),
            _switch(given, "refine"),
            _switch(given, "crop"),
        )

    def form(self, fields: Mapping[str, str]) -> Order:
        """The fields of a form: `format` is text, all others are JSON."""
        values: dict[str, Any] = {}
        for name, text in fields.items():
            plain = name == "format" or name not in self.allowed
            values[name] = text if plain else parsed(text, name)
        return self.order(values)

    def _prompts(self, given: Any) -> tuple[Prompt, ...]:
        if not isinstance(given, list):
            raise malformed("prompts is a list of points and boxes")
        if len(given) > self.max_prompts:
            raise Refusal(422, "prompt", f"at most {self.max_prompts} prompts are taken")
        return tuple(_prompt(item) for item in given)


def parsed(text: str | bytes, name: str) -> Any:
    """JSON of a stranger. Raises Refusal for what is none, too deep, or has NaN in it."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise malformed(f"{name} is not valid JSON") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _prompt(given: Any) -> Prompt:
    kind = given.get("type") if isinstance(given, dict) else None
    if kind == "box":
        x0, y0, x1, y1 = _numbers(given, _CORNERS)
        return Box(x0, y0, x1, y1)
    if isinstance(kind, str) and kind in _POINTS:
        x, y = _numbers(given, ("x", "y"))
        return _POINTS[kind](x, y)
    raise malformed(
        'a prompt is {"type": "foreground" or "background", "x", "y"} '
        'or {"type": "box", "x0", "y0", "x1", "y1"}'
    )


def _numbers(given: dict[str, Any], names: tuple[str, ...]) -> list[float]:
    if set(given) != {"type", *names}:
        raise malformed(f"a prompt of this type has type, {', '.join(names)} and nothing else")
    values = []
    for name in names:
        value = given[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise malformed(f"{name} is a number of pixels")
        try:
            values.append(float(value))
        except OverflowError:
            values.append(math.inf)
    if not all(map(math.isfinite, values)):
        raise malformed("the coordinates of a prompt are finite numbers")
    return values


def _switch(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise malformed(f"{name} is true or false")
    return value


def _whole(value: Any, name: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 1 << 31:
        raise malformed(f"{name} is a whole number from {least} up")
    return value


def _short(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
