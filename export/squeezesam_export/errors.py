"""What an export fails with."""

from __future__ import annotations

import sys

from squeezesam.terminal import printable


class ExportError(Exception):
    """An export that failed; the text is a sentence for the person who asked for it."""


def fail(program: str, error: Exception, code: int = 1) -> int:
    """One line on stderr, whatever a stranger's names in it hold; returns the exit code."""
    print(f"{program}: {printable(' '.join(str(error).split()))}", file=sys.stderr)
    return code
