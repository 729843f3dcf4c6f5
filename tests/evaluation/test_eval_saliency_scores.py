from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from scored_sample import random_mask, small_photo
from squeezesam_train.evaluation import saliency_scores as scores


def _sample(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A real grey photo as the map, a blobby mask as the truth."""
    heat = cv2.cvtColor(small_photo("chelsea"), cv2.COLOR_RGB2GRAY)
    return heat, random_mask(np.random.default_rng(seed), *heat.shape)


def test_mean_absolute_error_equals_torchs_l1_loss() -> None:
    heat, target = _sample(0)
    planes = torch.from_numpy(heat / 255), torch.from_numpy(target.astype(float))
    expected = float(torch.nn.functional.l1_loss(*planes))
    assert scores.mean_absolute_error(heat, target) == pytest.approx(expected)


@pytest.mark.parametrize("threshold", [0, 60, 128, 200, 255])
def test_the_f_curve_is_the_weighted_harmonic_mean_of_precision_and_recall_at_each_threshold(
    threshold: int,
) -> None:
    heat, target = _sample(1)
    chosen = heat >= threshold
    hits = (chosen & target).sum()
    precision, recall = hits / max(1, chosen.sum()), hits / target.sum()
    # F with weight w on recall, w = β² / (1 + β²): 1 / ((1 − w) / precision + w / recall).
    weight = 0.3 / 1.3
    expected = 1 / ((1 - weight) / precision + weight / recall) if hits else 0.0
    assert scores.f_curve(heat, target)[threshold] == pytest.approx(expected)


def test_a_map_equal_to_the_mask_is_perfect_in_every_score() -> None:
    _, target = _sample(2)
    heat = target.astype(np.uint8) * 255
    found = scores.saliency_scores(heat, target, np.zeros_like(target))
    assert found.mae == 0.0
    assert found.f_curve.max() == pytest.approx(1.0)
    assert found.s_measure == pytest.approx(1.0)


def test_the_s_measure_falls_from_perfect_over_blurred_and_shifted_to_inverted() -> None:
    target = np.zeros((100, 120), bool)
    target[30:70, 40:90] = True
    perfect = target.astype(float)
    blurred = cv2.GaussianBlur(perfect, (0, 0), 6)
    shifted = np.roll(perfect, 25, axis=1)
    found = [scores.s_measure(heat, target) for heat in (perfect, blurred, shifted, 1 - perfect)]
    assert found == sorted(found, reverse=True)
    assert len({round(value, 3) for value in found}) == 4
    assert 0 <= found[-1] < 0.2


def test_the_s_measure_of_a_grey_map_on_a_half_mask_is_what_the_formula_gives_by_hand() -> None:
    target = np.zeros((40, 40), bool)
    target[:, :20] = True
    # Objects: 2·0.5 / (0.25 + 1) = 0.8 on both sides. Regions: cut after row 20 and column 10
    # (centre 19.5, 9.5); left of it map and mask are both even: 1; right of it the mask varies
    # and the map does not: 0.
    expected = 0.5 * 0.8 + 0.5 * 11 / 40
    assert scores.s_measure(np.full((40, 40), 0.5), target) == pytest.approx(expected)


def test_without_foreground_or_background_the_s_measure_is_the_mean_darkness_or_brightness() -> (
    None
):
    heat = np.full((10, 10), 0.3)
    assert scores.s_measure(heat, np.zeros((10, 10), bool)) == pytest.approx(0.7)
    assert scores.s_measure(heat, np.ones((10, 10), bool)) == pytest.approx(0.3)


def test_errors_on_ignored_pixels_cost_nothing() -> None:
    _, target = _sample(3)
    heat = target.astype(np.uint8) * 255
    ignore = np.zeros_like(target)
    ignore[:20] = True
    target = target & ~ignore
    heat[:20] = 90
    found = scores.saliency_scores(heat, target, ignore)
    assert found.mae == 0.0
    assert found.s_measure == pytest.approx(1.0)
