"""Refined edges against the guided filter as its authors write it, in float64 with OpenCV."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from heat_maps import bundled_photos
from squeezesam import InvalidArgumentError, PhotoError, _core

Floats = npt.NDArray[np.float64]
VECTORS = Path(__file__).resolve().parents[1] / "vectors"
SIDE = 128  # of the network's input; its logits are a quarter of it


def _mask(photo: npt.NDArray[np.uint8], plane: Floats, **options: Any) -> _core.Mask:
    """The core's mask of `photo` for these logits."""
    case = json.loads((VECTORS / "sessions.json").read_text("utf-8"))["cases"][0]

    def run(program: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        assert program == "segment"
        masks = np.repeat(plane.astype(np.float32)[None, None], 4, axis=1)
        return {"masks": masks, "scores": np.full((1, 4), 0.5, np.float32)}

    segmenter = _core.Segmenter(_core.Bundle.parse(case["manifest"]), run, True)
    session = _core.Session(segmenter)
    session.set_image(photo)
    session.add_point(1, 1)
    return session.predict(**options)


def _plane() -> Floats:
    """A disc whose logits fall by half a unit a pixel, and an island."""
    y, x = np.mgrid[: SIDE // 4, : SIDE // 4]
    disc = (9 - np.hypot(x - 15, y - 11)) / 2
    return np.maximum(disc, 2 - np.hypot(x - 28, y - 3))


def _box(values: Floats, radius: int) -> Floats:
    """Means over windows that the border cuts off."""
    size = (2 * radius + 1, 2 * radius + 1)
    border = cv2.BORDER_CONSTANT
    sums = cv2.boxFilter(values, cv2.CV_64F, size, normalize=False, borderType=border)
    ones = np.ones(values.shape[:2])
    count = cv2.boxFilter(ones, cv2.CV_64F, size, normalize=False, borderType=border)
    return np.asarray(sums / (count[..., None] if sums.ndim == 3 else count))


def _reference(photo: npt.NDArray[np.uint8], logits: Floats, radius: int, epsilon: float) -> Floats:
    """Refined logits: He, Sun and Tang's equations (19) and (20) where a window is mixed."""
    guide = photo.astype(float)
    steps = np.where(logits > 0, np.ceil(256 * logits), np.floor(256 * logits)) / 256
    p = np.clip(steps, -4, 4)
    mean, mean_p = _box(guide, radius), _box(p, radius)
    products = guide[..., :, None] * guide[..., None, :]
    squares = np.dstack([_box(np.ascontiguousarray(products[..., i, :]), radius) for i in range(3)])
    covariance = squares.reshape(*p.shape, 3, 3) - mean[..., :, None] * mean[..., None, :]
    with_p = _box(guide * p[..., None], radius) - mean * mean_p[..., None]
    a = np.linalg.solve(covariance + epsilon**2 * np.eye(3), with_p[..., None])[..., 0]
    b = mean_p - (a * mean).sum(-1)
    inside = _box((logits > 0).astype(float), radius)
    mixed = (inside > 1e-9) & (inside < 1 - 1e-9)
    a, b = np.where(mixed[..., None], a, 0), np.where(mixed, b, p)
    q = (_box(np.ascontiguousarray(a), radius) * guide).sum(-1) + _box(b, radius)
    weight = np.minimum(1, 4 * np.minimum(inside, 1 - inside))
    return np.asarray(weight * q + (1 - weight) * logits)


@pytest.mark.parametrize(("radius", "epsilon"), [(1.0, 10.0), (0.5, 30.0), (2.0, 3.0)])
def test_logits_are_the_guided_filters(radius: float, epsilon: float) -> None:
    photo = np.ascontiguousarray(bundled_photos()["cat"][40:250, 60:340])  # 280 x 210: not reduced
    mask = _mask(photo, _plane())
    plain = mask.logits().astype(float)
    window = int(np.floor(radius * 280 / (SIDE / 4) + 0.5))
    wanted = _reference(photo, plain, window, epsilon)
    found = mask.refine(photo, radius, epsilon).logits()
    assert np.abs(wanted - plain).max() > 0.15
    np.testing.assert_allclose(found, wanted, atol=2e-3)


def test_a_large_photo_is_refined_on_a_reduced_picture_at_its_own_size() -> None:
    photo = cv2.resize(bundled_photos()["cat"], (2100, 1400), interpolation=cv2.INTER_CUBIC)
    mask = _mask(photo, _plane())
    refined = mask.refine(photo)
    small = cv2.resize(photo, (1024, 683), interpolation=cv2.INTER_AREA)
    reference = _mask(small, _plane()).refine(small).array()
    same = cv2.resize(reference.astype(np.uint8), (2100, 1400), interpolation=cv2.INTER_NEAREST) > 0
    found = refined.array()
    assert (found != mask.array()).sum() > 1000
    # Alike but for the finer edge: far nearer to it than to the plain mask.
    assert (found != same).sum() < 0.35 * (found != mask.array()).sum()


def test_options_are_kept_and_bad_ones_refused() -> None:
    photo = np.ascontiguousarray(bundled_photos()["coffee"][:96, :128])
    mask = _mask(photo, _plane(), keep_largest=True)
    assert mask.refine(photo).info()["area"] == mask.refine(photo).array().sum()
    with pytest.raises(InvalidArgumentError, match="the radius must be 0 to 4 mask pixels"):
        mask.refine(photo, 5.0)
    with pytest.raises(InvalidArgumentError, match="epsilon must be 0 to 255 levels"):
        mask.refine(photo, 1.0, -1.0)
    with pytest.raises(PhotoError, match="not the photo this mask was made from"):
        mask.refine(photo[:90].copy())
