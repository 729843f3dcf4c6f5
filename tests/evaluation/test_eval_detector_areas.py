"""Mask AP counts masks by what they are: their own area, LVIS flags, and those that are missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pycocotools import mask as rle
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from squeezesam_train.evaluation.detector_ap import load_detections, load_truth
from squeezesam_train.evaluation.mask_ap import average_precision
from squeezesam_train.photos import DataError

Mask = NDArray[np.bool_]


def disc(height: int, width: int, x: int, y: int, radius: int) -> Mask:
    down, across = np.mgrid[:height, :width]
    return np.asarray((across - x) ** 2 + (down - y) ** 2 <= radius**2)


def coded(mask: Mask) -> dict[str, Any]:
    return rle.encode(np.asfortranarray(mask.astype(np.uint8)))  # type: ignore[no-any-return]


def one_photo(annotations: list[dict[str, Any]], **photo: Any) -> dict[str, Any]:
    return {
        "images": [{"id": 1, "height": 200, "width": 300, **photo}],
        "annotations": annotations,
        "categories": [{"id": 5, "name": "ball", "frequency": "f"}],
    }


def judged(root: Path, table: dict[str, Any], masks: list[tuple[Mask, float]]) -> dict[str, float]:
    for annotation in table["annotations"]:
        counts = annotation["segmentation"]["counts"]
        if isinstance(counts, bytes):
            annotation["segmentation"]["counts"] = counts.decode()
    (root / "truth.json").write_text(json.dumps(table))
    results = [
        {"image_id": 1, "category_id": 5, "score": score, "segmentation": coded(mask),
         "bbox": [float(v) for v in rle.toBbox(coded(mask))]}
        for mask, score in masks
    ]  # fmt: skip
    return average_precision(load_truth(root / "truth.json"), results)


def test_a_false_mask_is_filed_by_its_own_area_not_by_its_boxs(tmp_path: Path) -> None:
    small, false = disc(200, 300, 50, 50, 15), disc(200, 300, 200, 100, 17)
    assert small.sum() < false.sum() < 32**2 < (2 * 17 + 1) ** 2
    truth = {"id": 1, "image_id": 1, "category_id": 5, "area": int(small.sum()), "iscrowd": 0,
             "segmentation": coded(small)}  # fmt: skip
    figures = judged(tmp_path, one_photo([truth]), [(false, 0.9), (small, 0.8)])
    # The better-scored false one halves the precision among the small, and only there.
    assert figures["APs"] == pytest.approx(0.5)
    assert figures["APm"] == figures["APl"] == -1


def test_an_lvis_file_as_it_is_published_is_judged(tmp_path: Path) -> None:
    square = np.zeros((200, 300), bool)
    square[20:120, 40:140] = True
    table = one_photo(
        [{"id": 0, "image_id": 1, "category_id": 5, "area": 10000.0, "bbox": [40, 20, 100, 100],
          "segmentation": [[40, 20, 140, 20, 140, 120, 40, 120]]}],
        coco_url="http://images.cocodataset.org/val2017/000000000001.jpg", flickr_url="",
        neg_category_ids=[], not_exhaustive_category_ids=[], license=1, date_captured="",
    )  # fmt: skip
    table["categories"] = [
        {"id": 5, "name": "ball", "frequency": "f", "synset": "ball.n.01", "def": "a sphere",
         "synonyms": ["ball"], "image_count": 9, "instance_count": 12}
    ]  # fmt: skip
    (tmp_path / "truth.json").write_text(json.dumps(table))
    results = [{"image_id": 1, "category_id": 5, "score": 0.7, "segmentation": coded(square)}]
    truth = load_truth(tmp_path / "truth.json")
    figures = average_precision(truth, results)
    assert figures["AP"] == figures["APf"] == pytest.approx(1.0)
    assert figures["APr"] == -1


@pytest.mark.parametrize(("ignored", "expected"), [(0, 0.5), (1, 1.0)])
def test_lvis_leaves_an_object_marked_ignore_out(
    tmp_path: Path, ignored: int, expected: float
) -> None:
    found, missed = disc(200, 300, 60, 60, 40), disc(200, 300, 220, 100, 50)
    table = one_photo(
        [{"id": number, "image_id": 1, "category_id": 5, "area": int(mask.sum()),
          "segmentation": coded(mask), "ignore": flag}
         for number, mask, flag in ((1, found, 0), (2, missed, ignored))],
        neg_category_ids=[], not_exhaustive_category_ids=[],
    )  # fmt: skip
    figures = judged(tmp_path, table, [(found, 0.9)])
    assert figures["AP"] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("lvis", [False, True])
def test_without_a_detection_everything_was_missed(tmp_path: Path, lvis: bool) -> None:
    mask = disc(200, 300, 60, 60, 55)
    checked = {"neg_category_ids": [], "not_exhaustive_category_ids": []} if lvis else {}
    annotation = {"id": 1, "image_id": 1, "category_id": 5, "area": int(mask.sum()),
                  "segmentation": coded(mask)}  # fmt: skip
    figures = judged(tmp_path, one_photo([annotation], **checked), [])
    assert (figures["AP"], figures["APl"], figures["APs"]) == (0.0, 0.0, -1.0)


def _random_table(chance: np.random.Generator) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Photos, classes, objects and detections of which some meet: COCO's whole protocol."""

    def thing(photo: int, category: int) -> tuple[dict[str, Any], Mask]:
        x, y = chance.integers(20, 100, 2)
        mask = disc(120, 120, int(x), int(y), int(chance.integers(3, 45)))
        return {"image_id": photo, "category_id": category}, mask

    annotations, results = [], []
    for photo in range(1, 7):
        for category in (2, 3, 5, 8):
            for _ in range(int(chance.integers(0, 3))):
                row, mask = thing(photo, category)
                rle_of = coded(mask)
                crowd = int(chance.random() < 0.15)
                annotations.append({**row, "segmentation": rle_of, "area": int(mask.sum()),
                                    "iscrowd": crowd, "id": len(annotations) + 1})  # fmt: skip
                if chance.random() < 0.7:
                    found = np.roll(mask, int(chance.integers(0, 6)), axis=1)
                    results.append({**row, "segmentation": coded(found),
                                    "score": round(float(chance.random()), 1)})  # fmt: skip
        row, mask = thing(photo, int(chance.choice([2, 3, 5, 8, 9])))
        results.append({**row, "segmentation": coded(mask), "score": float(chance.random())})
    photos = [{"id": photo, "height": 120, "width": 120} for photo in range(1, 9)]
    # The class 9 has no object, 8 may have none; nobody is asked about 3.
    classes = [{"id": category} for category in (2, 5, 8, 9)]
    return {"images": photos, "annotations": annotations, "categories": classes}, results


