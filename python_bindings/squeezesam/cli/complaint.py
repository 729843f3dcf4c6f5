"""How the command says that something went wrong."""

from __future__ import annotations

import sys


def complain(sentence: str) -> None:
    """One line on stderr."""
    print(f"squeezesam: {' '.join(sentence.split())}", file=sys.stderr, flush=True)
