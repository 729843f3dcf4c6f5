"""Where a photo lies in a network's input, and the core's own steps there and back, on arrays.

The same C++ that `Session` runs: for tools that export, train or measure networks and must feed
them exactly what the phone feeds them. Sizes are (width, height) in pixels, coordinates (x, y) in
pixels with pixel centres at whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from . import _core

Size = tuple[int, int]
Points = npt.NDArray[np.float64]

NO_POINT, BACKGROUND, FOREGROUND, BOX_TOP_LEFT, BOX_BOTTOM_RIGHT = -1, 0, 1, 2, 3
"""The wire form of prompts: SAM's labels."""


@dataclass(frozen=True)
class Letterbox:
    """A photo of the size `photo` fitted top left into a network's input of the size `input`.

    Its aspect is kept, the rest of the input is padding.
    """

    photo: Size
    input: Size

    @cached_property
    def resized(self) -> Size:
        """Size of the photo inside the input: at least 1, rounded half up."""
        return fit(self.photo, self.input)

    def image(
        self, pixels: npt.NDArray[np.uint8], padding: tuple[int, int, int]
    ) -> npt.NDArray[np.uint8]:
        """The photo, uint8 H×W×3 RGB, resized and padded: uint8 of the input's size.

        Raises ValueError for pixels of another size than `photo`.
        """
        if pixels.shape != (self.photo[1], self.photo[0], 3):
            raise ValueError(f"the photo is {pixels.shape}, not {self.photo[1]}×{self.photo[0]}×3")
        canvas = np.empty((self.input[1], self.input[0], 3), np.uint8)
        canvas[:] = padding
        width, height = self.resized
        canvas[:height, :width] = resize(pixels, self.resized)
        return canvas

    def to_input(self, points: npt.ArrayLike) -> Points:
        """Photo coordinates, N×2, in input pixels."""
        return (np.asarray(points, np.float64) + 0.5) * self._scale - 0.5

    def to_photo(self, points: npt.ArrayLike) -> Points:
        """Input coordinates, N×2, in photo pixels; not moved into the photo."""
        return (np.asarray(points, np.float64) + 0.5) / self._scale - 0.5

    def covered(self, plane: Size) -> Size:
        """Columns and rows of a map over the whole input that the photo covers by half or more."""
        return _core.covered(*self.photo, *self.input, *plane)

    def enlarge(self, planes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Maps over the whole input, float32 …×h×w, at the photo's size: float32 …×H×W.

        Bilinear between pixel centres, the edge value beyond the outermost pixels of the part that
        the photo covers: what `Mask.logits` is made of.
        """
        *some, height, width = planes.shape
        valid = (
            self.resized[0] * width / self.input[0],
            self.resized[1] * height / self.input[1],
        )
        out = np.empty((*some, self.photo[1], self.photo[0]), np.float32)
        for index in np.ndindex(*some):
            out[index] = _core.upsample(planes[index], *self.photo, *valid)
        return out

    @property
    def _scale(self) -> Points:
        return np.asarray(self.resized, np.float64) / np.asarray(self.photo, np.float64)


def fit(photo: Size, input: Size) -> Size:
    """The size that a photo takes in a network's input: aspect kept, rounded half up, at least 1.

    Raises InvalidArgumentError for a size below 1 or beyond the core's limits.
    """
    return _core.fit(*photo, *input)


def resize(pixels: npt.NDArray[np.uint8], size: Size) -> npt.NDArray[np.uint8]:
    """uint8 H×W×3 RGB at another size, as the core resizes photos.

    Along an axis that shrinks: exact area average; along one that grows: bilinear between pixel
    centres. Whole-number arithmetic, the same bytes on every machine.
    """
    return _core.resize(pixels, *size)


def prompt_planes(
    points: npt.ArrayLike,
    labels: npt.ArrayLike,
    size: Size,
    *,
    radius: float,
    box_default: float = 1.0,
) -> npt.NDArray[np.float32]:
    """Prompt planes, float32 2×H×W: the box, then the signed discs of the clicks.

    points: N×2, input pixels. labels: N, SAM's (1 foreground, 0 background, 2 and 3 the box's
    corners, −1 padding). size: of the planes. radius: of a disc, input pixels. box_default: of the
    box plane where there is no box. Foreground covers background.
    Raises InvalidArgumentError for points that are no numbers and sizes out of range.
    """
    return _core.planes(points, labels, *size, radius, box_default)


def logits_to_heat(logits: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """round(255 · sigmoid(logit)), uint8 of the same shape; the same on every machine."""
    return _core.logits_to_heat(logits)


def heat_to_clicks(heat: npt.NDArray[np.uint8]) -> list[tuple[float, float]]:
    """Clicks on what stands out in a heat map, uint8 H×W: (x, y) in its pixels, none if it is flat.

    Otsu's threshold, the most salient 8-connected blob, its centre and those of its quarters.
    """
    return _core.saliency_to_clicks(heat)["clicks"]


__all__ = [
    "BACKGROUND",
    "BOX_BOTTOM_RIGHT",
    "BOX_TOP_LEFT",
    "FOREGROUND",
    "NO_POINT",
    "Letterbox",
    "fit",
    "heat_to_clicks",
    "logits_to_heat",
    "prompt_planes",
    "resize",
]
