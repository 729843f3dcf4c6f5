"""A validation split in our real folder form, made from the photos inside scikit-image."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from skimage import data
from squeezesam_train.evaluation.targets import Target

Mask = npt.NDArray[np.bool_]

# Name, source, kind and the labelled ellipses (centre and half axes as shares of the photo).
PHOTOS = (
    ("astronaut", "people", "person", [(0.43, 0.55, 0.3, 0.42)]),
    ("chelsea", "pets", "pet", [(0.5, 0.5, 0.4, 0.45)]),
    ("rocket", "things", "salient", [(0.5, 0.45, 0.1, 0.35)]),
    ("coffee", "iseg151", "instance", [(0.42, 0.45, 0.25, 0.3), (0.82, 0.75, 0.1, 0.15)]),
)
SIDE = 96


def ellipse(height: int, width: int, part: tuple[float, float, float, float]) -> Mask:
    y, x = np.mgrid[:height, :width]
    cx, cy, rx, ry = part[0] * width, part[1] * height, part[2] * width, part[3] * height
    return np.asarray(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1)


def small_photo(name: str) -> npt.NDArray[np.uint8]:
    """A photo of scikit-image with a longer side of 96 pixels, RGB."""
    photo = getattr(data, name)()
    scale = SIDE / max(photo.shape)
    return np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def write_sample(root: Path) -> Path:
    """Four photos, five instances, a band of ignored pixels along the top."""
    rows = []
    for name, source, kind, parts in PHOTOS:
        photo = small_photo(name)
        labels = np.zeros(photo.shape[:2], np.uint8)
        for label, part in enumerate(parts, 1):
            labels[ellipse(*labels.shape, part)] = label
        labels[:4] = 255
        folder = root / "val" / source
        folder.mkdir(parents=True)
        cv2.imwrite(str(folder / f"{name}.webp"), photo[..., ::-1])
        cv2.imwrite(str(folder / f"{name}.png"), labels)
        rows.append(["val", source, name, labels.shape[1], labels.shape[0], kind, 1])
    with (root / "index.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["split", "source", "id", "width", "height", "kind", "n_cc"])
        writer.writerows(rows)
    return root


def target_of(mask: Mask, ignore: Mask | None = None, name: str = "made/one") -> Target:
    """A target around a hand-made mask."""
    ignored = np.zeros_like(mask) if ignore is None else ignore
    return Target(name, 1, "made", "instance", "L", "whole", mask, ignored)


def random_mask(rng: np.random.Generator, height: int, width: int) -> Mask:
    """A blobby mask: smoothed noise above a random level."""
    noise = cv2.GaussianBlur(rng.standard_normal((height, width)), (0, 0), 2.0)
    return np.asarray(noise > rng.uniform(-0.1, 0.15))
