"""The geometry between a photo and a network's input: resize, pad, and back (DESIGN.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from squeezesam_model.geometry import fit
from squeezesam_model.normalisation import PAD_VALUE

from squeezesam_train.photos import U8


@dataclass(frozen=True)
class Letterbox:
    """How a photo of ``photo_width``×``photo_height`` lies in a network's input.

    Attributes:
        input_width: of the network, pixels.
        input_height: likewise.
        width: of the resized photo, top left in the input.
        height: likewise.
    """

    photo_width: int
    photo_height: int
    input_width: int
    input_height: int
    width: int
    height: int

    @classmethod
    def of(cls, photo: U8, input_height: int, input_width: int) -> Letterbox:
        """For an H×W×3 photo."""
        height, width = photo.shape[:2]
        fitted_width, fitted_height = fit(width, height, input_width, input_height)
        return cls(width, height, input_width, input_height, fitted_width, fitted_height)

    def image(self, photo: U8) -> U8:
        """The resized, padded photo: input_height×input_width×3 uint8 RGB."""
        shrinks = self.width < self.photo_width or self.height < self.photo_height
        canvas = np.empty((self.input_height, self.input_width, 3), np.uint8)
        canvas[:] = PAD_VALUE
        canvas[: self.height, : self.width] = cv2.resize(
            photo,
            (self.width, self.height),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        )
        return canvas

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A photo coordinate in input pixels."""
        return (
            (x + 0.5) * self.width / self.photo_width - 0.5,
            (y + 0.5) * self.height / self.photo_height - 0.5,
        )

    def photo_point(self, x: float, y: float) -> tuple[float, float]:
        """An input coordinate in photo pixels, moved into the photo where it lies beyond."""
        photo_x = (x + 0.5) * self.photo_width / self.width - 0.5
        photo_y = (y + 0.5) * self.photo_height / self.height - 0.5
        return (
            min(max(photo_x, 0.0), self.photo_width - 1.0),
            min(max(photo_y, 0.0), self.photo_height - 1.0),
        )

    def covered(self, map_height: int, map_width: int) -> tuple[int, int]:
        """Rows and columns of a map over the whole input of which the photo covers half or more."""
        rows = math.floor(self.height * map_height / self.input_height + 0.5)
        columns = math.floor(self.width * map_width / self.input_width + 0.5)
        return max(1, min(rows, map_height)), max(1, min(columns, map_width))

    def upsample(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Output planes K×h×w that cover the whole input → K×H×W at photo size.

        Bilinear between pixel centres; beyond the outermost pixels of the valid part the edge
        value holds.
        """
        cells_down = self.height * planes.shape[1] / self.input_height
        cells_across = self.width * planes.shape[2] / self.input_width
        rows = interpolation(planes.shape[1], cells_down, self.photo_height)
        columns = interpolation(planes.shape[2], cells_across, self.photo_width)
        return np.asarray(rows @ planes @ columns.T, np.float32)


def interpolation(plane: int, valid_cells: float, photo: int) -> NDArray[np.float32]:
    """photo×plane float32 weights of a linear interpolation along one axis.

    Args:
        plane: pixels of the map along it.
        valid_cells: how many of them, or what share of the last, the output's pixels cover.
        photo: pixels of the output.
    """
    position = (np.arange(photo) + 0.5) * valid_cells / photo - 0.5
    position = np.clip(position, 0, math.ceil(valid_cells) - 1)
    first = np.floor(position).astype(np.intp)
    second = np.minimum(first + 1, plane - 1)
    share = position - first
    weights = np.zeros((photo, plane), np.float32)
    index = np.arange(photo)
    weights[index, first] += 1 - share
    weights[index, second] += share
    return weights
