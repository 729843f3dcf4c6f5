from __future__ import annotations

import numpy as np
import pytest
from scored_sample import random_mask, target_of
from squeezesam_train.evaluation.clicker import click_curve, next_click, number_of_clicks
from squeezesam_train.evaluation.prompts import Prompts, centre_click


def _slow_depth(area: np.ndarray) -> np.ndarray:
    """Distance of every pixel of the area to the nearest one outside it, one by one."""
    outside = np.argwhere(~np.pad(area, 1)) - 1
    depth = np.zeros(area.shape)
    for y, x in np.argwhere(area):
        depth[y, x] = np.sqrt(((outside - (y, x)) ** 2).sum(1).min())
    return depth


def _none(mask: np.ndarray) -> np.ndarray:
    return np.zeros_like(mask)


def test_the_click_goes_to_the_deepest_point_of_the_larger_error_like_a_brute_force_search() -> (
    None
):
    rng = np.random.default_rng(0)
    signs = set()
    for _ in range(40):
        mask, target = random_mask(rng, 18, 23), random_mask(rng, 18, 23)
        valid = ~random_mask(rng, 18, 23)
        click = next_click(mask, target, valid, _none(mask))
        assert click is not None
        missed, extra = _slow_depth(target & ~mask & valid), _slow_depth(mask & ~target & valid)
        assert click.foreground == (missed.max() > extra.max() + 1e-5)
        error = missed if click.foreground else extra
        assert error[int(click.y), int(click.x)] == pytest.approx(error.max(), abs=1e-4)
        signs.add(click.foreground)
    assert signs == {True, False}


def test_the_first_click_is_the_centre_of_the_object() -> None:
    mask = random_mask(np.random.default_rng(1), 40, 50)
    assert (next_click(_none(mask), mask, ~_none(mask), _none(mask)),) == centre_click(
        target_of(mask)
    ).clicks


def test_a_pixel_is_clicked_once_and_does_not_make_the_error_shallower() -> None:
    target = np.zeros((21, 21), bool)
    target[5:16, 5:16] = True
    first = next_click(_none(target), target, ~_none(target), _none(target))
    assert first is not None
    assert (first.x, first.y) == (10, 10)
    clicked = _none(target)
    clicked[10, 10] = True
    second = next_click(_none(target), target, ~_none(target), clicked)
    assert second is not None
    assert max(abs(second.x - 10), abs(second.y - 10)) == 1


def test_a_wrong_mask_over_ignored_pixels_calls_for_no_click() -> None:
    target = np.zeros((20, 20), bool)
    target[5:10, 5:10] = True
    mask, ignore = target.copy(), np.zeros_like(target)
    mask[12:18] = ignore[12:18] = True
    assert next_click(mask, target, ~ignore, _none(mask)) is None


def test_the_curve_of_a_predictor_that_learns_a_quarter_a_click_is_known() -> None:
    target = np.zeros((16, 16), bool)
    target[:8] = True
    seen: list[int] = []

    def predict(prompts: Prompts) -> np.ndarray:
        seen.append(len(prompts.clicks))
        mask = np.zeros_like(target)
        mask[: 2 * len(prompts.clicks)] = True
        return mask

    curve = click_curve(predict, target_of(target), most=7)
    assert curve == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 1])
    assert seen == [1, 2, 3, 4]  # a right mask is not asked for again
    assert [number_of_clicks(curve, q) for q in (0.25, 0.6, 0.85, 0.9)] == [1, 3, 4, 4]


def test_a_predictor_that_never_gets_there_costs_all_the_clicks() -> None:
    target = np.zeros((16, 16), bool)
    target[4:12, 4:12] = True
    curve = click_curve(lambda _: np.ones_like(target), target_of(target))
    assert len(curve) == 20
    assert number_of_clicks(curve, 0.85) == 20


def test_clicks_arrive_oldest_first_and_correct_both_kinds_of_error() -> None:
    target = np.zeros((40, 40), bool)
    target[10:30, 10:30] = True
    given: list[Prompts] = []

    def predict(prompts: Prompts) -> np.ndarray:
        given.append(prompts)
        mask = target.copy()
        if len(prompts.clicks) == 1:
            mask[:, 32:] = True  # too much
        if len(prompts.clicks) == 2:
            mask[10:20, 10:20] = False  # too little
        return mask

    assert click_curve(predict, target_of(target), most=5)[-1] == 1.0
    last = given[-1].clicks
    assert [click.foreground for click in last] == [True, False, True]
    assert last[1].x >= 32
    assert last[2].x < 20
    assert [prompts.clicks for prompts in given] == [last[:1], last[:2], last]
