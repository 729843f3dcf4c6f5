"""Strangers' text and values on a terminal."""

from __future__ import annotations

import reprlib

_SHORT = reprlib.Repr()
_SHORT.maxlevel = 2  # the same list may lie in itself nine times, on each of nine levels
_MOST = 120


def printable(text: str) -> str:
    """`text` on one line, escaped where a terminal would obey it: names in it are strangers'."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def shown(value: object) -> str:
    """What a stranger gave in place of something else, no longer than a sentence bears."""
    try:
        text = _SHORT.repr(value)
    except Exception:  # a number of more digits than Python writes
        text = type(value).__name__
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
