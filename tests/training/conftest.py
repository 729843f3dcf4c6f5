"""A small folder of photos in our real format, made from those that come with scikit-image."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

FIELDS = ["split", "source", "id", "width", "height", "n_instances", "kind", "fg_frac", "n_cc"]


def _ellipse(height: int, width: int, box: tuple[float, float, float, float]) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    cx, cy, rx, ry = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1


@pytest.fixture(scope="session")
def photo_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three photos with masks: a person (rough ellipses), a cat, a cup with two labels."""
    root = tmp_path_factory.mktemp("photos")
    rows = []
    for name, source, kind, parts in (
        ("astronaut", "people", "person", [(0.43, 0.55, 0.3, 0.42)]),
        ("chelsea", "pets", "pet", [(0.5, 0.5, 0.4, 0.45)]),
        ("coffee", "things", "instance", [(0.5, 0.45, 0.25, 0.3), (0.82, 0.75, 0.1, 0.15)]),
    ):
        photo = getattr(data, name)()
        photo = cv2.resize(photo, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
        labels = np.zeros(photo.shape[:2], np.uint8)
        for label, part in enumerate(parts, 1):
            labels[_ellipse(*labels.shape, part)] = label
        labels[:2] = 255
        folder = root / "train" / source
        folder.mkdir(parents=True)
        cv2.imwrite(str(folder / f"{name}.webp"), photo[..., ::-1])
        cv2.imwrite(str(folder / f"{name}.png"), labels)
        size = (labels.shape[1], labels.shape[0])
        share = float((labels == 1).mean())
        rows.append(["train", source, name, *size, len(parts), kind, share, len(parts)])
    with (root / "index.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerows(rows)
    return root
