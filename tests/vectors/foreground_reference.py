"""The object's own colours at a soft edge in plain numpy, to the bit: float32 in the order of
runtime/core/src/mask/foreground_levels.cpp (Germer, Uelwer, Conrad and Harmeling, 2020)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from vector_reference import upsample_as_stored

F32 = np.float32
Floats = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]

SMOOTH, SMOOTH_BY_ALPHA, HOLD = F32(1e-5), F32(0.1), F32(0.01)
SMALL_SIDE, SMALL_SWEEPS, SWEEPS = 32, 10, 4


def _halved(planes: Floats) -> Floats:
    """h×w×k to ⌈h/2⌉×⌈w/2⌉×k: means of 2×2, the last row and column twice where need be."""
    height, width = planes.shape[:2]
    planes = np.pad(planes, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    a, b, c, d = (planes[y::2, x::2] for y in (0, 1) for x in (0, 1))
    return F32(0.25) * ((a + b) + (c + d))


def _neighbours(planes: Floats) -> list[Floats]:
    """Above, below, left and right of each pixel; the border is its own neighbour."""
    padded = np.pad(planes, ((1, 1), (1, 1), (0, 0)), mode="edge")
    return [padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]]


def _swept(colour: Floats, alpha: Floats, front: Floats, back: Floats, sweeps: int) -> Any:
    weights = [SMOOTH + SMOOTH_BY_ALPHA * np.abs(alpha - near) for near in _neighbours(alpha)]
    total = (weights[0] + weights[1]) + (weights[2] + weights[3])
    beyond = F32(1) - alpha
    by_neighbours = F32(1) / total
    by_all = F32(1) / ((alpha * alpha + beyond * beyond) + total)

    def agreed(planes: Floats) -> Floats:
        up, down, left, right = (w * n for w, n in zip(weights, _neighbours(planes), strict=True))
        return ((up + down) + (left + right)) * by_neighbours

    for _ in range(sweeps):
        f, g = agreed(front), agreed(back)
        rest = (colour - alpha * f - beyond * g) * by_all
        front = np.clip(f + alpha * rest, F32(0), F32(255))
        back = np.clip(g + beyond * rest, F32(0), F32(255))
    return front, back


def layers(rgb: Pixels, alpha: Pixels) -> Any:
    """float32 ⌈h/2⌉×⌈w/2⌉×3 foreground and background of uint8 h×w×3 and its alpha h×w."""
    level = _halved(np.dstack([rgb.astype(F32), alpha.astype(F32) / F32(255)]))
    levels = [level]
    while max(level.shape[:2]) > 1:
        level = _halved(level)
        levels.append(level)
    front = back = levels[-1][..., :3]
    for level in reversed(levels):
        height, width = level.shape[:2]
        if front.shape[:2] != (height, width):
            front, back = (
                each.repeat(2, 0).repeat(2, 1)[:height, :width] for each in (front, back)
            )
        sweeps = SMALL_SWEEPS if max(height, width) <= SMALL_SIDE else SWEEPS
        front, back = _swept(level[..., :3], level[..., 3:], front, back, sweeps)
    return front, back


def foreground(photo: Pixels, alpha: Pixels, rgb: Pixels, work_alpha: Pixels) -> Pixels:
    """uint8 H×W×3: the photo's colours, but the object's own where alpha H×W is neither 0 nor 255;
    from the work picture `rgb` h×w×3 and its alpha."""
    height, width = alpha.shape
    covered = (rgb.shape[1] / 2, rgb.shape[0] / 2)
    f, g = (upsample_as_stored(each, covered, (width, height)) for each in layers(rgb, work_alpha))
    a = (alpha.astype(F32) / F32(255))[..., None]
    b = F32(1) - a
    gain = a / (a * a + b * b + HOLD)
    rest = photo[..., :3].astype(F32) - a * f - b * g
    found = (np.clip(f + gain * rest, F32(0), F32(255)) + F32(0.5)).astype(np.uint8)
    soft = (alpha > 0) & (alpha < 255)
    return np.where(soft[..., None], found, photo[..., :3]).astype(np.uint8)
