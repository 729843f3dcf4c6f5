"""The result: a mask, everything that led to it, and all the forms it can be saved in."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from .errors import InvalidArgumentError, OutputError
from .formats import check_format
from .photo import Photo
from .prompts import BackgroundPoint, Box, ForegroundPoint, Prompt
from .timings import Timings
from .writing import check_free, write_whole

Ring = tuple[npt.NDArray[np.float32], int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the network's masks.

    index: its number, as `Session.predict(candidate=…)` takes it.
    score: the IoU that the network predicts for it, 0…1.
    logits: float32 h×w as the network returned them (a quarter of its input size, padding
        included), read-only; above 0 is the object.
    """

    index: int
    score: float
    logits: npt.NDArray[np.float32]


class Mask:
    """One prediction. Immutable; what is expensive is made when it is first asked for."""

    def __init__(
        self, mask: _core.Mask, photo: Photo, *, bundle: str, engine: str, decode_ms: float = 0.0
    ) -> None:
        self._core = mask
        self._info = mask.info()
        self._decode_ms = decode_ms
        self.photo = photo
        self.bundle = bundle
        self.engine = engine

    @cached_property
    def array(self) -> npt.NDArray[np.bool_]:
        """bool H×W, the size of the upright photo: True where the object is. Read-only."""
        array = self._core.array()
        array.flags.writeable = False
        return array

    @property
    def alpha(self) -> npt.NDArray[np.uint8]:
        """uint8 H×W, the alpha of `cutout()`: 255 inside, 0 outside. Made anew at each access.

        Between them only in a band round the mask's edge, 1 % of the longer side to either side
        (half as far where the network is certain): there the photo's own colours decide, and the
        mask alone where they say nothing; see `ssam_mask_render_alpha` in ssam.h. The photo's own
        alpha multiplies it. How certain the network is of a pixel stands in `logits`.
        """
        return self._core.alpha(self.photo.source)

    @property
    def logits(self) -> npt.NDArray[np.float32]:
        """float32 H×W of the chosen candidate, before largest component and hole filling.

        Above 0 is the object. Made anew at each access (4 bytes a pixel of the photo).
        """
        return self._core.logits()

    @property
    def score(self) -> float:
        """The IoU that the network predicts for this mask, 0…1."""
        return self._info["score"]

    @property
    def candidate(self) -> int:
        """Index of the network's mask that was taken."""
        return self._info["chosen"]

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """All the masks that the network proposed, by index."""
        return tuple(
            Candidate(index, score, self._core.plane(index))
            for index, score in enumerate(self._info["scores"])
        )

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """The prompts that were used, each marked automatic or not: box, then clicks by age."""
        return typed_prompts(self._info["prompts"])

    @property
    def automatic(self) -> bool:
        """True if the model itself found where to click."""
        return any(prompt.automatic for prompt in self.prompts)

    @property
    def timings(self) -> Timings:
        """How long each stage of this prediction and each program took."""
        programs = MappingProxyType(self._info["programs"])
        return Timings(decode=self._decode_ms, programs=programs, **self._info["timings"])

    @property
    def area(self) -> int:
        """Number of object pixels."""
        return self._info["area"]

    @property
    def bounds(self) -> tuple[int, int, int, int] | None:
        """Smallest rectangle round the object: x, y, width, height in pixels; None if empty."""
        return self._info["bbox"] if self.area else None

    def derive(
        self, *, candidate: int | None = None, keep_largest: bool = False, max_hole_area: int = 0
    ) -> Mask:
        """Another mask from the same prediction, without running a network; see `predict`."""
        derived = self._core.derive(core_candidate(candidate), keep_largest, max_hole_area)
        return Mask(
            derived,
            self.photo,
            bundle=self.bundle,
            engine=self.engine,
            decode_ms=self._decode_ms,
        )

    def refine(self, *, radius: float = 0.0, epsilon: float = 0.0) -> Mask:
        """The mask with its edge moved to the edges of the photo (a guided filter).

        radius: of the filter's window, in pixels of the network's logits, up to 4; 0 is 1.
        epsilon: standard deviation in 8-bit levels from which colours count as an edge; 0 is 10.

        Whether it helps depends on the photo: docs/edges.md. Raises InvalidArgumentError for a
        radius or epsilon out of range.
        """
        refined = self._core.refine(self.photo.source, radius, epsilon)
        return Mask(
            refined,
            self.photo,
            bundle=self.bundle,
            engine=self.engine,
            decode_ms=self._decode_ms,
        )

    def cutout(self, *, crop: bool = False, soft: bool = True) -> npt.NDArray[np.uint8]:
        """uint8 h×w×4 RGBA: the object, all else transparent.

        soft: alpha is `alpha`; False: 255, or the photo's own alpha, where the mask is and 0
            elsewhere. A photo with alpha keeps its colours.
        crop: only the rectangle round the object and, if soft, the band round its edge, instead of
            the whole photo. Raises OutputError for a crop of an empty mask.
        """
        return self.placed_cutout(crop=crop, soft=soft)[0]

    def placed_cutout(
        self, *, crop: bool = False, soft: bool = True
    ) -> tuple[npt.NDArray[np.uint8], int, int]:
        """`cutout`, and where its first pixel lies in the photo: x, y."""
        if crop and not self.area:
            raise OutputError(f"{self.photo.name}: the mask is empty, there is nothing to crop to")
        return self._core.cutout(self.photo.source, soft, False, crop)

    def contour(self, epsilon: float = 0.0) -> list[Ring]:
        """Outlines along pixel edges: (float32 N×2 points, −1 or the index of the outer ring).

        Edge coordinates: the first pixel is the square from (0, 0) to (1, 1). epsilon: how far in
        pixels the simplified line may stray; 0 is exact.
        """
        return self._core.contour(epsilon)

    def rle(self) -> dict[str, Any]:
        """COCO run-length encoding: {"size": [height, width], "counts": compressed string}."""
        return {"size": [self.photo.height, self.photo.width], "counts": self._core.rle_string()}

    def save(
        self,
        path: str | os.PathLike[str],
        format: str = "mask",
        *,
        overwrite: bool = False,
        crop: bool = False,
    ) -> Path:
        """Writes the result in one of the forms of `squeezesam.FORMATS`; returns the path.

        format: ``mask`` (PNG 0/255), ``cutout`` (RGBA PNG or WebP, cropped with crop=True),
            ``overlay`` (PNG, JPEG or WebP), ``contour`` (SVG), ``rle`` (COCO JSON) or ``json``.
        overwrite: replace a file that is there.

        The file appears whole or not at all. Raises ValueError for an unknown format, OutputError
        for a suffix that does not fit it, a file that exists, and a place that cannot be written.
        """
        from .render import rendered  # brings OpenCV, which a prediction does not need

        target = Path(path)
        suffix = check_format(format, target)
        check_free(target, overwrite=overwrite)  # before the work, and again when it is written
        return write_whole(target, rendered(self, format, suffix, crop=crop), overwrite=overwrite)

    def _repr_png_(self) -> bytes:
        """What a notebook shows: the mask over its photo, made small."""
        from .render import preview

        return preview(self)


def core_candidate(candidate: int | None) -> int:
    """The core's -1 for "the best one" stays inside: here that is None, and -1 an error."""
    if candidate is not None and candidate < 0:
        raise InvalidArgumentError(f"there is no candidate {candidate}")
    return -1 if candidate is None else candidate


def typed_prompts(
    prompts: Iterable[tuple[str, float, float, float, float, bool]],
) -> tuple[Prompt, ...]:
    """The core's prompts (kind, x0, y0, x1, y1, automatic) as typed values."""

    def typed(kind: str, x0: float, y0: float, x1: float, y1: float, automatic: bool) -> Prompt:
        if kind == "box":
            return Box(x0, y0, x1, y1, automatic)
        point = ForegroundPoint if kind == "foreground" else BackgroundPoint
        return point(x0, y0, automatic)

    return tuple(typed(*prompt) for prompt in prompts)
