"""Overlapping and nested masks made into one label map (COCO, LVIS, SA-1B).

Masks are COCO run lengths, see :mod:`squeezesam_train.sources.run_lengths`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from squeezesam_train.photos import IGNORE, U8, DamagedPhotoError
from squeezesam_train.sources.run_lengths import Rle, decode_runs, merged

# An 8-bit label map holds this many objects beside the background (0) and the ignored (255).
MOST_OBJECTS = IGNORE - 1
MOST_MASKS = 4096
# Masks times bytes of all run lengths: each mask is laid over each. 3 s at most.
_MOST_COMPARED = 1 << 29
_NESTED = 0.9


def merge_nested_masks(
    masks: Sequence[Rle], rng: np.random.Generator, probability: float = 0.5
) -> list[int]:
    """Decide by coin, for every whole with parts inside it, whether the whole or its parts stay.

    The paper's mask merging: SA-1B has a mask for the shirt and one for the person, and who taps
    the shirt mostly wants the person. So a mask inside a larger one is suppressed. Now and then the
    whole is dropped instead, so that parts can still be asked for, which may have parts in turn.

    Args:
        masks: of one photo.
        rng: the only source of randomness; one coin per whole that is looked at.
        probability: of the whole staying and everything inside it going, 0…1.

    Returns:
        Indices of the masks that stay, the largest first. No one of them is nested in another:
        nested means that at least 0.9 of its pixels lie inside a larger one.
    """
    if not masks:
        return []
    # One by one: pycocotools 2.0.11 overflows on a list of more than 255 masks.
    areas = np.array([int(coco_mask.area(mask)) for mask in masks])
    order = [int(i) for i in np.argsort(-areas, kind="stable") if areas[i] > 0]
    inside = _shares_inside(masks) >= _NESTED
    kept: list[int] = []
    gone: set[int] = set()
    for place, whole in enumerate(order):
        if whole in gone:
            continue
        parts = [i for i in order[place + 1 :] if inside[i, whole] and i not in gone]
        if not parts or rng.random() < probability:
            kept.append(whole)
            gone.update(parts)
    return kept


def _shares_inside(masks: Sequence[Rle]) -> NDArray[np.float64]:
    """N×N: the share of mask i's pixels that lie inside mask j."""
    # pycocotools' IoU with a crowd region is the intersection over the first mask's area.
    crowd = [1] * len(masks)
    return np.asarray(coco_mask.iou(list(masks), list(masks), crowd), np.float64)


def paint_labels(masks: Sequence[Rle], ignore: Sequence[Rle], height: int, width: int) -> U8:
    """Paint masks one over the other.

    Args:
        masks: objects, in the order of painting: the later hides the earlier. At most 254 are used.
        ignore: regions to ignore (crowds); objects are painted over them.
        height: of the photo, pixels.
        width: of the photo, pixels.

    Returns:
        H×W uint8: 0 background, 1…N in the order given, 255 ignore.
    """
    # Run lengths go down the columns: painting is quickest in that order of memory.
    labels = np.zeros((height, width), np.uint8, order="F")
    if ignore:  # at once: a file of some kilobytes may have thousands that each fill the photo
        _paint(labels, merged(list(ignore)), IGNORE)
    for label, mask in enumerate(masks[:MOST_OBJECTS], 1):
        _paint(labels, mask, label)
    return np.ascontiguousarray(labels)


def _paint(labels: U8, mask: Rle, label: int) -> None:
    """Run by run: ten times quicker than by way of a whole mask for the small ones of SA-1B."""
    runs = decode_runs(mask["counts"])
    if runs is None or runs.sum() != labels.size:
        raise ValueError("the run lengths do not fill the photo")
    flat = labels.reshape(-1, order="F")
    ends = np.cumsum(runs)
    for end, length in zip(ends[1::2].tolist(), runs[1::2].tolist(), strict=True):
        flat[end - length : end] = label


def flatten_masks(
    masks: Sequence[Rle], ignore: Sequence[Rle], height: int, width: int,
    rng: np.random.Generator, probability: float = 0.5,
) -> U8:  # fmt: skip
    """Overlapping masks as a label map: nested ones merged by coin, the smaller over the larger.

    Arguments and result as in :func:`merge_nested_masks` and :func:`paint_labels`.

    Raises:
        DamagedPhotoError: more than MOST_MASKS, each of which is compared with every other, or as
            many run lengths in them that this would take long.
    """
    if len(masks) + len(ignore) > MOST_MASKS:
        raise DamagedPhotoError(f"a photo has more than {MOST_MASKS} masks")
    if len(masks) * sum(len(mask["counts"]) for mask in masks) > _MOST_COMPARED:
        raise DamagedPhotoError(f"a photo has {len(masks)} masks of too many runs")
    kept = merge_nested_masks(masks, rng, probability)
    return paint_labels([masks[i] for i in kept], ignore, height, width)
