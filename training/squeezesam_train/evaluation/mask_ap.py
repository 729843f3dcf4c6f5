"""COCO's evaluation of masks class by class, with the two rules that LVIS adds.

COCO's own asks for every class on every photo, whether anything of it is there or not: some
thousand of each take minutes and gigabytes. A class that is asked on the photos alone where it is
labelled or found has the same precisions, and a class without labels has none.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as rle
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

Detection = dict[str, Any]
COCO_MOST, LVIS_MOST = 100, 300
_FREQUENCIES = {"APr": "r", "APc": "c", "APf": "f"}


def is_lvis(truth: COCO) -> bool:
    """Whether the photos say which classes were checked on them."""
    return any("neg_category_ids" in photo for photo in truth.imgs.values())


def average_precision(truth: COCO, results: list[Detection]) -> dict[str, float]:
    """AP, AP50, AP75, APs, APm, APl in 0…1 (−1 where there is nothing to find).

    With LVIS annotations also APr, APc, APf: rare, common and frequent classes.

    Args:
        truth: as :func:`squeezesam_train.evaluation.detector_ap.load_truth` reads it.
        results: in COCO's result form with ``segmentation`` as RLE, as ``segment_detections``
            gives them.
    """
    lvis = is_lvis(truth)
    labelled = _by_class(truth.dataset["annotations"])
    found = _by_class(_checked(truth, results) if lvis else results)
    photos = {photo: _record(photo, truth.imgs[photo]) for photo in truth.imgs}
    precisions = {
        one: _precision(photos, labelled[one], found.get(one, []), lvis)
        for one in sorted(set(labelled) & set(truth.cats))
    }
    figures = _summary(list(precisions.values()))
    for name, letter in _FREQUENCIES.items() if lvis else ():
        chosen = [p for one, p in precisions.items() if _frequency(truth, one) == letter]
        figures[name] = _summary(chosen)["AP"]
    return figures


def _by_class(rows: Iterable[dict[str, Any]]) -> dict[Any, list[dict[str, Any]]]:
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["category_id"], []).append(row)
    return found


def _record(photo: Any, read: dict[str, Any]) -> dict[str, Any]:
    """What is asked of a photo, with LVIS's list as a set: it may be long, and is asked often."""
    partly = frozenset(_ids(read.get("not_exhaustive_category_ids", ())))
    kept = {key: read[key] for key in ("height", "width")}
    return {"id": photo, **kept, "not_exhaustive_category_ids": partly}


def _ids(values: Iterable[Any]) -> Iterable[int | str]:
    return (value for value in values if isinstance(value, (int, str)))


def _frequency(truth: COCO, category: Any) -> Any:
    return truth.cats.get(category, {}).get("frequency")


def _checked(truth: COCO, results: list[Detection]) -> Iterable[Detection]:
    """The detections whose class was looked for on their photo, the only ones that LVIS judges."""
    looked = {
        photo: {row["category_id"] for row in truth.imgToAnns[photo]}
        | set(_ids(record["neg_category_ids"]))
        for photo, record in truth.imgs.items()
    }
    return (row for row in results if row["category_id"] in looked[row["image_id"]])


def _precision(
    photos: dict[Any, dict[str, Any]],
    labels: list[dict[str, Any]],
    results: list[Detection],
    lvis: bool,
) -> NDArray[np.float64]:
    """Of one class: IoU levels × recalls × 1 × areas × limits, −1 where nothing is to be found."""
    shown = {row["image_id"] for row in labels} | {row["image_id"] for row in results}
    records = [photos[photo] for photo in shown]
    classes = [{"id": labels[0]["category_id"]}]
    numbered = [
        {**row, "id": number, "area": float(rle.area(row["segmentation"])), "iscrowd": 0}
        for number, row in enumerate(results, 1)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        sides = (_indexed(records, classes, labels), _indexed(records, classes, numbered))
        judge = (FederatedEval if lvis else COCOeval)(*sides, "segm")
        judge.params.maxDets = [1, 10, LVIS_MOST if lvis else COCO_MOST]
        judge.evaluate()
        judge.accumulate()
    precision: NDArray[np.float64] = judge.eval["precision"]
    return precision


def _indexed(photos: list[Any], classes: list[Any], rows: list[Any]) -> COCO:
    coco = COCO()
    coco.dataset = {"images": photos, "categories": classes, "annotations": rows}
    coco.createIndex()
    return coco


class FederatedEval(COCOeval):  # type: ignore[misc]
    """COCO's evaluation with the two rules that LVIS adds, of one class.

    Unmatched detections of classes not labelled exhaustively go free, and objects marked ``ignore``
    are left out.
    """

    def _prepare(self) -> None:
        ignored = {a["id"] for a in self.cocoGt.dataset["annotations"] if a.get("ignore")}
        super()._prepare()
        for truths in self._gts.values():
            for truth in truths:
                truth["ignore"] = truth["ignore"] or truth["id"] in ignored

    def evaluateImg(  # noqa: N802
        self, image: int, category: int, area: list[float], most: int
    ) -> dict[str, Any] | None:
        found: dict[str, Any] | None = super().evaluateImg(image, category, area, most)
        record = self.cocoGt.imgs[image]
        if found is not None and category in record["not_exhaustive_category_ids"]:
            found["dtIgnore"] = np.logical_or(found["dtIgnore"], found["dtMatches"] == 0)
        return found


def _summary(precisions: list[NDArray[np.float64]]) -> dict[str, float]:
    figures = {
        "AP": _mean([p[:, :, :, 0, -1] for p in precisions]),
        "AP50": _mean([p[0, :, :, 0, -1] for p in precisions]),
        "AP75": _mean([p[5, :, :, 0, -1] for p in precisions]),
    }
    for area, name in enumerate(("APs", "APm", "APl"), 1):
        figures[name] = _mean([p[:, :, :, area, -1] for p in precisions])
    return figures


def _mean(precisions: list[NDArray[np.float64]]) -> float:
    counted = np.concatenate([p[p > -1] for p in precisions]) if precisions else np.empty(0)
    return float(counted.mean()) if counted.size else -1.0
