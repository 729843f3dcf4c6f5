"""Mask AP with given boxes: COCO's own judge on a sample in COCO's and LVIS's form."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pycocotools import mask as rle
from scored_sample import ellipse, small_photo
from squeezesam_train.evaluation.ap_cli import main
from squeezesam_train.evaluation.detector_ap import (
    load_detections,
    load_truth,
    segment_detections,
)
from squeezesam_train.evaluation.mask_ap import average_precision
from squeezesam_train.evaluation.predictor import Prediction
from squeezesam_train.evaluation.prompts import Prompts
from squeezesam_train.photos import DataError

# Photo, then (class, ellipse) of each object.
OBJECTS = {
    "astronaut": [(1, (0.43, 0.55, 0.3, 0.42))],
    "coffee": [(2, (0.42, 0.45, 0.25, 0.3)), (2, (0.82, 0.75, 0.1, 0.15))],
}
Mask = NDArray[np.bool_]


class Oracle:
    """Answers a box with the mask that a table holds for it."""

    name, boxes, clicks = "oracle", True, False

    def __init__(self, masks: dict[tuple[float, ...], Mask]) -> None:
        self.masks = masks

    def open(self, photo: NDArray[np.uint8]) -> Oracle:
        self.shape = photo.shape[:2]
        return self

    def predict(self, prompts: Prompts) -> Prediction:
        assert prompts.box is not None
        return Prediction.single(self.masks[prompts.box])

    def heat(self) -> None:
        return None

    def automatic_clicks(self) -> None:
        return None

    def describe(self) -> dict[str, Any]:
        return {}


def write_sample(root: Path, lvis: bool = False) -> tuple[Path, list[dict[str, Any]], Oracle]:
    """Annotations and photos in ``root``, a perfect detector's boxes, and the oracle."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    detections, masks = [], {}
    for number, (name, objects) in enumerate(OBJECTS.items(), 1):
        photo = small_photo(name)
        height, width = photo.shape[:2]
        cv2.imwrite(str(root / f"{name}.png"), photo[..., ::-1])
        record = {"id": number, "file_name": f"{name}.png", "height": height, "width": width}
        if lvis:
            record |= {"neg_category_ids": [], "not_exhaustive_category_ids": []}
        images.append(record)
        for category, part in objects:
            mask = ellipse(height, width, part)
            coded = rle.encode(np.asfortranarray(mask.astype(np.uint8)))
            box = [float(v) for v in rle.toBbox(coded)]
            coded["counts"] = coded["counts"].decode()
            annotation = {
                "id": len(annotations) + 1, "image_id": number, "category_id": category,
                "segmentation": coded, "bbox": box, "area": int(mask.sum()),
            }  # fmt: skip
            # LVIS knows no crowds, and its files have no such key.
            annotations.append(annotation if lvis else annotation | {"iscrowd": 0})
            detections.append(
                {"image_id": number, "category_id": category, "bbox": box, "score": 0.9}
            )
            x, y, w, h = box
            masks[(x, y, x + w - 1, y + h - 1)] = mask
    categories = [
        {"id": 1, "name": "person", "frequency": "f"},
        {"id": 2, "name": "cup", "frequency": "r"},
        {"id": 3, "name": "rocket", "frequency": "c"},
    ]
    path = root / "annotations.json"
    table = {"images": images, "annotations": annotations, "categories": categories}
    path.write_text(json.dumps(table))
    return path, detections, Oracle(masks)


def scored(root: Path, detections: list[dict[str, Any]], oracle: Oracle) -> dict[str, float]:
    truth = load_truth(root / "annotations.json")
    (root / "boxes.json").write_text(json.dumps(detections))
    chosen = load_detections(root / "boxes.json", truth, 100)
    return average_precision(truth, segment_detections(oracle, truth, root, chosen))


def test_true_masks_in_true_boxes_have_an_ap_of_one(tmp_path: Path) -> None:
    _, detections, oracle = write_sample(tmp_path)
    figures = scored(tmp_path, detections, oracle)
    assert figures["AP"] == figures["AP50"] == figures["AP75"] == pytest.approx(1.0)
    assert set(figures) == {"AP", "AP50", "AP75", "APs", "APm", "APl"}


def test_a_mask_of_iou_0_6_counts_at_three_of_the_ten_levels(tmp_path: Path) -> None:
    _, detections, oracle = write_sample(tmp_path)
    key, mask = next(iter(oracle.masks.items()))
    rows = np.cumsum(mask.sum(1))
    part = mask.copy()
    part[np.searchsorted(rows, 0.62 * rows[-1]) :] = False
    share = part.sum() / mask.sum()
    assert 0.6 < share < 0.65
    oracle.masks[key] = part
    # The class 'person' reaches IoU 0.50, 0.55 and 0.60; 'cup' all ten levels.
    assert scored(tmp_path, detections, oracle)["AP"] == pytest.approx((0.3 + 1) / 2)


def test_a_confident_false_detection_lowers_coco_ap_but_not_lvis_where_nobody_checked(
    tmp_path: Path,
) -> None:
    for lvis in (False, True):
        root = tmp_path / str(lvis)
        root.mkdir()
        _, detections, oracle = write_sample(root, lvis)
        # A 'person' in the coffee photo, whose annotators were not asked for persons.
        wrong = {**detections[1], "category_id": 1, "score": 0.99}
        figures = scored(root, [*detections, wrong], oracle)
        assert figures["AP"] == pytest.approx(1.0 if lvis else 0.75)
        assert ("APr" in figures) == lvis


