"""Strokes as a finger draws them: a curved path inside an area, given as a series of clicks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_FINE = 96


def stroke(
    area: NDArray[np.bool_], count: int, label: int, rng: np.random.Generator
) -> list[tuple[float, float, int]]:
    """A stroke of up to ``count`` clicks.

    The path is a quadratic Bézier curve from one point of the area to another, bent towards a third
    one, all mostly in the inner part, where people draw; the end is the farthest of a few drawn.
    Where it leaves the area (a bay of the object), its longest piece inside is taken.

    Args:
        area: H×W; what the stroke runs over.
        count: clicks along the path, at equal distances; fewer where it is shorter than that many
            pixels.
        label: of the clicks, foreground or background.
        rng: the only source of randomness.

    Returns:
        (x, y, label) in pixels, in the order of drawing, all of them on the area; none where the
        area is empty.
    """
    if count < 1 or not area.any():
        return []
    start, bend, end = _three_points(area, rng)
    t = np.linspace(0, 1, _FINE)[:, None]
    path = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
    inside = _longest_inside(path, area)
    return [(x, y, label) for x, y in _equally_spaced(inside, count)]


def _three_points(
    area: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    distance = cv2.distanceTransform(np.pad(area, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    inner = np.flatnonzero(distance >= 0.3 * distance.max())
    pool = inner if rng.random() < 0.8 else np.flatnonzero(area)
    drawn = pool[rng.integers(len(pool), size=6)]
    points = np.stack([drawn % area.shape[1], drawn // area.shape[1]], 1).astype(np.float64)
    start = points[0]
    end = points[np.linalg.norm(points - start, axis=1).argmax()]
    return start, points[1], end


def _longest_inside(path: NDArray[np.float64], area: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The longest run of points on the area; the path's ends lie on it, so there is one."""
    pixels = np.round(path).astype(int)
    on = np.concatenate([[False], area[pixels[:, 1], pixels[:, 0]], [False]])
    changes = np.flatnonzero(on[1:] != on[:-1])
    first, behind = changes[0::2], changes[1::2]
    longest = int((behind - first).argmax())
    return np.asarray(pixels[first[longest] : behind[longest]], np.float64)


def _equally_spaced(path: NDArray[np.float64], count: int) -> list[tuple[float, float]]:
    """Up to ``count`` different pixels of the path, equally far apart along it."""
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0, along[-1], min(count, int(along[-1]) + 1))
    nearest = np.abs(along[:, None] - wanted).argmin(0)
    return list(dict.fromkeys((float(x), float(y)) for x, y in path[nearest]))
