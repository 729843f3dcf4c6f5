"""Reading our folder form: `index.csv`, photos (.webp, .jpg) with label maps (.png) beside them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

IGNORE = 255

U8 = NDArray[np.uint8]


class DataError(Exception):
    """Photos or masks that are missing or cannot be read."""


@dataclass(frozen=True)
class PhotoEntry:
    """One photo of the index.

    Attributes:
        split: ``train`` or ``val``.
        source: the folder it lies in, such as ``duts_tr``.
        id: the file's stem.
        kind: ``salient``, ``instance``, ``person``, ``pet`` or ``part``.
        width: in pixels.
        height: in pixels.
        components: connected components of the foreground.
        image_path: the photo.
        mask_path: the label map: 0 background, 1…N instances, 255 ignore.
    """

    split: str
    source: str
    id: str
    kind: str
    width: int
    height: int
    components: int
    image_path: Path
    mask_path: Path


def list_photos(root: Path, split: str) -> list[PhotoEntry]:
    """The photos of one split, in the order of the index.

    Raises:
        DataError: there is no index, it lacks a column, or it names no photo of the split.
    """
    index = root / "index.csv"
    try:
        with index.open(newline="", encoding="utf-8") as file:
            entries = [_entry(root, row) for row in csv.DictReader(file) if row["split"] == split]
    except OSError as error:
        raise DataError(f"cannot read {index}: {error.strerror}") from error
    except (KeyError, ValueError) as error:
        raise DataError(f"{index} is not a photo index: {error}") from error
    if not entries:
        raise DataError(f"{index} names no photo of the split '{split}'")
    return entries


def _entry(root: Path, row: dict[str, str]) -> PhotoEntry:
    stem = root / row["split"] / row["source"] / row["id"]
    return PhotoEntry(
        split=row["split"],
        source=row["source"],
        id=row["id"],
        kind=row["kind"],
        width=int(row["width"]),
        height=int(row["height"]),
        components=int(row["n_cc"] or 1),
        image_path=_photo_file(stem),
        mask_path=Path(f"{stem}.png"),
    )


def _photo_file(stem: Path) -> Path:
    """`stem`.jpg where it exists, else `stem`.webp, which reading will miss if it is not there."""
    jpeg = Path(f"{stem}.jpg")
    return jpeg if jpeg.exists() else Path(f"{stem}.webp")


def read_photo(entry: PhotoEntry) -> tuple[U8, U8]:
    """Decode one photo and its labels.

    Returns:
        H×W×3 uint8 RGB, and H×W uint8 labels (0 background, 1…N instances, 255 ignore).

    Raises:
        DataError: a file is missing, unreadable, or their sizes differ.
    """
    bgr = cv2.imread(str(entry.image_path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise DataError(f"cannot read the photo {entry.image_path}")
    labels = cv2.imread(str(entry.mask_path), cv2.IMREAD_UNCHANGED)
    if labels is None:
        raise DataError(f"cannot read the mask {entry.mask_path}")
    if labels.ndim != 2 or labels.shape != bgr.shape[:2]:
        raise DataError(f"{entry.mask_path} does not have the size of its photo")
    rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    return np.asarray(rgb, np.uint8), np.asarray(labels, np.uint8)
