"""SA-1B: one .jpg and one .json with run-length masks for each photo."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from squeezesam_train.photos import U8, DamagedPhotoError, DataError, decode_photo, photo_bytes
from squeezesam_train.sources.base import Photo, checked
from squeezesam_train.sources.overlap import MOST_MASKS, flatten_masks
from squeezesam_train.sources.run_lengths import Outlines, Rle, to_rle

_LARGEST_JSON = 32 << 20  # bytes; those of SA-1B have one or two million


class Sa1bPhotos:
    """A folder (with its subfolders) of pairs `sa_1.jpg`, `sa_1.json`, as SA-1B's tars unpack to.

    Its masks overlap and lie inside one another; each draw flattens them anew, see
    :func:`~squeezesam_train.sources.overlap.merge_nested_masks`. At the start every photo must have
    its json and every json its photo; their contents are read when they are drawn.

    Args:
        folder: of the pairs.
        merging: probability that a mask nested in a larger one is suppressed.

    Raises:
        DataError: there is no pair, or half of one is missing.
    """

    def __init__(self, folder: Path, merging: float = 0.5) -> None:
        self.name = str(folder)
        self._folder, self._merging = folder, merging
        # One text and where each name in it ends: a list of millions of strings would be copied
        # into every worker, and an array of them would make all as long as the longest.
        # Names of any language, and those that are no UTF-8.
        stems = [os.fsencode(stem) for stem in _paired_stems(folder)]
        self._stems, self._ends = b"".join(stems), np.cumsum([len(stem) for stem in stems])

    def __len__(self) -> int:
        return len(self._ends)

    def draw(self, rng: np.random.Generator) -> Photo:
        """A random photo, all equally likely."""
        stem = self._stem(int(rng.integers(len(self._ends))))
        path = self._folder / f"{stem}.jpg"
        rgb = decode_photo(photo_bytes(path), str(path), turn=False)
        document = photo_bytes(path.with_suffix(".json"), "masks")
        labels = labels_of(document, f"{stem}.json", rgb, rng, self._merging)
        return checked(Photo(str(path), rgb, labels))

    def _stem(self, number: int) -> str:
        first = int(self._ends[number - 1]) if number else 0
        return os.fsdecode(self._stems[first : int(self._ends[number])])


def labels_of(document: bytes, name: str, rgb: U8, rng: np.random.Generator, merging: float) -> U8:
    """The label map of an SA-1B json (a list `annotations` of masks with a `segmentation` each).

    Args:
        document: the json.
        name: of the json, for messages.
        rgb: its photo.
        rng: of the merging of nested masks.
        merging: probability that a mask nested in a larger one is suppressed.

    Raises:
        DamagedPhotoError: it is no such json, has no mask, or the masks are not the photo's.
    """
    masks: list[Rle] = []
    height, width = rgb.shape[:2]
    annotations = _annotations(document, name)
    if len(annotations) > MOST_MASKS:
        raise DamagedPhotoError(f"{name} holds more than {MOST_MASKS} annotations")
    outlines = Outlines(len(annotations), each=1 << 10)
    for index, annotation in enumerate(annotations):
        try:
            rle = to_rle(annotation.get("segmentation"), height, width, outlines)
        except ValueError as error:
            raise DamagedPhotoError(f"{name}: annotation {index} {error}") from error
        if rle is not None:
            masks.append(rle)
    if not masks:
        raise DamagedPhotoError(f"{name} holds no annotation with a mask")
    return flatten_masks(masks, [], height, width, rng, merging)


def _annotations(document: bytes, name: str) -> list[dict[str, Any]]:
    if len(document) > _LARGEST_JSON:
        raise DamagedPhotoError(f"{name} is larger than {_LARGEST_JSON >> 20} MiB")
    try:
        parsed = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise DamagedPhotoError(f"{name} is not valid json: {error}") from error
    listed = parsed.get("annotations") if isinstance(parsed, dict) else None
    if not isinstance(listed, list) or not all(isinstance(a, dict) for a in listed):
        raise DamagedPhotoError(f"{name} is no SA-1B json: it has no list 'annotations'")
    return listed


def _paired_stems(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}")
    photos = _stems(folder, ".jpg")
    documents = _stems(folder, ".json")
    for lone, ending, partner in (
        (documents - photos, ".json", "photo (.jpg)"),
        (photos - documents, ".jpg", "masks (.json)"),
    ):
        if lone:
            more = f" (and {len(lone) - 1} more)" if len(lone) > 1 else ""
            raise DataError(f"{folder / min(lone)}{ending} has no {partner} beside it{more}")
    if not photos:
        raise DataError(f"{folder} holds no photo (.jpg)")
    return sorted(photos)


def _stems(folder: Path, ending: str) -> set[str]:
    found = folder.rglob(f"*{ending}")
    return {str(p.relative_to(folder).with_suffix("")) for p in found}
