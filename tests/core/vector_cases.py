"""The shared vectors (tests/vectors/README.md) as cases for pytest, and their notation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import squeezesam

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
Array = npt.NDArray[Any]
Case = dict[str, Any]


def cases(file: str, kind: str | None = None) -> Iterator[Any]:
    for number, case in enumerate(
        json.loads((VECTORS / f"{file}.json").read_text("utf-8"))["cases"]
    ):
        if kind is None or case["kind"] == kind:
            yield pytest.param(case, id=re.sub(r"\W+", "-", f"{number} {case.get('name', '')}"))


def shaped_bytes(text: str, *shape: int) -> Array:
    return np.frombuffer(bytes.fromhex(text), np.uint8).reshape(shape)


def floats(text: str, *shape: int) -> Array:
    return np.frombuffer(bytes.fromhex(text), "<f4").reshape(shape or (-1,))


def bitmap_of(rows: list[str]) -> Array:
    return np.array([[letter == "#" for letter in row] for row in rows])


def error_of(status: str) -> type[Exception]:
    """SSAM_ERROR_BUNDLE_VERSION → squeezesam.BundleVersionError."""
    words = status.removeprefix("SSAM_ERROR_").split("_")
    error: type[Exception] = getattr(squeezesam, "".join(map(str.capitalize, words)) + "Error")
    return error
