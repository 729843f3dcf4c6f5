"""COCO and LVIS: photos in a folder, annotations in one json."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from squeezesam.formats import read_file
from squeezesam.photo import MAX_PIXELS
from squeezesam_model.printable import shown

from squeezesam_train.photos import DataError, decode_photo, photo_bytes
from squeezesam_train.sources.base import Photo, checked
from squeezesam_train.sources.overlap import flatten_masks
from squeezesam_train.sources.run_lengths import Outlines, Rle, to_rle

_LARGEST_JSON = 8 << 30  # bytes; LVIS has one, Objects365 four


@dataclass
class _Regions:
    """The masks of one photo while the json is read."""

    path: str
    height: int
    width: int
    masks: list[bytes] = field(default_factory=list)
    crowds: list[bytes] = field(default_factory=list)


class CocoPhotos:
    """Photos of a json in COCO's or LVIS's form (`images`, `annotations`).

    Polygons and run lengths become compressed run lengths once, at the start, so that every
    annotation is checked before training begins and the json does not stay in memory. Crowd regions
    (`iscrowd`) are ignored pixels. Photos without a usable annotation are left out and counted.
    LVIS is recognised by its lists of categories that were not annotated exhaustively: its photos
    count as partly labelled.

    Args:
        images: folder of the photos. A record's `file_name`, or else the end of its `coco_url`,
            is looked for directly in it and under the url's folder (`train2017/`).
        annotations: the json.
        merging: probability that a mask nested in a larger one is suppressed, see
            :func:`~squeezesam_train.sources.overlap.merge_nested_masks`.

    Raises:
        DataError: the json is no such file, holds no usable annotation, or a photo is missing.
    """

    def __init__(self, images: Path, annotations: Path, merging: float = 0.5) -> None:
        self.name = str(annotations)
        self._merging = merging
        document = _load(annotations)
        records = _records(document, annotations, images)
        unusable = _collect(document, records, annotations)
        self._photos = [r for r in records.values() if r.masks]
        self._partly = any("neg_category_ids" in record for record in document["images"])
        if not self._photos:
            raise DataError(f"{annotations} holds no annotation with a mask")
        empty = len(records) - len(self._photos)
        if empty or unusable:
            print(
                f"{annotations}: left out {empty} photos without objects and {unusable} "
                "annotations without a usable mask",
                file=sys.stderr,
            )

    def __len__(self) -> int:
        return len(self._photos)

    def draw(self, rng: np.random.Generator) -> Photo:
        """A random photo, all equally likely."""
        record = self._photos[int(rng.integers(len(self._photos)))]
        rgb = decode_photo(photo_bytes(Path(record.path)), record.path, turn=False)
        size = [record.height, record.width]
        masks: list[Rle] = [{"size": size, "counts": counts} for counts in record.masks]
        crowds: list[Rle] = [{"size": size, "counts": counts} for counts in record.crowds]
        labels = flatten_masks(masks, crowds, record.height, record.width, rng, self._merging)
        return checked(Photo(record.path, rgb, labels, partly_labelled=self._partly))


def _load(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(read_file(path, _LARGEST_JSON))
    except MemoryError as error:
        raise DataError(f"{path}: not enough memory for it") from error
    except OSError as error:
        raise DataError(f"cannot read the annotations {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is not valid json: {error}") from error
    for key in ("images", "annotations"):
        listed = document.get(key) if isinstance(document, dict) else None
        if not isinstance(listed, list) or not all(isinstance(r, dict) for r in listed):
            raise DataError(f"{path} is no COCO or LVIS json: it has no list '{key}' of records")
        if not listed:
            raise DataError(f"{path}: its list of {key} is empty")
    return dict(document)


def _records(document: dict[str, Any], path: Path, images: Path) -> dict[object, _Regions]:
    present = _files_below(images)
    records: dict[object, _Regions] = {}
    missing: list[str] = []
    for record in document["images"]:
        candidates = _candidates(record)
        height, width = record.get("height"), record.get("width")
        if "id" not in record or not candidates:
            raise DataError(f"{path} is no COCO or LVIS json: a photo lacks 'id' or 'file_name'")
        if not _is_id(record["id"]):
            raise DataError(
                f"{path}: the photo {candidates[0]} has the id {shown(record['id'])}, which "
                "must be a whole number or a text"
            )
        if not (isinstance(height, int) and isinstance(width, int) and height > 0 and width > 0):
            raise DataError(
                f"{path}: the photo {candidates[0]} has the size {shown(width)}×"
                f"{shown(height)}, which must be positive"
            )
        # Before any mask of it is made; what the photo's own header says is looked at when it is
        # drawn, by the same limit.
        if height * width > MAX_PIXELS:
            raise DataError(
                f"{path}: the photo {candidates[0]} has the size {shown(width)}×"
                f"{shown(height)}, more than {MAX_PIXELS / 1e6:.0f} megapixels"
            )
        found = next((c for c in candidates if c in present), None)
        if found is None:
            missing.append(candidates[0])
            continue
        records[record["id"]] = _Regions(str(images / found), height, width)
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise DataError(f"{path} names the photo {missing[0]}, which is not in {images}{more}")
    return records


def _is_id(value: object) -> bool:
    return isinstance(value, (int, str))


def _files_below(folder: Path) -> set[str]:
    """Files of a folder and of the folders in it: listings are quicker than a query a photo."""
    try:
        children = list(folder.iterdir())
    except OSError as error:
        raise DataError(f"cannot read the folder of photos {folder}: {error.strerror}") from error
    names = {child.name for child in children}
    for child in children:
        if child.is_dir():
            names.update(f"{child.name}/{file.name}" for file in child.iterdir())
    return names


def _candidates(record: dict[str, Any]) -> list[str]:
    names = [record["file_name"]] if isinstance(record.get("file_name"), str) else []
    url = record.get("coco_url")
    if isinstance(url, str) and url.count("/") >= 1:
        parts = url.split("/")
        names += [parts[-1], "/".join(parts[-2:])]
    return names


def _collect(document: dict[str, Any], records: dict[object, _Regions], path: Path) -> int:
    """Put every annotation to its photo; returns how many had no usable mask."""
    unusable, outlines = 0, Outlines(len(document["annotations"]))
    for annotation in document["annotations"]:
        name, photo = annotation.get("id"), annotation.get("image_id")
        record = records.get(photo) if _is_id(photo) else None
        if record is None:
            raise DataError(
                f"{path}: the annotation {shown(name)} belongs to the photo "
                f"{shown(photo)}, which is not listed"
            )
        try:
            mask = annotation.get("segmentation")
            rle = to_rle(mask, record.height, record.width, outlines)
        except ValueError as error:
            raise DataError(f"{path}: the annotation {shown(name)} {error}") from error
        if rle is None:
            unusable += 1
        else:
            kind = record.crowds if annotation.get("iscrowd") else record.masks
            kind.append(rle["counts"])
    return unusable
