"""What one word of the command line may be, and what it becomes."""

from __future__ import annotations

import argparse
import math

from ..errors import InvalidArgumentError
from ..formats import FORMATS
from ..removal import parse_margin

_MOST = 2**31 - 1  # what the core counts with


def numbers(text: str, count: int, form: str) -> list[float]:
    """`count` finite numbers with commas between them; `form` is what the complaint shows."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) != count or not all(map(math.isfinite, values)):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form {form}")
    return values


def point(text: str) -> tuple[float, float]:
    """X,Y."""
    x, y = numbers(text, 2, "X,Y")
    return x, y


def box(text: str) -> tuple[float, float, float, float]:
    """X0,Y0,X1,Y1 with the top left corner first."""
    x0, y0, x1, y1 = numbers(text, 4, "X0,Y0,X1,Y1")
    if not (x0 < x1 and y0 < y1):
        raise argparse.ArgumentTypeError(
            f"{text!r} is empty or inverted; give the top left corner, then the bottom right"
        )
    return x0, y0, x1, y1


def candidate(text: str) -> int | None:
    """A number, or None for ``best``."""
    if text == "best":
        return None
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor best")
    return count(text, 0)


def formats(text: str) -> list[str]:
    """Names of FORMATS with commas between them."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(
                f"there is no format {name!r}; known: {', '.join(FORMATS)}"
            )
    return names


def threads(text: str) -> int:
    """From 1 up."""
    return count(text, least=1, most=4096)


def area(text: str) -> int:
    """From 0 up."""
    return count(text, least=0)


def seed(text: str) -> int:
    """From 0 up."""
    return count(text, least=0)


def margin(text: str) -> tuple[float, bool]:
    """Pixels, or percent: ``20``, ``5%``."""
    try:
        return parse_margin(text)
    except InvalidArgumentError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of pixels (20) or percent (5%)"
        ) from None


def count(text: str, least: int, most: int = _MOST) -> int:
    """A whole number from `least` to `most`."""
    # The length first: Python refuses to convert numbers of many thousand digits.
    value = int(text) if text.isdecimal() and len(text) < 20 else -1
    if least <= value <= most:
        return value
    up_to = f"to {most}" if text.isdecimal() and value != 0 else "up"
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} {up_to}")


def seconds(text: str) -> float:
    """A time above 0."""
    (value,) = numbers(text, 1, "SECONDS")
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time above 0")
    return value


def share(text: str) -> float:
    """From 0 to 1."""
    (value,) = numbers(text, 1, "SHARE")
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and 1")
    return value
