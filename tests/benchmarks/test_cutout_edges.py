"""The part of docs/edges.md about cut-outs says what was measured, and the measures mean it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from lab.composites import KINDS, SIDES, composites
from lab.cutout_edges import band_of, errors
from lab.cutout_page import LIMIT, verdict

FOUND = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "edges.json").read_text("utf-8")
)["cutouts"]


def test_cut_outs_are_opaque_inside_and_clear_outside() -> None:
    after = FOUND["views"]["after"]
    assert FOUND["views"]["views"] == 30
    assert min(after["opaque"], after["clear"]) >= 0.995


def test_alpha_is_below_thresholding_and_near_closed_form() -> None:
    for methods in FOUND["composites"].values():
        for ours, thresholding in zip(methods["ours"], methods["thresholding"], strict=True):
            assert ours < thresholding
    overall = FOUND["composites"]["all"]
    for ours, closed in zip(overall["ours"], overall["closed form"], strict=True):
        assert ours <= LIMIT * closed


def test_the_verdict_names_the_edges_that_fall_short() -> None:
    good = {"ours": [1.0] * 3, "thresholding": [2.0] * 3, "closed form": [1.0] * 3}
    poor = {**good, "closed form": [0.5] * 3, "thresholding": [0.9] * 3}
    assert verdict({"all": good}).count(".") == 5  # two sentences, three numbers
    said = verdict({"all": good, "glass": poor})
    assert "not below plain thresholding in all three measures for glass" in said
    assert "glass (2.00, 2.00, 2.00)" in said


def test_composites_are_what_their_alpha_says() -> None:
    made = composites()
    assert len(made) == 4 * len(KINDS)
    for each in made:
        assert each.alpha.shape == SIDES
        assert each.photo.shape == (*SIDES, 3)
        assert (each.alpha.min(), each.alpha.max()) == (0.0, pytest.approx(1.0))
        soft = (each.alpha > 0.02) & (each.alpha < 0.98)
        assert 0.005 < soft.mean() < 0.1


def test_the_errors_of_a_perfect_alpha_are_0_and_grow_with_what_is_off() -> None:
    alpha = composites()[0].alpha
    assert errors(alpha, alpha) == [0, 0, 0]
    off = np.clip(alpha + 0.1, 0, 1)
    sad, mse, gradient = errors(off, alpha)
    assert sad == pytest.approx(float((off - alpha).sum()) / 1000)
    assert mse > 0
    assert gradient > 0
    band = band_of(alpha > 0.5)
    assert 0.01 < band.mean() < 0.2
