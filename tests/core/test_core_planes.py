"""Prompt planes and upsampling against their formulas and against OpenCV and torch."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from squeezesam import _core
from squeezesam_model.planes import prompt_planes


def _formula(
    points: np.ndarray, labels: np.ndarray, width: int, height: int, radius: float
) -> np.ndarray:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    box = np.ones((height, width), np.float32)
    if 2 in labels and 3 in labels:
        (x0, y0), (x1, y1) = points[labels == 2][0], points[labels == 3][0]
        box = ((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)).astype(np.float32)
    clicks = np.zeros((height, width), np.float32)
    for label, sign in ((0, -1), (1, 1)):
        for px, py in points[labels == label]:
            clicks[(x - px) ** 2 + (y - py) ** 2 <= np.float32(radius**2)] = sign
    return np.stack([box, clicks])


def _random_prompts(rng: np.random.Generator, side: int) -> tuple[np.ndarray, np.ndarray]:
    count = int(rng.integers(0, 8))
    points = rng.uniform(-20, side + 20, (count, 2))
    points[: count // 2] = np.round(points[: count // 2] * 2) / 2  # whole and half pixels
    labels = rng.choice([0, 1, -1], count)
    if rng.random() < 0.5:
        corners = np.sort(rng.uniform(-5, side + 5, (2, 2)), axis=0)
        points = np.concatenate([corners, points])
        labels = np.concatenate([[2, 3], labels])
    return points.astype(np.float32), labels.astype(np.float32)


def test_planes_are_the_formula_and_what_torch_draws_to_the_bit() -> None:
    rng = np.random.default_rng(11)
    for _ in range(150):
        width, height = (int(side) * 32 for side in rng.integers(1, 5, 2))
        points, labels = _random_prompts(rng, max(width, height))
        radius = 5 * max(width, height) / 512
        found = _core.planes(points, labels, width, height, radius)
        np.testing.assert_array_equal(found, _formula(points, labels, width, height, radius))
        drawn = prompt_planes(
            torch.from_numpy(points)[None], torch.from_numpy(labels)[None], height, width
        )
        np.testing.assert_array_equal(found, drawn[0].numpy())


@pytest.mark.parametrize("size", [(512, 384), (67, 41), (16, 12), (5, 3), (1, 1)])
def test_upsampling_a_whole_plane_is_opencvs_and_torchs_bilinear(size: tuple[int, int]) -> None:
    plane = np.random.default_rng(1).normal(0, 5, (12, 16)).astype(np.float32)
    found = _core.upsample(plane, *size)
    torchs = torch.nn.functional.interpolate(
        torch.from_numpy(plane)[None, None], size[::-1], mode="bilinear", align_corners=False
    )
    np.testing.assert_allclose(found, torchs[0, 0].numpy(), atol=2e-5)
    np.testing.assert_allclose(
        found, cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), atol=2e-5
    )


def test_upsampling_a_part_reads_nothing_beyond_it() -> None:
    """The padding's logits must not bleed into the photo's right and lower edge."""
    rng = np.random.default_rng(4)
    plane = rng.normal(0, 5, (24, 32)).astype(np.float32)
    spoilt = plane.copy()
    spoilt[:, 20:] = spoilt[11:] = 1e9
    found = _core.upsample(spoilt, 640, 352, valid_width=20, valid_height=11)
    np.testing.assert_array_equal(found, _core.upsample(plane, 640, 352, 20, 11))
    whole = _core.upsample(plane[:11, :20].copy(), 640, 352)
    np.testing.assert_allclose(found, whole, atol=1e-5)


def test_upsampling_a_fractional_part_follows_the_coordinates() -> None:
    plane = np.add.outer(np.zeros(16, np.float32), np.arange(16, dtype=np.float32))
    found = _core.upsample(plane, 100, 16, valid_width=9.25, valid_height=16)[0]
    wanted = np.clip((np.arange(100) + 0.5) * 9.25 / 100 - 0.5, 0, 9)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
