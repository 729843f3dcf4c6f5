"""What a mask must tell of itself to be drawn and written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..photo import Photo
from ..prompts import Prompt
from ..timings import Timings


class Proposal(Protocol):
    """One of the masks that a network proposed."""

    @property
    def index(self) -> int: ...
    @property
    def score(self) -> float: ...


class Subject(Protocol):
    """A prediction, as `squeezesam.Mask` is one; see there for what each part means."""

    photo: Photo
    bundle: str
    engine: str

    @property
    def array(self) -> npt.NDArray[np.bool_]: ...
    @property
    def score(self) -> float: ...
    @property
    def candidate(self) -> int: ...
    @property
    def candidates(self) -> Sequence[Proposal]: ...
    @property
    def prompts(self) -> Sequence[Prompt]: ...
    @property
    def automatic(self) -> bool: ...
    @property
    def timings(self) -> Timings: ...
    @property
    def area(self) -> int: ...
    @property
    def bounds(self) -> tuple[int, int, int, int] | None: ...
    def cutout(self, *, crop: bool = False, soft: bool = True) -> npt.NDArray[np.uint8]: ...
    def contour(self, epsilon: float = 0.0) -> Sequence[tuple[npt.NDArray[np.float32], int]]: ...
    def rle(self) -> dict[str, Any]: ...
