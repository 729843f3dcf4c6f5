"""A photo and a weight pass few files of ours on their way, counted by tracing the commands."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from skimage import data
from tiny_bundle import write_tiny_bundle

from checks.stops import MOST, photo_stops, weight_stops


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    cv2.imwrite(str(folder / "astronaut.jpg"), data.astronaut()[..., ::-1])
    return folder / "astronaut.jpg"


def test_a_photo_becomes_a_cutout_in_few_stops(photo: Path, tmp_path: Path) -> None:
    found = photo_stops(photo, write_tiny_bundle(tmp_path / "bundle"), tmp_path / "out")
    assert (tmp_path / "out" / "astronaut-cutout.png").is_file()
    assert {Path(name).stem for name in found} >= {"photo", "segmenter", "mask", "_core"}
    assert len(found) <= MOST["photo"], found


def test_a_weight_reaches_the_bundle_in_few_stops(photo: Path, tmp_path: Path) -> None:
    few = ["--calibration", str(photo.parent), "--parity-photos", str(photo.parent)]
    words = ["--preset", "squeezesam-fast", *few]
    found = weight_stops(64, tmp_path / "out", words)
    assert list((tmp_path / "out").rglob("segment.onnx"))
    assert {Path(name).stem for name in found} >= {"weights", "segmenter", "folding"}
    assert len(found) <= MOST["weight"], found