def test_lvis_counts_a_false_detection_of_a_class_that_was_ruled_out(tmp_path: Path) -> None:
    path, detections, oracle = write_sample(tmp_path, lvis=True)
    table = json.loads(path.read_text())
    table["images"][1]["neg_category_ids"] = [1]
    path.write_text(json.dumps(table))
    wrong = {**detections[1], "category_id": 1, "score": 0.99}
    figures = scored(tmp_path, [*detections, wrong], oracle)
    assert figures["APf"] == pytest.approx(0.5)
    assert figures["APr"] == pytest.approx(1.0)


def test_lvis_forgives_unmatched_detections_where_labelling_was_not_exhaustive(
    tmp_path: Path,
) -> None:
    path, detections, oracle = write_sample(tmp_path, lvis=True)
    table = json.loads(path.read_text())
    # The small cup is not annotated, but found.
    del table["annotations"][2]
    for exhaustive, expected in ((True, 0.5), (False, 1.0)):
        table["images"][1]["not_exhaustive_category_ids"] = [] if exhaustive else [2]
        path.write_text(json.dumps(table))
        found = [dict(row) for row in detections]
        found[2]["score"] = 0.99
        assert scored(tmp_path, found, oracle)["APr"] == pytest.approx(expected)


def test_the_command_scores_weights_and_writes_what_it_prints(
    tmp_path: Path, weights: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path, detections, _ = write_sample(tmp_path)
    boxes, out = tmp_path / "boxes.json", tmp_path / "ap.json"
    boxes.write_text(json.dumps(detections))
    words = ["--annotations", str(path), "--photos", str(tmp_path), "--detections", str(boxes),
             "--weights", str(weights[0]), "--size", "64", "--output", str(out)]  # fmt: skip
    assert main(words) == 0
    report = json.loads(out.read_text())
    assert report["detections"] == 3
    assert f"AP {100 * report['AP']:.1f}" in capsys.readouterr().out
    assert main(words) == 2
    assert "--overwrite" in capsys.readouterr().err


def test_results_carry_no_box_that_a_coco_reader_would_measure(tmp_path: Path) -> None:
    _, detections, oracle = write_sample(tmp_path)
    truth = load_truth(tmp_path / "annotations.json")
    (tmp_path / "boxes.json").write_text(json.dumps(detections))
    chosen = load_detections(tmp_path / "boxes.json", truth, 100)
    results = segment_detections(oracle, truth, tmp_path, chosen)
    areas = [int(mask.sum()) for mask in oracle.masks.values()]
    loaded = truth.loadRes(results)
    assert [loaded.anns[i]["area"] for i in sorted(loaded.anns)] == areas


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t["images"][0].pop("not_exhaustive_category_ids"),
         "a photo has no not_exhaustive_category_ids"),
        (lambda t: t["images"][0].pop("neg_category_ids"), "a photo has no neg_category_ids"),
        (lambda t: t["annotations"][0].pop("area"), "an annotation has no area"),
        (lambda t: t["annotations"].append(7), "an annotation has no"),
    ],
)  # fmt: skip
def test_a_key_that_the_judge_needs_and_nobody_gave_is_named(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], sentence: str
) -> None:
    path, _, _ = write_sample(tmp_path, lvis=True)
    table = json.loads(path.read_text())
    change(table)
    path.write_text(json.dumps(table))
    with pytest.raises(DataError, match=sentence):
        load_truth(path)


_IDS = ["a" * 257, "a\0", 1 << 63, -(1 << 63) - 1]


@pytest.mark.parametrize("lvis", [False, True])
@pytest.mark.parametrize("value", _IDS, ids=["long", "NUL", "beyond", "below"])
@pytest.mark.parametrize("of", ["images", "categories"])
def test_ids_that_numpy_would_not_keep_as_they_are_get_one_sentence(
    tmp_path: Path, lvis: bool, value: Any, of: str
) -> None:
    path, _, _ = write_sample(tmp_path, lvis)
    table = json.loads(path.read_text())
    for part in ("images", "categories", "annotations"):
        # All of one kind: texts beside the text, numbers beside the number.
        for row in table[part]:
            for key in {"id", "image_id", "category_id"} & set(row):
                row[key] = type(value)(row[key])
    table[of].append({**table[of][0], "id": value})
    path.write_text(json.dumps(table))
    with pytest.raises(DataError, match=r"an id or a size that makes no sense|the ids of classes"):
        load_truth(path)


def test_more_classes_than_the_judge_has_room_for_are_refused(tmp_path: Path) -> None:
    path, _, _ = write_sample(tmp_path)
    table = json.loads(path.read_text())
    for count, refused in ((1_300, False), (10_000, True)):
        table["categories"] = [{"id": number} for number in range(count)]
        path.write_text(json.dumps(table))
        with pytest.raises(DataError, match="classes") if refused else contextlib.nullcontext():
            load_truth(path)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("annotations.json", "{}", "is no COCO json"),
        ("annotations.json", "[", "is not valid JSON"),
        ("boxes.json", "{}", "must hold a list"),
        ("boxes.json", '[{"image_id": 1}]', "needs image_id, category_id, bbox and score"),
        ("boxes.json", '[{"image_id": 7, "category_id": 1, "bbox": [0,0,1,1], "score": 1}]',
         "the photo 7 is not among the annotations"),
    ],
)  # fmt: skip
def test_files_of_another_form_get_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, sentence: str
) -> None:
    path, detections, _ = write_sample(tmp_path)
    (tmp_path / "boxes.json").write_text(json.dumps(detections))
    (tmp_path / name).write_text(text)
    words = ["--annotations", str(path), "--photos", str(tmp_path)]
    assert main([*words, "--detections", str(tmp_path / "boxes.json")]) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
