"""Strangers' text (file names, manifests, error messages) on a terminal."""

from __future__ import annotations

import os
import unicodedata

# Cc: control characters, ESC among them. Cf: what reorders or hides text (U+202E, U+2066, U+200B).
# Cs: bytes of a name that are no text. Zl, Zp: line breaks that are no newline. Co: private use.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co"})


def printable(text: str) -> str:
    """`text` on one line, unable to move the cursor, colour, reorder or forge another line.

    Every character of the Unicode categories Cc, Cf, Cs, Co, Zl and Zp becomes its escape as Python
    writes it: ``\\x1b``, ``\\n``, ``\\u202e``. A backslash stays: the result is for reading.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(repr(c)[1:-1] if unicodedata.category(c) in _ESCAPED else c for c in text)


TRACEBACK = "SQUEEZESAM_TRACEBACK"
_LONGEST = 300


def unexpected(error: Exception) -> str:
    """One sentence for what a command did not foresee; whoever develops asks for all of it.

    Raises `error` itself where the environment has SQUEEZESAM_TRACEBACK.
    """
    if os.environ.get(TRACEBACK):
        raise error
    said = printable(" ".join(str(error).split()))
    said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
    kind = type(error).__name__
    return f"unexpected {kind}{': ' if said else ''}{said} (all of it with {TRACEBACK}=1)"
