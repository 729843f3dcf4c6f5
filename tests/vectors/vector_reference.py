"""The core's rules once more, written for clarity: what the vectors' expected values come from.

Nothing here touches squeezesam's C++. Whole numbers where the contract is exact, float64 elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
from skimage.measure import label

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ring = list[tuple[int, int]]

# What a viewer does to the stored rows and columns for each EXIF orientation (Exif 2.32, 4.6.4 A).
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a.swapaxes(0, 1)[:, ::-1],
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1],
    8: lambda a: a.swapaxes(0, 1)[::-1],
}


class Random:
    """Numbers that are the same with every version of every library (Knuth's MMIX generator)."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit − 1."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self._state >> 33) % limit

    def array(self, shape: tuple[int, ...], limit: int) -> npt.NDArray[np.int64]:
        """Whole numbers below `limit`, in raster order."""
        return np.array([self.below(limit) for _ in range(math.prod(shape))]).reshape(shape)


def hexed(array: npt.NDArray[Any]) -> str:
    """The array's bytes, little-endian, as lower-case hex digits."""
    return np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes().hex()


def fit(photo: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) of a (width, height) photo in an input: whole numbers, halves go up."""
    (photo_w, photo_h), (w, h) = photo, size
    if w * photo_h <= h * photo_w:
        return w, min(h, max(1, (2 * photo_h * w + photo_w) // (2 * photo_w)))
    return min(w, max(1, (2 * photo_w * h + photo_h) // (2 * photo_h))), h


def _weights(source: int, target: int) -> tuple[npt.NDArray[np.int64], int]:
    """target×source whole weights of an axis, and what each row adds up to."""
    i, j = np.arange(source), np.arange(target)[:, None]
    if target <= source:  # shares of the area
        share = np.minimum((i + 1) * target, (j + 1) * source) - np.maximum(i * target, j * source)
        return np.maximum(share, 0), source
    unit = 2 * target  # distances between pixel centres
    at = np.clip((2 * j + 1) * source - target, 0, (source - 1) * unit)
    return np.maximum(unit - np.abs(at - i * unit), 0), unit


def resize(pixels: Bytes, width: int, height: int) -> Bytes:
    """uint8 H×W×3 to height×width×3: area average or bilinear per axis, halves go up."""
    rows, row_sum = _weights(pixels.shape[0], height)
    columns, column_sum = _weights(pixels.shape[1], width)
    sums = np.einsum("hv,vuc->huc", rows, pixels.astype(np.int64))
    sums = np.einsum("wu,huc->hwc", columns, sums)
    area = row_sum * column_sum
    return ((2 * sums + area) // (2 * area)).astype(np.uint8)


def upsample_as_stored(plane: Floats, valid: tuple[float, float], size: tuple[int, int]) -> Floats:
    """The same for a plane h×w or h×w×k in float32, rows first, as the core rounds."""

    def axis(part: float, side: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
        last = math.ceil(part) - 1
        at = np.clip((np.arange(side) + 0.5) * (part / side) - 0.5, 0, last)
        first = np.floor(at).astype(np.int64)
        return first, np.minimum(first + 1, last), (at - first).astype(np.float32)

    x0, x1, fx = axis(valid[0], size[0])
    y0, y1, fy = axis(valid[1], size[1])
    one, more = np.float32(1), (1,) * (plane.ndim - 2)
    fx, fy = fx.reshape(-1, *more), fy.reshape(-1, 1, *more)
    plane = plane.astype(np.float32)
    rows = (one - fy) * plane[y0] + fy * plane[y1]
    return np.asarray((one - fx) * rows[:, x0] + fx * rows[:, x1])


def upsample(plane: Floats, valid: tuple[float, float], size: tuple[int, int]) -> Floats:
    """float64 h×w plane to (width, height) `size`; `valid`: the (width, height) that counts."""

    def axis(part: float, side: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
        last = math.ceil(part) - 1
        at = np.clip((np.arange(side) + 0.5) * part / side - 0.5, 0, last)
        first = np.floor(at).astype(np.int64)
        return first, np.minimum(first + 1, last), at - first

    x0, x1, fx = axis(valid[0], size[0])
    y0, y1, fy = axis(valid[1], size[1])
    rows = plane[y0] * (1 - fy)[:, None] + plane[y1] * fy[:, None]
    return np.asarray(rows[:, x0] * (1 - fx) + rows[:, x1] * fx)


def keep_largest(bitmap: Bools) -> Bools:
    """The largest 8-connected piece; the first of equals in raster order."""
    pieces = label(bitmap, connectivity=2)  # numbered in raster order
    areas = np.bincount(pieces.ravel())
    areas[0] = 0
    return pieces == areas.argmax() if bitmap.any() else bitmap


def fill_holes(bitmap: Bools, max_area: int) -> Bools:
    """Fills 4-connected background off the border, of at most `max_area` pixels (−1: any)."""
    pieces = label(~bitmap, connectivity=1)
    edge = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
    filled = bitmap.copy()
    for piece in range(1, pieces.max() + 1):
        hole = pieces == piece
        if piece not in edge and (max_area < 0 or hole.sum() <= max_area):
            filled |= hole
    return filled


def rle_counts(bitmap: Bools) -> list[int]:
    """COCO run lengths: column-major, background first."""
    runs = [(value, len(list(run))) for value, run in groupby(bitmap.T.ravel().tolist())]
    return [0] * bool(runs[0][0]) + [length for _, length in runs]


def rle_string(counts: list[int]) -> str:
    """COCO's compression: differences to the run before the last, 5 bits a character."""
    text = ""
    for index, count in enumerate(counts):
        rest = count - counts[index - 2] if index > 2 else count
        more = True
        while more:
            bits = rest & 0x1F
            rest >>= 5
            more = rest != (-1 if bits & 0x10 else 0)
            text += chr(48 + bits + (32 if more else 0))
    return text


def rings(bitmap: Bools) -> list[tuple[Ring, int]]:
    """Outlines along pixel edges as (corners, parent), in the order the README prescribes."""
    pieces = label(bitmap, connectivity=2)
    padded = np.pad(bitmap, 1)
    edges: dict[tuple[int, int], list[tuple[tuple[int, int], int]]] = {}
    for y, x in np.argwhere(bitmap).tolist():
        # Clockwise round the pixel, each side where the neighbour beyond it is background.
        sides = [
            ((0, -1), (x, y), (x + 1, y)),
            ((1, 0), (x + 1, y), (x + 1, y + 1)),
            ((0, 1), (x + 1, y + 1), (x, y + 1)),
            ((-1, 0), (x, y + 1), (x, y)),
        ]
        for (dx, dy), start, end in sides:
            if not padded[y + 1 + dy, x + 1 + dx]:
                edges.setdefault(start, []).append((end, int(pieces[y, x])))
    outlines: dict[int, tuple[list[Ring], list[Ring]]] = {}
    while edges:
        ring, piece = _walk(edges)
        kind = outlines.setdefault(piece, ([], []))[0 if _twice_area(ring) > 0 else 1]
        kind.append(_from_the_top(ring))
    found: list[tuple[Ring, int]] = []
    for outer, holes in sorted(outlines.values(), key=lambda pair: _first(pair[0][0])):
        parent = len(found)
        found += [(outer[0], -1), *((hole, parent) for hole in sorted(holes, key=_first))]
    return found


def _walk(edges: dict[Any, list[Any]]) -> tuple[Ring, int]:
    """Takes one closed line out of `edges`; where two meet, it turns left: 8-connected pieces."""
    start = next(iter(edges))
    points, at, piece = [start], start, 0
    direction = (0, 0)
    while True:
        left = (direction[1], -direction[0])
        choices = edges[at]
        turning = [e for e in choices if (e[0][0] - at[0], e[0][1] - at[1]) == left]
        taken = turning[0] if len(choices) > 1 and turning else choices[0]
        choices.remove(taken)
        if not choices:
            del edges[at]
        direction = (taken[0][0] - at[0], taken[0][1] - at[1])
        at, piece = taken
        if at == start:
            return points, piece
        points.append(at)


def _twice_area(ring: Ring) -> int:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1]))  # noqa: B905


