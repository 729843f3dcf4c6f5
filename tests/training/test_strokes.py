"""Strokes are curved paths inside an area, given as series of clicks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from sample_sets import disc, photo
from squeezesam_model import MAX_POINTS
from squeezesam_train.simulate import PromptMix, simulate
from squeezesam_train.strokes import stroke

STROKES_ONLY = PromptMix(box=0, box_and_clicks=0, automatic=0, strokes=1.0, negatives=0.5)


@pytest.fixture
def horseshoe() -> np.ndarray:
    """An area with a deep bay: a straight line between two of its points often leaves it."""
    y, x = np.mgrid[:120, :160]
    distance = np.hypot(x - 80, y - 60)
    return (distance < 50) & (distance > 28) & ~((y > 60) & (abs(x - 80) < 25))


def test_every_click_lies_on_the_area_and_no_two_on_one_pixel(horseshoe: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        clicks = stroke(horseshoe, 15, 1, rng)
        assert 1 <= len(clicks) <= 15
        assert len(set(clicks)) == len(clicks)
        assert all(horseshoe[int(y), int(x)] and label == 1 for x, y, label in clicks)


def test_clicks_are_spaced_evenly_along_a_path_that_goes_somewhere() -> None:
    area = np.ones((200, 200), bool)
    rng = np.random.default_rng(1)
    lengths, bends = [], 0
    for _ in range(100):
        points = np.array(stroke(area, 10, 1, rng))[:, :2]
        if len(points) < 10:
            continue
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
        lengths.append(steps.sum())
        assert steps.max() <= 1.5 * np.median(steps) + 3
        middle = (points[0] + points[-1]) / 2
        bends += bool(np.linalg.norm(points[len(points) // 2] - middle) > 3)
    assert len(lengths) > 80
    assert np.median(lengths) > 60
    assert bends > 50


def test_small_and_empty_areas_give_few_clicks_or_none() -> None:
    area = np.zeros((20, 20), bool)
    rng = np.random.default_rng(0)
    assert stroke(area, 8, 1, rng) == []
    area[3, 4] = True
    assert stroke(area, 8, 0, rng) == [(4.0, 3.0, 0)]
    assert stroke(area, 0, 1, rng) == []


def test_stroke_prompts_leave_a_place_for_a_correction_and_keep_to_their_sides() -> None:
    target = disc(120, 160, 0.3)
    rng = np.random.default_rng(2)
    negatives = 0
    for _ in range(300):
        points = simulate(target, np.zeros_like(target), False, STROKES_ONLY, rng)
        assert 1 <= len(points) < MAX_POINTS
        labels = [label for *_, label in points]
        assert labels == sorted(labels, reverse=True)
        assert all(target[int(y), int(x)] == bool(label) for x, y, label in points)
        negatives += 0 in labels
    assert negatives / 300 == pytest.approx(0.5, abs=0.12)


def test_strokes_take_their_share_of_the_prompts() -> None:
    target = disc(120, 160, 0.3)
    mix = PromptMix(box=0.2, box_and_clicks=0, automatic=0, strokes=0.4, negatives=0, outliers=0)
    rng = np.random.default_rng(0)
    drawn = [simulate(target, np.zeros_like(target), False, mix, rng) for _ in range(400)]
    # More than six clicks come from strokes alone: nine of their thirteen equally likely lengths.
    many = sum(len(points) > 6 for points in drawn)
    assert many / 400 == pytest.approx(0.4 * 9 / 13, abs=0.08)


def test_a_picture_of_strokes_has_green_ones_on_the_object_and_red_ones_off_it(
    tmp_path: Path,
) -> None:
    rgb = photo("coffee").copy()
    target = disc(*rgb.shape[:2], 0.3)
    before = rgb.copy()
    rng = np.random.default_rng(5)
    everything = PromptMix(box=0, box_and_clicks=0, automatic=0, strokes=1.0, negatives=1.0)
    points = simulate(target, np.zeros_like(target), False, everything, rng)
    for x, y, label in points:
        rgb[int(y), int(x)] = (0, 255, 0) if label else (255, 0, 0)
    path = tmp_path / "strokes.png"
    cv2.imwrite(str(path), np.hstack([before, rgb])[..., ::-1])
    shown, drawn = np.split(cv2.imread(str(path))[..., ::-1], 2, axis=1)
    changed = np.any(shown != drawn, axis=-1)
    assert changed.sum() == len(points)
    green = changed & (drawn == (0, 255, 0)).all(-1)
    red = changed & (drawn == (255, 0, 0)).all(-1)
    assert green.sum() >= 3
    assert red.sum() >= 1
    assert target[green].all()
    assert not target[red].any()
