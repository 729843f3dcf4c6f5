"""Simulated prompts lie where they claim to lie."""

from __future__ import annotations

import numpy as np
import pytest
from squeezesam_train.correction import deepest_error
from squeezesam_train.simulate import (
    PromptMix,
    automatic_clicks,
    box_prompt,
    click_count,
    negative_clicks,
    random_clicks,
    simulate,
)


@pytest.fixture
def disc() -> np.ndarray:
    y, x = np.mgrid[:100, :140]
    return (x - 50) ** 2 + (y - 40) ** 2 <= 25**2


def test_random_clicks_lie_on_the_object(disc: np.ndarray) -> None:
    for x, y, label in random_clicks(disc, 200, 1, np.random.default_rng(0)):
        assert disc[int(y), int(x)]
        assert label == 1


def test_negative_clicks_keep_off_the_object_and_its_edge(disc: np.ndarray) -> None:
    clicks = negative_clicks(disc, np.zeros_like(disc), False, 200, np.random.default_rng(0))
    assert len(clicks) == 200
    for x, y, label in clicks:
        assert label == 0
        assert np.hypot(x - 50, y - 40) > 25 + 1


def test_negative_clicks_stay_near_where_objects_are_unlabelled(disc: np.ndarray) -> None:
    for x, y, _ in negative_clicks(disc, np.zeros_like(disc), True, 200, np.random.default_rng(1)):
        assert np.hypot(x - 50, y - 40) < 25 + 0.12 * 140 + 1


def test_a_box_moves_its_sides_by_a_tenth_of_the_object_at_most(disc: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        (x0, y0, first), (x1, y1, last) = box_prompt(disc, rng)
        assert (first, last) == (2, 3)
        for value, tight in ((x0, 25), (y0, 15), (x1, 75), (y1, 65)):
            assert abs(value - tight) <= 5.1 + 1e-6


def test_automatic_clicks_are_up_to_five_foreground_clicks_spread_over_the_object(
    disc: np.ndarray,
) -> None:
    clicks = automatic_clicks(disc, np.random.default_rng(3))
    assert 4 <= len(clicks) <= 5
    assert np.hypot(clicks[0][0] - 50, clicks[0][1] - 40) < 3
    assert all(label == 1 for _, _, label in clicks)


def test_the_mix_of_prompts_follows_its_shares(disc: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    mix = PromptMix(box=0.5, box_and_clicks=0, automatic=0, negatives=1.0)
    drawn = [simulate(disc, np.zeros_like(disc), False, mix, rng) for _ in range(400)]
    boxes = [p for p in drawn if p[0][2] == 2]
    assert 0.4 < len(boxes) / 400 < 0.6
    assert all(any(label == 0 for *_, label in p) for p in drawn if p[0][2] != 2)


def test_the_correction_click_goes_to_the_middle_of_the_largest_error(disc: np.ndarray) -> None:
    everywhere = np.ones_like(disc)
    nothing = np.zeros_like(disc)
    x, y, label = deepest_error(nothing, disc, everywhere)
    assert (x, y, label) == (50, 40, 1)
    too_much = disc.copy()
    too_much[70:95, 90:130] = True
    x, y, label = deepest_error(too_much, disc, everywhere)
    assert label == 0
    assert 70 <= y < 95
    assert 90 <= x < 130
    assert deepest_error(disc, disc, everywhere) is None


@pytest.mark.parametrize("share", [0.0, 0.45, 0.7, 1.0])
def test_single_clicks_have_the_share_they_are_given(share: float) -> None:
    rng = np.random.default_rng(5)
    counts = np.array([click_count(share, rng) for _ in range(3000)])
    assert set(counts) <= {1, 2, 3, 4, 6}
    assert abs((counts == 1).mean() - share) < 0.03
