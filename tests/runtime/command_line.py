"""What came of a command line, and how its complaints must look."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


class Typed:
    """What came of one command line."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


def png(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def one_sentence(result: Typed, *parts: str) -> None:
    """Exactly one line on stderr, no traceback, and it says what it should."""
    assert result.err.startswith("squeezesam")
    assert result.err.count("\n") == 1, result.err
    for part in parts:
        assert part in result.err
