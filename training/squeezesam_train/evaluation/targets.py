"""What is scored: the instances of a photo and, for the automatic mask, everything labelled."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from squeezesam_train.photos import IGNORE, U8, PhotoEntry

Mask = NDArray[np.bool_]

# Smaller instances are left out: their masks are a handful of pixels at 512.
MIN_AREA_SHARE = 0.001
MOST_PER_PHOTO = 3
# A part of an object counts as a piece of its own from this share of the object on.
PIECE_SHARE = 0.1
# COCO's areas (32² and 96² pixels) were set for photos of 640 pixels on the longer side.
COCO_LONGER_SIDE = 640
COCO_AREAS = (32**2, 96**2)

RULE = (
    f"instances of at least {MIN_AREA_SHARE:.1%} of the photo, label 255 ignored in every score; "
    "size classes: COCO's areas (S < 32², M < 96², else L) after scaling the photo's longer side "
    f"to {COCO_LONGER_SIDE} pixels"
)


@dataclass(frozen=True)
class Target:
    """One object that a predictor is asked for.

    Attributes:
        photo: ``source/id``.
        instance: its label in the label map; 0 for the union of all.
        source: the folder of the photo.
        kind: of the photo: ``salient``, ``instance``, ``person`` or ``pet``.
        size: ``S``, ``M`` or ``L``.
        pieces: ``whole``, or ``pieces`` where several parts stand apart (see :func:`piece_class`).
        mask: H×W bool.
        ignore: H×W bool, pixels left out of the scores.
    """

    photo: str
    instance: int
    source: str
    kind: str
    size: str
    pieces: str
    mask: Mask
    ignore: Mask

    @property
    def key(self) -> str:
        """Unique name, ``source/id#instance``."""
        return f"{self.photo}#{self.instance}"


def seeded(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for one thing: the same draws whatever else is evaluated."""
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "little")])


def size_class(mask: Mask) -> str:
    """S, M or L: COCO's rule after scaling the photo's longer side to 640 pixels.

    Source: Lin et al., "Microsoft COCO"; the areas of the COCO detection evaluation.
    """
    area = np.count_nonzero(mask) * (COCO_LONGER_SIDE / max(mask.shape)) ** 2
    return "S" if area < COCO_AREAS[0] else "M" if area < COCO_AREAS[1] else "L"


def piece_class(mask: Mask) -> str:
    """``pieces`` where two or more 8-connected parts each hold a tenth of the object.

    Some sources (DUTS) give one label to several objects that stand apart: a single click on one
    of them cannot mean them all, so the two classes are worth telling apart.
    """
    stats = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)[2]
    areas = stats[1:, cv2.CC_STAT_AREA]
    large = int((areas >= PIECE_SHARE * areas.sum()).sum())
    return "pieces" if large > 1 else "whole"


def instance_labels(labels: U8) -> list[int]:
    """Labels of the instances that are large enough, ascending."""
    counts = np.bincount(labels.ravel(), minlength=256)
    return [i for i in range(1, IGNORE) if counts[i] and counts[i] >= MIN_AREA_SHARE * labels.size]


def choose_instances(entry: PhotoEntry, labels: U8, seed: int, most: int | None) -> list[Target]:
    """Instances of one photo that are scored.

    Args:
        entry: the photo.
        labels: H×W uint8 label map.
        seed: of the choice where there are more than ``most``.
        most: at most so many (None: all).
    """
    name = f"{entry.source}/{entry.id}"
    found = instance_labels(labels)
    if most is not None and len(found) > most:
        rng = seeded(seed, name, "instances")
        found = sorted(int(i) for i in rng.choice(found, most, replace=False))
    ignore = labels == IGNORE
    return [_target(entry, name, i, labels == i, ignore) for i in found]


def whole_target(entry: PhotoEntry, labels: U8) -> Target | None:
    """Everything that is labelled in the photo as one target; None where nothing is."""
    ignore = labels == IGNORE
    mask = (labels > 0) & ~ignore
    if not mask.any():
        return None
    return _target(entry, f"{entry.source}/{entry.id}", 0, mask, ignore)


def _target(entry: PhotoEntry, name: str, label: int, mask: Mask, ignore: Mask) -> Target:
    size, pieces = size_class(mask), piece_class(mask)
    return Target(name, label, entry.source, entry.kind, size, pieces, mask, ignore)
