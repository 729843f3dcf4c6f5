"""Estimates against what came true."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from squeezesam_train.evaluation.calibration import auroc, calibration
from squeezesam_train.evaluation.plots import plot_reliability


def test_estimates_that_come_true_have_no_calibration_error() -> None:
    ious = np.random.default_rng(0).random(500)
    found = calibration(ious, ious)
    assert found["ece"] == pytest.approx(0, abs=1e-6)
    assert found["auroc_poor"] == 1.0
    assert sum(count for _, _, count in found["bins"]) == found["n"] == 500


def test_an_estimate_that_is_always_a_tenth_too_high_is_off_by_a_tenth() -> None:
    ious = np.random.default_rng(1).uniform(0, 0.9, 500)
    assert calibration(ious + 0.1, ious)["ece"] == pytest.approx(0.1, abs=1e-6)


def test_errors_of_one_step_cancel_and_those_of_different_steps_add_up() -> None:
    assert calibration([0.55, 0.55], [0.45, 0.65])["ece"] == pytest.approx(0)
    assert calibration([0.2, 0.9], [0.5, 0.6])["ece"] == pytest.approx(0.3)


def test_the_area_under_the_curve_is_scikit_learns_with_ties_too() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        scores = rng.integers(0, 8, 60) / 8
        positive = rng.random(60) < 0.3
        assert auroc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))


def test_where_all_masks_are_good_nothing_is_said_of_telling_them_apart() -> None:
    assert calibration([0.9, 1.0], [0.8, 0.9])["auroc_poor"] is None


def test_estimates_of_exactly_one_belong_to_the_last_step() -> None:
    assert calibration([1.0, 0.95], [1.0, 1.0])["bins"] == [[0.975, 1.0, 2]]


def test_the_reliability_plot_has_one_field_for_each_protocol(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    found = {"calibration": calibration(rng.random(50), rng.random(50))}
    masks = {"point": {"torch": found}, "box": {"torch": found, "bundle": found}}
    plot_reliability(masks, tmp_path / "two.png")
    plot_reliability({"point": {"torch": found}}, tmp_path / "one.png")
    two, one = (cv2.imread(str(tmp_path / f"{name}.png")) for name in ("two", "one"))
    assert two.shape[1] > 1.5 * one.shape[1]
