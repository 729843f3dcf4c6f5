"""What the tiny bundle must answer, worked out with OpenCV, scipy and plain numpy.

Nothing here touches squeezesam: geometry after the project's contract, the network's formulas
after tiny_bundle.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates
from tiny_bundle import PAD

Array = npt.NDArray[Any]


class Expected:
    """The tiny segmenter's answer for a photo, a box and background clicks in photo pixels."""

    def __init__(
        self,
        photo: Array,
        *,
        box: tuple[float, float, float, float] | None = None,
        negative: Sequence[tuple[float, float]] = (),
        width: int = 128,
        height: int = 128,
    ) -> None:
        rows, columns = photo.shape[:2]
        scale = min(width / columns, height / rows)
        w = min(width, max(1, int(columns * scale + 0.5)))
        h = min(height, max(1, int(rows * scale + 0.5)))
        sx, sy = w / columns, h / rows
        canvas = np.empty((height, width, 3), np.float32)
        canvas[:] = PAD
        filter_ = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        canvas[:h, :w] = cv2.resize(photo, (w, h), interpolation=filter_)
        y, x = np.mgrid[:height, :width].astype(np.float32)
        plane = np.ones((height, width), np.float32)
        if box is not None:
            x0, y0, x1, y1 = (
                np.float32((value + 0.5) * factor - 0.5)
                for value, factor in zip(box, (sx, sy, sx, sy), strict=True)
            )
            plane = ((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)).astype(np.float32)
        refused = np.zeros((height, width), np.float32)
        radius = 5.0 * max(width, height) / 512
        for px, py in negative:
            cx, cy = np.float32((px + 0.5) * sx - 0.5), np.float32((py + 0.5) * sy - 0.5)
            refused[(x - cx) ** 2 + (y - cy) ** 2 <= radius**2] = -1
        logits = (
            (_blocks(canvas.mean(axis=2)) - 127.5) / 8
            + 60 * (_blocks(plane) - 1)
            + 1000 * np.minimum(_blocks(refused), 0)
        )
        self.logits = _upsampled(logits, w / 4, h / 4, columns, rows)
        self.mask = self.logits > 0

    def agrees_with(self, mask: Array) -> bool:
        """Equal wherever rounding cannot tip the balance."""
        sure = np.abs(self.logits) > 1e-3
        return mask.shape == self.mask.shape and bool((mask == self.mask)[sure].all())


def _blocks(plane: Array) -> Array:
    h, w = plane.shape
    return plane.reshape(h // 4, 4, w // 4, 4).mean(axis=(1, 3))


def _upsampled(plane: Array, valid_w: float, valid_h: float, width: int, height: int) -> Array:
    x = (np.arange(width) + 0.5) * valid_w / width - 0.5
    y = (np.arange(height) + 0.5) * valid_h / height - 0.5
    x = x.clip(0, np.ceil(valid_w) - 1)
    y = y.clip(0, np.ceil(valid_h) - 1)
    return map_coordinates(
        plane.astype(np.float64), np.meshgrid(y, x, indexing="ij"), order=1, mode="nearest"
    )
