"""Mask AP with given detector boxes, on COCO and on LVIS.

Protocol: each box of a detector is the prompt, the mask takes over the detection's class and
score, and COCO's evaluation (Lin et al. 2014) judges the masks: the zero-shot instance segmentation
of Kirillov et al. 2023, section 7.4, and of EfficientSAM and EdgeSAM after it. LVIS (Gupta et al.
2019) labels each photo for some of its 1,203 classes only: a detection counts where its class was
checked (present, or in ``neg_category_ids``), and an unmatched one is no error where the class was
not labelled exhaustively; up to 300 detections a photo. A detection's size class is its mask's, as
LVIS and detectron2 judge masks: a result that keeps its box would be filed by the box's area.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, TypeGuard

import numpy as np
from pycocotools import mask as rle
from pycocotools.coco import COCO
from squeezesam.formats import read_file
from squeezesam.photo import MAX_PIXELS
from squeezesam_model.printable import shown

from squeezesam_train.evaluation.mask_ap import Detection
from squeezesam_train.evaluation.predictor import Predictor
from squeezesam_train.evaluation.prompts import Prompts
from squeezesam_train.photos import U8, DataError, decode_photo, photo_bytes
from squeezesam_train.sources.run_lengths import Outlines, to_rle

# LVIS has 1,203 classes, and hardly 300 objects on a photo; a detection is held against each.
_MOST_CLASSES, _MOST_ON_A_PHOTO = 2_500, 1_000
_LARGEST_JSON = 8 << 30  # bytes; LVIS has one
_LONGEST_ID = 256
_LONGEST_NAME = 1_000  # of a file, with the folders that it is in
_LVIS_KEYS = ("neg_category_ids", "not_exhaustive_category_ids")
_ANNOTATION_KEYS = {"image_id", "category_id", "segmentation", "area"}


def load_truth(path: Path) -> COCO:
    """A COCO or LVIS json.

    LVIS files are known by ``neg_category_ids``; they have no ``iscrowd``, and where an annotation
    says ``ignore`` it is neither to be found nor in the way, as in LVIS's own evaluation.

    Raises:
        DataError: it cannot be read, lacks photos, classes or annotations, or one of these lacks
            what the evaluation needs.
    """
    loaded = _json(path)
    wanted = ("images", "annotations", "categories")
    if not isinstance(loaded, dict) or not all(isinstance(loaded.get(k), list) for k in wanted):
        raise DataError(f"{path} is no COCO json: it needs images, annotations and categories")
    _check_photos(path, loaded["images"])
    _check_ids(path, "photos", [photo["id"] for photo in loaded["images"]])
    sizes = {photo["id"]: (photo["height"], photo["width"]) for photo in loaded["images"]}
    loaded["annotations"] = _judged(path, loaded["annotations"], sizes)
    if len(loaded["categories"]) > _MOST_CLASSES:
        raise DataError(f"{path} has more than {_MOST_CLASSES} classes")
    known = [row.get("id") if isinstance(row, dict) else None for row in loaded["categories"]]
    _check_ids(path, "classes", [*known, *(row["category_id"] for row in loaded["annotations"])])
    truth = COCO()
    truth.dataset = loaded
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
    return truth


def _check_ids(path: Path, what: str, ids: list[Any]) -> None:
    """COCO's evaluation sorts them, so they are of one kind."""
    if not all(map(_is_id, ids)) or len({isinstance(one, str) for one in ids}) > 1:
        raise DataError(f"{path}: the ids of {what} must be whole numbers, or all short texts")


def _check_photos(path: Path, photos: list[Any]) -> None:
    needed = {"id", "height", "width"}
    if any(_names_of(photo) & set(_LVIS_KEYS) for photo in photos):
        needed |= set(_LVIS_KEYS)
    for photo in photos:
        if missing := sorted(needed - _names_of(photo)):
            raise DataError(f"{path}: a photo has no {' and no '.join(missing)}")
        sides = [photo["height"], photo["width"]]
        whole = all(_is_whole(side) and side > 0 for side in sides)
        if not whole or not _is_id(photo["id"]) or sides[0] * sides[1] > MAX_PIXELS:
            raise DataError(f"{path}: a photo has an id or a size that makes no sense")
        if not all(isinstance(photo.get(key, []), list) for key in _LVIS_KEYS):
            raise DataError(f"{path}: a photo's lists of classes are none")
        if not _lies_within(photo.get("file_name") or ""):
            named = shown(photo["file_name"])
            raise DataError(f"{path}: a photo's file_name is none within a folder: {named}")


def _lies_within(name: object) -> bool:
    """Whether a text names a file in a folder or below it, for every system."""
    if not isinstance(name, str) or len(name) > _LONGEST_NAME or "\0" in name:
        return False
    given = PurePosixPath(name), PureWindowsPath(name)
    return not any(path.anchor or ".." in path.parts for path in given)


