"""Masks as COCO run lengths: polygons, plain and compressed ones, checked before they are used."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask
from squeezesam_model.printable import shown

# Run lengths as pycocotools has them: {"size": [H, W], "counts": bytes}.
Rle = dict[str, Any]
_MOST_CHARACTERS = 7
# pycocotools walks along an outline in fifths of a pixel and keeps every step: 2^20 pixels are more
# than all the rims of a photo's objects, and take it some hundred megabytes.
_LONGEST_OUTLINE = 1 << 20
_AT_A_TIME = 64


class Outlines:
    """How many pixels of outlines the annotations of one file, or of one photo, may have in all.

    Args:
        annotations: as many as it has.
        each: pixels that they have on an average at most; what a few large ones need comes on top.
    """

    def __init__(self, annotations: int, each: int = 8 << 10) -> None:
        self._left = float(16 * _LONGEST_OUTLINE + annotations * each)

    def take(self, length: float) -> None:
        """Raises ValueError where no more is left."""
        self._left -= length
        if self._left < 0:
            raise ValueError("and those before it have outlines of too many pixels")


def to_rle(
    segmentation: object, height: int, width: int, outlines: Outlines | None = None
) -> Rle | None:
    """Polygons, plain or compressed run lengths as compressed run lengths.

    Returns:
        None where the mask is missing or empty. Polygons of fewer than three corners, which LVIS
        has, are passed over.

    Raises:
        ValueError: it is none of these forms, the run lengths are of another size, or a polygon's
            corners lie further than twice the photo's sides from its origin, or nothing is left of
            `outlines`.
    """
    if isinstance(segmentation, list):
        polygons = [p for p in segmentation if isinstance(p, list) and len(p) >= 6]
        if any(len(p) % 2 or not _numbers(p) for p in polygons):
            raise ValueError("has a polygon that is no list of x, y")
        if not polygons:
            return None
        length = _check_polygons(polygons, height, width)
        if outlines is not None:
            outlines.take(length)
        rle = merged(coco_mask.frPyObjects(polygons, height, width))
    elif isinstance(segmentation, dict):
        rle = _compressed(segmentation, height, width)
    elif segmentation is None:
        return None
    else:
        raise ValueError("has a mask that is neither polygons nor run lengths")
    return rle if coco_mask.area(rle) > 0 else None


def merged(parts: list[Rle]) -> Rle:
    """One mask of all, a few at a time: pycocotools goes through the sum for each part anew."""
    while len(parts) > 1:
        parts = [
            coco_mask.merge(parts[start : start + _AT_A_TIME])
            for start in range(0, len(parts), _AT_A_TIME)
        ]
    return parts[0]


def _numbers(values: list[Any]) -> bool:
    return all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)


def _check_polygons(polygons: list[list[Any]], height: int, width: int) -> float:
    """Nothing that pycocotools would take as memory: it trusts any number. Returns their pixels."""
    length = 0.0
    for polygon in polygons:
        for side, values in ((width, polygon[0::2]), (height, polygon[1::2])):
            # Compared before numpy sees them: JSON has whole numbers of any size, and no-numbers.
            if not all(-2 * side <= v <= 2 * side for v in values):
                raise ValueError("has a polygon with a corner far outside its photo")
        corners = np.array(polygon, np.float64).reshape(-1, 2)
        length += float(np.abs(corners - np.roll(corners, 1, axis=0)).max(axis=1).sum())
    if length > _LONGEST_OUTLINE:
        raise ValueError(f"has an outline of more than {_LONGEST_OUTLINE} pixels")
    return length


def _compressed(segmentation: dict[str, Any], height: int, width: int) -> Rle:
    if segmentation.get("size") != [height, width]:
        raise ValueError(
            f"has a mask of the size {shown(segmentation.get('size'))}, its photo {[height, width]}"
        )
    counts = segmentation.get("counts")
    if isinstance(counts, list) and _numbers(counts):
        # Held against the photo before they are turned into whole numbers, which may be endless.
        if not all(0 <= v <= height * width and v == int(v) for v in counts):
            raise ValueError("has run lengths that are no whole numbers of its photo's pixels")
        if sum(counts) != height * width:
            raise ValueError("has run lengths that do not fill its photo")
        whole = {"size": [height, width], "counts": [int(v) for v in counts]}
        return dict(coco_mask.frPyObjects(whole, height, width))
    if isinstance(counts, str):
        counts = counts.encode("ascii", "replace")
    if not isinstance(counts, bytes) or not counts:
        raise ValueError("has a mask without run lengths")
    if total_run(counts) != height * width:
        raise ValueError("has run lengths that do not fill its photo")
    return {"size": [height, width], "counts": counts}


def decode_runs(counts: bytes) -> NDArray[np.int64] | None:
    """Compressed run lengths as numbers: background, mask, background… down the columns.

    The code (maskApi.c of the COCO API): 5 bits a character from 48 on, the sixth says that more
    follow, the fifth of the last one is the sign; from the fourth run on it is the difference to
    the run before the last. pycocotools would trust any bytes; here those that are no such code
    give None.
    """
    bits = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    last = (bits & 32) == 0
    if not len(bits) or not last[-1] or bits.min() < 0 or bits.max() > 63:
        return None
    ends = np.flatnonzero(last)
    starts = np.concatenate([[0], ends[:-1] + 1])
    if (ends - starts).max() >= _MOST_CHARACTERS:
        return None
    place = np.arange(len(bits)) - np.repeat(starts, ends - starts + 1)
    runs = np.add.reduceat((bits & 31) << (5 * place), starts)
    runs -= ((bits[ends] & 16) > 0) * (np.int64(1) << (5 * (place[ends] + 1)))
    for chain in (runs[1::2], runs[2::2]):
        np.cumsum(chain, out=chain)
    return None if runs.min() < 0 else runs


def total_run(counts: bytes) -> int:
    """The pixels that compressed run lengths cover; −1 for bytes that are none."""
    runs = decode_runs(counts)
    return -1 if runs is None else int(runs.sum())
