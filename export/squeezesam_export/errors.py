"""What an export fails with."""

from __future__ import annotations

import sys

from squeezesam.terminal import printable

# Letters of a sentence; a path may have 4096.
_LONGEST = 5000


class ExportError(Exception):
    """An export that failed; the text is a sentence for the person who asked for it."""


def fail(program: str, error: Exception, code: int = 1) -> int:
    """One line on stderr, whatever a stranger's names in it hold; returns the exit code."""
    sentence = " ".join(str(error).split())
    if len(sentence) > _LONGEST:
        sentence = f"{sentence[:_LONGEST]}…"
    print(f"{program}: {printable(sentence)}", file=sys.stderr)
    return code
