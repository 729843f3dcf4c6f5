"""One rule for the size of a photo in an input: the shared vectors, wherever Python has one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from squeezesam_export.photos.views import letterbox
from squeezesam_model.geometry import fit
from squeezesam_train.evaluation.letterbox import Letterbox

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "geometry.json"
FITS = [case for case in json.loads(VECTORS.read_text("utf-8"))["cases"] if case["kind"] == "fit"]


def test_sizes_are_those_of_the_shared_vectors() -> None:
    assert len(FITS) > 40
    for case in FITS:
        assert list(fit(*case["photo"], *case["input"])) == case["size"]


def test_halves_go_up_in_evaluation_and_export_too() -> None:
    halves = [case for case in FITS if case["photo"] in ([1024, 3], [1024, 5], [100, 40])]
    assert len(halves) >= 9
    for case in halves:
        width, height = case["photo"]
        photo = np.zeros((height, width, 3), np.uint8)
        input_width, input_height = case["input"]
        evaluated = Letterbox.of(photo, input_height, input_width)
        assert [evaluated.width, evaluated.height] == case["size"]
        _, (rows, columns) = letterbox(photo, input_height, input_width)
        assert [columns, rows] == case["size"]


def test_sizes_without_pixels_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot fit 0×5 pixels"):
        fit(0, 5, 32, 32)
