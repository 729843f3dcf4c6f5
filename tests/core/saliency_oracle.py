"""Saliency to clicks once more, with scikit-image and whole numbers: the oracle of the C++ sampler.

Written from docs/design.md ("Saliency to clicks") and the rules stated in ssam.h, for clarity only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from skimage.filters import threshold_otsu
from skimage.measure import label

Click = tuple[float, float]
Integers = npt.NDArray[np.int64]


def oracle_clicks(heat: npt.NDArray[np.uint8]) -> list[Click]:
    """Clicks (x, y) for an 8-bit heat map H×W; none when it is flat."""
    if (heat == heat.flat[0]).all():
        return []
    y, x = _most_salient_blob(heat)
    centre_x, centre_y, count = int(x.sum()), int(y.sum()), len(x)  # centre: sums / count
    left, top = x * count < centre_x, y * count < centre_y
    clicks = [_click(x, y, x, y)]
    for part in (top & left, top & ~left, ~top & left, ~top & ~left):
        if part.any():
            clicks.append(_click(x[part], y[part], x, y))
    return clicks


def oracle_random_clicks(heat: npt.NDArray[np.uint8], seed: int) -> list[Click]:
    """Three pixels (x, y) of the most salient blob, drawn by splitmix64; none of a flat map."""
    if (heat == heat.flat[0]).all():
        return []
    y, x = _most_salient_blob(heat)
    drawn: list[int] = []
    numbers = _splitmix64(seed)
    while len(drawn) < min(3, len(x)):
        index = next(numbers) % len(x)
        if index not in drawn:
            drawn.append(index)
    return [(float(x[index]), float(y[index])) for index in drawn]


def _splitmix64(state: int) -> Iterator[int]:
    """Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014."""
    word = (1 << 64) - 1
    while True:
        state = (state + 0x9E3779B97F4A7C15) & word
        mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & word
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & word
        yield mixed ^ (mixed >> 31)


def _most_salient_blob(heat: npt.NDArray[np.uint8]) -> tuple[Integers, Integers]:
    """Rows and columns of the blob's pixels, in raster order."""
    labels = label(heat > threshold_otsu(heat), connectivity=2).ravel()
    values = heat.ravel().astype(np.int64)
    blobs, first = np.unique(labels, return_index=True)
    blobs, first = blobs[blobs > 0], first[blobs > 0]
    size = labels.max() + 1
    area = np.bincount(labels, minlength=size)
    peak = np.full(size, -1)
    np.maximum.at(peak, labels, values)
    peak_count = np.bincount(labels, weights=values == peak[labels], minlength=size).astype(int)
    best = max(zip(peak[blobs], peak_count[blobs], area[blobs], -first, blobs, strict=True))[-1]
    rows, columns = np.divmod(np.flatnonzero(labels == best), heat.shape[1])
    return rows, columns


def _click(part_x: Integers, part_y: Integers, x: Integers, y: Integers) -> Click:
    """Centre of the part, or the pixel of the whole blob (x, y) that is nearest to it."""
    sum_x, sum_y, count = int(part_x.sum()), int(part_y.sum()), len(part_x)
    pixel_x = (2 * sum_x + count) // (2 * count)  # floor(mean + 1/2)
    pixel_y = (2 * sum_y + count) // (2 * count)
    if ((x == pixel_x) & (y == pixel_y)).any():
        return sum_x / count, sum_y / count
    distance = (count * x - sum_x) ** 2 + (count * y - sum_y) ** 2
    nearest = int(distance.argmin())  # the first of equals: raster order
    return float(x[nearest]), float(y[nearest])
