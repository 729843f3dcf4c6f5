"""How the command says that something went wrong."""

from __future__ import annotations

import sys

from ..terminal import printable


def complain(sentence: str) -> None:
    """One line on stderr."""
    print(f"squeezesam: {printable(' '.join(sentence.split()))}", file=sys.stderr, flush=True)


def say(line: str) -> None:
    """One line on stdout, whatever names and texts of strangers it holds."""
    print(printable(line))