@pytest.mark.parametrize("seed", range(6))
def test_class_by_class_has_the_figures_of_cocos_own_evaluation(tmp_path: Path, seed: int) -> None:
    table, results = _random_table(np.random.default_rng(seed))
    for annotation in table["annotations"]:
        annotation["segmentation"]["counts"] = annotation["segmentation"]["counts"].decode()
    (tmp_path / "truth.json").write_text(json.dumps(table))
    figures = average_precision(load_truth(tmp_path / "truth.json"), results)
    whole, found = COCO(str(tmp_path / "truth.json")), COCO()
    found.dataset = {**whole.dataset, "annotations": [
        {**row, "id": number, "area": float(rle.area(row["segmentation"])), "iscrowd": 0}
        for number, row in enumerate(results, 1)
    ]}  # fmt: skip
    found.createIndex()
    judge = COCOeval(whole, found, "segm")
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    wanted = dict(zip(("AP", "AP50", "AP75", "APs", "APm", "APl"), judge.stats[:6], strict=True))
    assert figures == pytest.approx(wanted, abs=1e-12)
    assert 0 < figures["AP"] < 1


_PLACES = [
    *(("images", key) for key in ("height", "width", "id")),
    *(("annotations", key) for key in ("image_id", "category_id", "area")),
    ("categories", "id"),
    *(("detections", key) for key in ("image_id", "category_id", "score", "bbox")),
]


def _read(root: Path, table: dict[str, Any], detections: list[dict[str, Any]]) -> None:
    (root / "truth.json").write_text(json.dumps(table))
    (root / "boxes.json").write_text(json.dumps(detections))
    load_detections(root / "boxes.json", load_truth(root / "truth.json"), 10)


def _sound(**photo: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    outline = [[9, 9, 40, 9, 40, 40]]
    row = {"image_id": 1, "category_id": 5, "area": 9, "segmentation": outline, "iscrowd": 0}
    box = {"image_id": 1, "category_id": 5, "score": 0.5, "bbox": [1, 1, 2, 2]}
    return one_photo([row], **photo), [box]


@pytest.mark.parametrize(("of", "key"), _PLACES)
@pytest.mark.parametrize("value", [True, False])
def test_true_and_false_are_no_numbers_wherever_they_stand(
    of: str, key: str, value: bool, tmp_path: Path
) -> None:
    table, detections = _sound()
    _read(tmp_path, table, detections)
    ({**table, "detections": detections})[of][0][key] = [1, 1, value, 1] if key == "bbox" else value
    with pytest.raises(DataError):
        _read(tmp_path, table, detections)


@pytest.mark.parametrize(
    "name",
    ["/proc/self/mem", "../../etc/passwd", "a/../../b.jpg", "..", "C:\\boot.ini", "..\\b.jpg",
     "\\\\host\\share\\b.jpg", "a\0.jpg", "x" * 5000, {"a": 1}, ["a.jpg"], 7, True],
)  # fmt: skip
def test_a_photos_file_lies_within_the_folder_of_photos_and_is_told_shortly(
    name: Any, tmp_path: Path
) -> None:
    for sound in ("a.jpg", "val2017/a..b.jpg", "ä b/ü.jpg"):
        _read(tmp_path, *_sound(file_name=sound))
    with pytest.raises(DataError, match="file_name is none within a folder") as caught:
        _read(tmp_path, *_sound(file_name=name))
    assert len(str(caught.value)) - len(str(tmp_path)) < 300