def _first(ring: Ring) -> tuple[int, int]:
    return min((y, x) for x, y in ring)


def _from_the_top(ring: Ring) -> Ring:
    """Corners alone, beginning with the topmost, then leftmost of them."""

    def is_corner(i: int) -> bool:
        (ax, ay), (cx, cy) = ring[i - 1], ring[(i + 1) % len(ring)]
        return ax != cx and ay != cy

    corners = [point for i, point in enumerate(ring) if is_corner(i)]
    start = min(range(len(corners)), key=lambda i: (corners[i][1], corners[i][0]))
    return corners[start:] + corners[:start]


class TieError(Exception):
    """Two points are equally far from the line: rounding would decide."""


def simplify(ring: Ring, epsilon: float) -> Ring:
    """Douglas-Peucker on a closed ring, cut at its first corner and the one farthest from it.

    Raises TieError where the result would depend on the last bit of a distance.
    """
    far = max(range(len(ring)), key=lambda i: (math.dist(ring[i], ring[0]), -i))
    closed = [*ring, ring[0]]
    kept = [*_simplified(closed[: far + 1], epsilon), *_simplified(closed[far:], epsilon)[1:]]
    return kept[:-1]


def _simplified(line: Ring, epsilon: float) -> Ring:
    distances = [_distance(p, line[0], line[-1]) for p in line]
    worst = max(range(len(line)), key=lambda i: (distances[i], -i))
    if distances[worst] <= epsilon:
        return [line[0], line[-1]]
    if distances[worst] - max(distances[:worst] + distances[worst + 1 :]) < 1e-9:
        raise TieError
    return [*_simplified(line[: worst + 1], epsilon)[:-1], *_simplified(line[worst:], epsilon)]


def _distance(p: tuple[int, int], a: tuple[int, int], b: tuple[int, int]) -> float:
    along = np.subtract(b, a)
    length = float(along @ along)
    share = min(1.0, max(0.0, float(np.subtract(p, a) @ along) / length)) if length else 0.0
    return math.dist(p, np.add(a, share * along))


def rows_of(bitmap: npt.NDArray[Any], letters: str = ".#") -> list[str]:
    """A picture in letters: value 0 is the first letter, 1 the second, −1 the last."""
    return ["".join(letters[int(value)] for value in row) for row in bitmap]


def bitmap_of(rows: Iterable[str]) -> Bools:
    """The inverse for '.' and '#'."""
    return np.array([[letter == "#" for letter in row] for row in rows])
