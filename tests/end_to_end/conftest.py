"""The shipped weights as int8 bundles at 512, and three photos with a known object."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data
from squeezesam_export.cli import main as export
from squeezesam_export.photos.views import comparison_views
from squeezesam_model import DEFAULT_SEGMENTER


def _bundle(target: str, folder: Path) -> Path:
    assert export(["--target", target, "--output", str(folder)]) == 0
    return folder / f"{DEFAULT_SEGMENTER}-{target}-int8-512x512"


@pytest.fixture(scope="session")
def onnx_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _bundle("onnx", tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="session")
def executorch_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _bundle("executorch", tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="session")
def views() -> list:
    """Thirty views of real photos, each with prompts."""
    return comparison_views()


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("photos")
    paths = {}
    for name, photo in (("person", data.astronaut), ("cat", data.chelsea), ("cup", data.coffee)):
        paths[name] = folder / f"{name}.png"
        cv2.imwrite(str(paths[name]), photo()[..., ::-1])
    return paths


@pytest.fixture(scope="session")
def outlines() -> dict[str, np.ndarray]:
    """Rough outlines drawn by hand: bool masks that a good one must largely agree with."""
    polygons = {
        "person": (512, 512, [[(100, 511), (20, 470), (20, 330), (60, 265), (130, 225), (120, 150),
                               (150, 20), (280, 10), (300, 90), (290, 170), (310, 230), (355, 260),
                               (370, 350), (300, 380), (280, 511)]]),
        "cat": (300, 451, [[(0, 60), (40, 0), (340, 0), (350, 60), (385, 180), (330, 260),
                            (250, 299), (0, 299)]]),
        "cup": (400, 600, [[(75, 215), (110, 130), (172, 85), (180, 40), (240, 18), (350, 18),
                            (412, 60), (415, 110), (470, 170), (480, 230), (440, 320), (360, 375),
                            (270, 385), (170, 360), (100, 300)]]),
    }  # fmt: skip
    masks = {}
    for name, (height, width, rings) in polygons.items():
        canvas = np.zeros((height, width), np.uint8)
        cv2.fillPoly(canvas, [np.array(ring) for ring in rings], 1)
        masks[name] = canvas.astype(bool)
    return masks
