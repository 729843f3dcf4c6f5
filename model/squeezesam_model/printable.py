"""Strangers' text on a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """`text` on one line, escaped where a terminal would obey it: names in it are strangers'."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
