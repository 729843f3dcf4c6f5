"""Masks as COCO run lengths: polygons, plain and compressed ones, checked before they are used."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

# Run lengths as pycocotools has them: {"size": [H, W], "counts": bytes}.
Rle = dict[str, Any]
_MOST_CHARACTERS = 7


def to_rle(segmentation: object, height: int, width: int) -> Rle | None:
    """Polygons, plain or compressed run lengths as compressed run lengths.

    Returns:
        None where the mask is missing or empty. Polygons of fewer than three corners, which LVIS
        has, are passed over.

    Raises:
        ValueError: it is none of these forms, or the run lengths are of another size.
    """
    if isinstance(segmentation, list):
        polygons = [p for p in segmentation if isinstance(p, list) and len(p) >= 6]
        if any(len(p) % 2 or not _numbers(p) for p in polygons):
            raise ValueError("has a polygon that is no list of x, y")
        if not polygons:
            return None
        rle = coco_mask.merge(coco_mask.frPyObjects(polygons, height, width))
    elif isinstance(segmentation, dict):
        rle = _compressed(segmentation, height, width)
    elif segmentation is None:
        return None
    else:
        raise ValueError("has a mask that is neither polygons nor run lengths")
    return rle if coco_mask.area(rle) > 0 else None


def _numbers(values: list[Any]) -> bool:
    return all(isinstance(v, (int, float)) for v in values)


def _compressed(segmentation: dict[str, Any], height: int, width: int) -> Rle:
    if segmentation.get("size") != [height, width]:
        raise ValueError(
            f"has a mask of the size {segmentation.get('size')}, its photo {[height, width]}"
        )
    counts = segmentation.get("counts")
    if isinstance(counts, list) and _numbers(counts):
        if min(counts, default=0) < 0 or sum(counts) != height * width:
            raise ValueError("has run lengths that do not fill its photo")
        return dict(coco_mask.frPyObjects(segmentation, height, width))
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