def _judged(
    path: Path, annotations: list[Any], sizes: dict[int | str, tuple[int, int]]
) -> list[dict[str, Any]]:
    """The annotations as COCO's evaluation takes them; `sizes`: height and width of each photo.

    Numbered from 1: it takes a match with the annotation 0 for none. Their masks are run lengths
    that were looked at, for pycocotools would take any number as memory; what has none is left out.
    """
    found, objects, outlines = [], dict.fromkeys(sizes, 0), Outlines(len(annotations))
    for number, row in enumerate(annotations, 1):
        if missing := sorted(_ANNOTATION_KEYS - _names_of(row)):
            raise DataError(f"{path}: an annotation has no {' and no '.join(missing)}")
        photo, area = row["image_id"], row["area"]
        if not (_is_id(photo) and photo in sizes and _is_id(row["category_id"])):
            raise DataError(f"{path}: an annotation has a photo or a class that is not there")
        if not _are_numbers([area]):
            raise DataError(f"{path}: an annotation has an area that is no number")
        if any(row.get(key, 0) not in (0, 1) for key in ("iscrowd", "ignore")):
            raise DataError(f"{path}: an annotation has an iscrowd or an ignore but 0 and 1")
        try:
            mask = to_rle(row["segmentation"], *sizes[photo], outlines)
        except ValueError as error:
            raise DataError(f"{path}: an annotation {error}") from error
        objects[photo] += 1
        if objects[photo] > _MOST_ON_A_PHOTO:
            raise DataError(f"{path}: a photo has more than {_MOST_ON_A_PHOTO} annotations")
        # A crowd takes in any number of detections, an ignored object one.
        if mask is not None:
            found.append({"iscrowd": 0, **row, "segmentation": mask, "id": number})
    return found


def _is_id(value: object) -> bool:
    # numpy makes all texts as long as the longest, cuts NUL, and makes floats beyond 63 bits.
    if isinstance(value, str):
        return len(value) <= _LONGEST_ID and "\0" not in value
    return _is_whole(value) and abs(value) < 1 << 63


def _are_numbers(values: list[Any]) -> bool:
    # JSON has whole ones of any length.
    return all((_is_whole(v) or isinstance(v, float)) and abs(v) < 1 << 63 for v in values)


def _is_whole(value: object) -> TypeGuard[int]:
    # True is a number to Python and none to numpy.
    return isinstance(value, int) and not isinstance(value, bool)


def _names_of(row: Any) -> set[str]:
    return set(row) if isinstance(row, dict) else set()


def load_detections(path: Path, truth: COCO, most: int) -> dict[int, list[Detection]]:
    """COCO result form, a list of {image_id, category_id, bbox (x, y, width, height), score}.

    Given by photo, best first, at most ``most`` of each.

    Raises:
        DataError: it cannot be read, or an entry lacks a key or names a photo that is not there.
    """
    rows = _json(path)
    if not isinstance(rows, list):
        raise DataError(f"{path} must hold a list of detections")
    found: dict[int, list[Detection]] = {}
    for row in rows:
        if not _names_of(row) >= {"image_id", "category_id", "bbox", "score"}:
            raise DataError(f"{path}: a detection needs image_id, category_id, bbox and score")
        box = row["bbox"]
        numbers = isinstance(box, list) and len(box) == 4 and _are_numbers([row["score"], *box])
        if not (numbers and _is_id(row["image_id"]) and _is_id(row["category_id"])):
            raise DataError(f"{path}: a detection has a box, a score or an id that is none")
        if row["image_id"] not in truth.imgs:
            raise DataError(f"{path}: the photo {row['image_id']} is not among the annotations")
        found.setdefault(row["image_id"], []).append(row)
    return {
        photo: sorted(list_, key=lambda row: -float(row["score"]))[:most]
        for photo, list_ in found.items()
    }


def _json(path: Path) -> Any:
    try:
        return json.loads(read_file(path, _LARGEST_JSON))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is not valid JSON") from error
    except MemoryError as error:
        raise DataError(f"{path}: not enough memory for it") from error


def segment_detections(
    predictor: Predictor,
    truth: COCO,
    photos: Path,
    detections: dict[int, list[Detection]],
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Detection]:
    """The detections with a mask each, in COCO's result form (``segmentation`` as RLE, no box).

    Raises:
        DataError: a photo is missing or has another size than its annotations say.
    """
    results = []
    for done, (photo_id, rows) in enumerate(sorted(detections.items())):
        progress(done, len(detections))
        view = predictor.open(_photo(truth.imgs[photo_id], photos))
        for row in rows:
            x, y, width, height = (float(v) for v in row["bbox"])
            # A box of COCO ends between pixels; ours lies on the centres of the outermost ones.
            box = (x, y, x + max(width - 1, 0), y + max(height - 1, 0))
            mask = view.predict(Prompts(box=box)).mask
            # Without the box: COCO's and LVIS's readers would take its area for the mask's.
            kept = {name: value for name, value in row.items() if name != "bbox"}
            coded = rle.encode(np.asfortranarray(mask.astype(np.uint8)))
            results.append({**kept, "segmentation": coded})
    progress(len(detections), len(detections))
    return results


def _photo(record: dict[str, Any], photos: Path) -> U8:
    name = record.get("file_name") or str(record.get("coco_url", "")).rsplit("/", 1)[-1]
    if not _lies_within(name):
        raise DataError(f"a photo's coco_url names no file: {shown(name)}")
    # COCO's annotations lie on the pixels as they are stored.
    rgb = decode_photo(photo_bytes(photos / name), str(photos / name), turn=False)
    if rgb.shape[:2] != (record["height"], record["width"]):
        raise DataError(f"{photos / name} does not have the size that its annotations say")
    return rgb
