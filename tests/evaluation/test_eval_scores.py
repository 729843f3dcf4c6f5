from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_cdt
from scipy.spatial.distance import jaccard
from scored_sample import random_mask
from squeezesam_train.evaluation.scores import boundary_band, boundary_iou, iou


def test_iou_of_two_overlapping_squares_is_their_common_area_over_the_whole() -> None:
    one, two = np.zeros((10, 10), bool), np.zeros((10, 10), bool)
    one[:4, :4] = two[2:6, :4] = True
    assert iou(one, two) == pytest.approx(8 / 24)


def test_two_empty_masks_agree_and_an_empty_mask_misses_everything() -> None:
    empty, full = np.zeros((5, 5), bool), np.ones((5, 5), bool)
    assert iou(empty, empty) == 1.0
    assert iou(empty, full) == 0.0


def test_iou_equals_one_minus_scipys_jaccard_distance_of_the_pixels_that_count() -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        mask, target, ignore = (random_mask(rng, 30, 41) for _ in range(3))
        expected = 1 - jaccard(target[~ignore], mask[~ignore])
        assert iou(mask, target, ignore) == pytest.approx(expected)


def test_ignored_pixels_count_neither_as_hit_nor_as_miss() -> None:
    target = np.zeros((8, 8), bool)
    target[2:6, 2:6] = True
    mask, ignore = target.copy(), np.zeros_like(target)
    mask[0], ignore[0] = True, True
    assert iou(mask, target) < 1.0
    assert iou(mask, target, ignore) == 1.0
    ignore[:] = True
    assert iou(mask, target, ignore) == 1.0


def _slow_band(mask: np.ndarray, width: int) -> np.ndarray:
    """Mask pixels whose chessboard distance to the outside is at most ``width``."""
    depth = distance_transform_cdt(np.pad(mask, 1), metric="chessboard")[1:-1, 1:-1]
    return mask & (depth <= width)


def test_the_band_is_every_mask_pixel_within_the_width_of_the_outside_or_the_border() -> None:
    rng = np.random.default_rng(1)
    for width in (1, 2, 5):
        mask = random_mask(rng, 60, 50)
        np.testing.assert_array_equal(boundary_band(mask, width), _slow_band(mask, width))


def test_boundary_iou_equals_a_slow_reference() -> None:
    rng = np.random.default_rng(2)
    for _ in range(10):
        mask, target = random_mask(rng, 90, 120), random_mask(rng, 90, 120)
        bands = _slow_band(mask, 3), _slow_band(target, 3)  # 2 % of the diagonal, 150
        expected = (bands[0] & bands[1]).sum() / (bands[0] | bands[1]).sum()
        assert boundary_iou(mask, target) == pytest.approx(expected)


def test_boundary_iou_is_stricter_than_iou_for_a_large_object_with_a_shifted_edge() -> None:
    target = np.zeros((200, 200), bool)
    target[20:180, 20:180] = True
    mask = np.roll(target, 5, axis=1)
    assert boundary_iou(target, target) == 1.0
    assert boundary_iou(mask, target) < 0.5 < 0.9 < iou(mask, target)
