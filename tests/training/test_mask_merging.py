"""Nested masks are merged by coin, overlapping ones painted in order (paper: mask merging)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask
from sample_sets import photo
from squeezesam_train.sources.overlap import flatten_masks, merge_nested_masks, paint_labels
from squeezesam_train.sources.run_lengths import Rle


def _rle(mask: np.ndarray) -> Rle:
    return coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))


def _box(y0: int, y1: int, x0: int, x1: int) -> np.ndarray:
    mask = np.zeros((80, 100), bool)
    mask[y0:y1, x0:x1] = True
    return mask


# A person with a shirt with a badge, trousers, and a bag that only overlaps.
PERSON, SHIRT, BADGE = _box(5, 75, 10, 50), _box(10, 40, 10, 50), _box(20, 28, 20, 30)
TROUSERS, BAG = _box(42, 75, 12, 48), _box(30, 60, 40, 90)
MASKS = [SHIRT, BAG, PERSON, BADGE, TROUSERS]


def test_a_certain_coin_keeps_the_whole_and_suppresses_all_that_is_inside() -> None:
    kept = merge_nested_masks([_rle(m) for m in MASKS], np.random.default_rng(0), 1.0)
    assert kept == [2, 1]


def test_the_other_coin_drops_wholes_in_favour_of_their_smallest_parts() -> None:
    kept = merge_nested_masks([_rle(m) for m in MASKS], np.random.default_rng(0), 0.0)
    assert kept == [1, 4, 3]


def test_the_coin_falls_as_often_as_its_probability_says() -> None:
    rng = np.random.default_rng(3)
    rles = [_rle(PERSON), _rle(SHIRT)]
    wholes = sum(merge_nested_masks(rles, rng, 0.3) == [0] for _ in range(500))
    assert wholes == pytest.approx(150, abs=35)


def test_what_stays_is_never_nested_and_what_goes_has_a_reason() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        masks = []
        for _ in range(12):
            y, x = rng.integers(0, 60), rng.integers(0, 80)
            masks.append(_box(y, y + rng.integers(3, 50), x, x + rng.integers(3, 60)))
        kept = merge_nested_masks([_rle(m) for m in masks], rng, 0.5)

        def inside(i: int, j: int, masks: list[np.ndarray] = masks) -> bool:
            return bool((masks[i] & masks[j]).sum() >= 0.9 * masks[i].sum())

        areas = [int(masks[i].sum()) for i in kept]
        assert areas == sorted(areas, reverse=True)
        for place, i in enumerate(kept):
            assert not any(inside(j, i) for j in kept[place + 1 :])
        for i in set(range(len(masks))) - set(kept):
            others = [j for j in range(len(masks)) if j != i]
            assert any(inside(i, j) or inside(j, i) for j in others)


def test_later_masks_hide_earlier_ones_and_crowds_lie_below_all() -> None:
    labels = paint_labels([_rle(PERSON), _rle(BAG)], [_rle(_box(0, 80, 0, 100))], 80, 100)
    expected = np.full((80, 100), 255)
    expected[PERSON] = 1
    expected[BAG] = 2
    assert labels.dtype == np.uint8
    assert labels.flags.c_contiguous
    assert (labels == expected).all()


def test_no_more_objects_are_labelled_than_a_label_map_can_hold() -> None:
    masks = [_box(y, y + 2, x, x + 2) for y in range(0, 40, 2) for x in range(0, 30, 2)]
    labels = flatten_masks([_rle(m) for m in masks], [], 80, 100, np.random.default_rng(0))
    assert len(masks) == 300
    assert set(np.unique(labels)) == set(range(255))


def test_no_masks_give_an_empty_map() -> None:
    assert not flatten_masks([], [], 8, 9, np.random.default_rng(0)).any()


def test_a_picture_of_merging_shows_the_shirt_inside_the_person_gone(tmp_path: Path) -> None:
    rgb = photo("astronaut")
    height, width = rgb.shape[:2]
    masks = [cv2.resize(m.astype(np.uint8), (width, height), interpolation=0) for m in MASKS]
    colours = np.random.default_rng(1).integers(60, 255, (256, 3)).astype(np.uint8)
    colours[0] = 0
    views = []
    for probability in (0.0, 1.0):
        labels = flatten_masks(
            [_rle(m) for m in masks], [], height, width, np.random.default_rng(0), probability
        )
        views.append(cv2.addWeighted(rgb, 0.5, colours[labels], 0.5, 0))
    path = tmp_path / "merging.png"
    cv2.imwrite(str(path), np.hstack(views)[..., ::-1])
    parts, whole = np.split(cv2.imread(str(path))[..., ::-1].astype(int), 2, axis=1)
    person = masks[2].astype(bool) & ~masks[1].astype(bool)
    overlay_whole = 2 * whole - rgb
    # One colour over the person when merged (up to the rounding of the blend), several when not.
    assert np.ptp(overlay_whole[person], axis=0).max() <= 2
    assert np.ptp((2 * parts - rgb)[person], axis=0).max() > 40
