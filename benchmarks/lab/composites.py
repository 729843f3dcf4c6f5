"""Photos put together from two, so that the alpha of what is in front is known to the pixel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from skimage import data

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

SIDES = (480, 640)  # height, width
_FINE = 4  # times as fine as the photo an edge is drawn
_PHOTOS: dict[str, Callable[[], Pixels]] = {
    "astronaut": data.astronaut,
    "cat": data.chelsea,
    "coffee": data.coffee,
    "rocket": data.rocket,
}
PAIRS = (("coffee", "cat"), ("astronaut", "rocket"), ("cat", "coffee"), ("rocket", "astronaut"))


@dataclass(frozen=True)
class Composite:
    """photo: uint8 H×W×3. alpha: float64 H×W, 0…1, of the object in it."""

    name: str
    photo: Pixels
    alpha: Floats


def composites() -> list[Composite]:
    """Each kind of edge before each pair of photos; the same on every machine but for rounding."""
    made = []
    for kind, draw in KINDS.items():
        for number, (front, behind) in enumerate(PAIRS):
            alpha = draw(np.random.default_rng(number))
            name = f"{kind}: {front} before {behind}"
            made.append(Composite(name, _mixed(front, behind, alpha), alpha))
    return made


def _mixed(front: str, behind: str, alpha: Floats) -> Pixels:
    height, width = SIDES
    layers = (
        cv2.resize(_PHOTOS[name](), (width, height), interpolation=cv2.INTER_AREA).astype(float)
        for name in (front, behind)
    )
    over, under = layers
    return np.asarray(np.round(under + alpha[..., None] * (over - under)), np.uint8)


def _blob(rng: np.random.Generator) -> tuple[Pixels, Floats]:
    """A lumpy disc, drawn fine, and its outline (N×2)."""
    height, width = (_FINE * side for side in SIDES)
    turn = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    radius = np.full(400, 0.28 * height)
    for wave in (2, 3, 5):
        radius *= 1 + 0.08 * rng.normal() * np.sin(wave * turn + rng.uniform(0, 6))
    outline = np.stack([np.cos(turn), np.sin(turn)], 1) * radius[:, None] + (width / 2, height / 2)
    canvas = np.zeros((height, width), np.uint8)
    cv2.fillPoly(canvas, [outline.astype(np.int32)], 255)
    return canvas, outline


def _coarse(canvas: Pixels) -> Floats:
    height, width = SIDES
    found = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(found, np.float64) / 255.0


def _strands(
    rng: np.random.Generator, count: int, length: tuple[float, float], thick: int
) -> Floats:
    """Strands that grow out of the outline, bent, `length` in pixels of the photo."""
    canvas, outline = _blob(rng)
    centre = outline.mean(0)
    for _ in range(count):
        root = outline[rng.integers(len(outline))] + rng.normal(0, 2 * _FINE, 2)
        outward = (root - centre) / np.hypot(*(root - centre))
        side = np.array([-outward[1], outward[0]]) * rng.normal(0, 0.5)
        steps = np.linspace(0, 1, 12)[:, None] * _FINE * rng.uniform(*length)
        points = root + outward * steps + side * steps**2 / (_FINE * length[1])
        cv2.polylines(canvas, [points.astype(np.int32)], False, 255, thick, cv2.LINE_AA)
    return _coarse(canvas)


def _hair(rng: np.random.Generator) -> Floats:
    return _strands(rng, 500, (4, 16), 3)


def _fur(rng: np.random.Generator) -> Floats:
    blurred = cv2.GaussianBlur(_strands(rng, 2500, (2, 7), 4), (0, 0), 0.7)
    return np.asarray(blurred, np.float64)


def _glass(rng: np.random.Generator) -> Floats:
    """Opaque, but for a rim that lets the background through more and more."""
    canvas, _ = _blob(rng)
    inner = cv2.distanceTransform(canvas, cv2.DIST_L2, 5) / (12.0 * _FINE)
    return _coarse(np.round(255 * np.clip(inner, 0, 1) ** 0.7 * (canvas > 0)).astype(np.uint8))


def _motion(rng: np.random.Generator) -> Floats:
    canvas, _ = _blob(rng)
    length = 9
    kernel = cv2.getRotationMatrix2D((length / 2 - 0.5,) * 2, rng.uniform(0, 180), 1)
    level = np.zeros((length, length), np.float32)
    level[length // 2] = 1
    line = np.asarray(cv2.warpAffine(level, kernel, (length, length)), np.float32)
    return np.asarray(cv2.filter2D(_coarse(canvas), -1, line / line.sum()).clip(0, 1), np.float64)


KINDS = {"hair": _hair, "fur": _fur, "glass": _glass, "motion blur": _motion}
