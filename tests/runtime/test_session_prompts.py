"""Clicks, box, undo and the automatic clicks: which prompts are taken, used and refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from photo_files import scene, with_orientation
from PIL import Image
from squeezesam import (
    BackgroundPoint,
    Box,
    ForegroundPoint,
    NothingStandsOutError,
    PromptError,
    PromptUnsupportedError,
    Segmenter,
)
from tiny_oracle import Expected

LEFT = (32, 48, 96, 128)


RIGHT = (160, 64, 224, 112)


def test_a_box_limits_the_mask_to_what_is_in_it(segmenter: Segmenter) -> None:
    photo = scene(things=(LEFT, RIGHT))
    box = (140.0, 40.0, 250.0, 150.0)
    session = segmenter.open(photo)
    session.set_box(*box)
    mask = session.predict()
    assert mask.prompts == (Box(*box),)
    assert not mask.automatic
    assert Expected(photo, box=box).agrees_with(mask.array)
    assert mask.array[80, 190]
    assert not mask.array[:, :130].any()


def test_a_lone_background_click_refines_the_automatic_mask(segmenter: Segmenter) -> None:
    photo = scene(things=(LEFT,))
    session = segmenter.open(photo)
    first = session.predict()
    session.add_point(88, 120, foreground=False)  # apart from the automatic clicks
    mask = session.predict()
    assert mask.prompts == (*first.prompts, BackgroundPoint(88, 120))
    assert mask.automatic
    assert session.prompts == (BackgroundPoint(88, 120),)
    assert Expected(photo, negative=[(88, 120)]).agrees_with(mask.array)
    assert first.array[120, 88]
    assert not mask.array[120, 88]


def test_random_clicks_lie_in_what_stands_out_and_are_drawn_by_their_seed(
    segmenter: Segmenter,
) -> None:
    session = segmenter.open(scene(things=(LEFT,)))
    centres = session.automatic_clicks()
    session.set_automatic("random", seed=5)
    drawn = session.automatic_clicks()
    assert len(set(drawn)) == 3
    assert all(LEFT[0] <= p.x <= LEFT[2] and LEFT[1] <= p.y <= LEFT[3] for p in drawn)
    mask = session.predict()
    assert (mask.prompts, mask.automatic) == (drawn, True)
    assert mask.timings.programs["heat"] == 0  # the map is kept: nothing runs again
    others = set()
    for seed in (0, 6, 7, 2**32 - 1):
        session.set_automatic("random", seed)
        others.add(session.automatic_clicks())
    assert len({drawn, *others}) == 5
    session.set_automatic("random", seed=5)
    assert session.automatic_clicks() == drawn
    session.set_automatic("centres")
    assert session.automatic_clicks() == centres


@pytest.mark.parametrize(("how", "seed"), [("corners", 0), ("random", -1), ("random", 2**32)])
def test_another_way_or_seed_for_automatic_clicks_is_refused(
    segmenter: Segmenter, how: Any, seed: int
) -> None:
    session = segmenter.open(scene(things=(LEFT,)))
    before = session.automatic_clicks()
    with pytest.raises(ValueError, match=r"centres or random|a whole number from 0"):
        session.set_automatic(how, seed)
    assert session.automatic_clicks() == before


def test_clicks_of_the_person_replace_the_automatic_ones(segmenter: Segmenter) -> None:
    session = segmenter.open(scene(things=(LEFT,)))
    session.add_point(50, 60)
    mask = session.predict()
    assert mask.prompts == (ForegroundPoint(50, 60),)
    assert not mask.automatic
    assert mask.timings.programs["heat"] == 0


def test_undo_takes_back_one_action_at_a_time_and_clear_is_one(segmenter: Segmenter) -> None:
    session = segmenter.open(scene(things=(LEFT,)))
    session.add_point(10, 20)
    session.set_box(1, 2, 30, 40)
    session.set_box(3, 4, 50, 60)
    session.add_point(11, 21, foreground=False)
    everything = (Box(3, 4, 50, 60), ForegroundPoint(10, 20), BackgroundPoint(11, 21))
    assert session.prompts == everything
    session.clear()
    assert session.prompts == ()
    assert session.undo()
    assert session.prompts == everything
    assert session.undo()
    assert session.undo()
    assert session.prompts == (Box(1, 2, 30, 40), ForegroundPoint(10, 20))
    assert session.undo()
    assert session.undo()
    assert session.prompts == ()
    assert not session.undo()


def test_after_undo_the_mask_is_what_it_was(segmenter: Segmenter) -> None:
    session = segmenter.open(scene(things=(LEFT,)))
    before = session.predict().array
    session.add_point(40, 58, foreground=False)
    assert not np.array_equal(session.predict().array, before)
    session.undo()
    assert np.array_equal(session.predict().array, before)


def test_a_box_is_clamped_to_the_photo(segmenter: Segmenter) -> None:
    session = segmenter.open(scene(things=(LEFT,)))
    session.set_box(-50, 40, 1000, 2000)
    (box,) = session.prompts
    assert isinstance(box, Box)
    assert -0.5 <= box.x0 <= 0
    assert box.y0 == 40
    assert 255 <= box.x1 <= 255.5
    assert 191 <= box.y1 <= 191.5


@pytest.mark.parametrize(
    ("x", "y"),
    [(-1, 5), (-0.51, 5), (255.5, 5), (3, -0.6), (3, 191.5), (1e9, 0), (np.nan, 3), (3, np.inf)],
)
def test_a_click_outside_the_photo_is_refused_with_its_coordinates(
    segmenter: Segmenter, x: float, y: float
) -> None:
    session = segmenter.open(scene())
    with pytest.raises(PromptError, match="256") as caught:
        session.add_point(x, y)
    assert "192" in str(caught.value)
    assert session.prompts == ()


def test_a_click_on_the_outermost_edge_of_the_photo_counts(segmenter: Segmenter) -> None:
    session = segmenter.open(scene())
    session.add_point(-0.5, -0.5)
    session.add_point(255.49, 191.49)
    assert session.predict().array.shape == (192, 256)


@pytest.mark.parametrize(
    "box",
    [
        (50, 20, 10, 60),
        (10, 60, 50, 20),
        (10, 20, 10, 60),
        (10, 20, 50, 20),
        (300, 20, 400, 60),
        (-90, 20, -10, 60),
        (np.nan, 20, 50, 60),
    ],
)
def test_an_empty_inverted_or_distant_box_is_refused(
    segmenter: Segmenter, box: tuple[float, float, float, float]
) -> None:
    session = segmenter.open(scene())
    session.set_box(1, 2, 3, 4)
    with pytest.raises(PromptError):
        session.set_box(*box)
    assert session.prompts == (Box(1, 2, 3, 4),)


def test_a_featureless_photo_asks_for_a_prompt_and_takes_one(segmenter: Segmenter) -> None:
    session = segmenter.open(np.full((60, 80, 3), 130, np.uint8))
    assert session.automatic_clicks() == ()
    with pytest.raises(NothingStandsOutError, match="nothing stands out"):
        session.predict()
    session.add_point(5, 5, foreground=False)
    with pytest.raises(NothingStandsOutError):
        session.predict()
    session.add_point(40, 30)
    mask = session.predict().array
    assert mask[30, 40]
    assert not mask[5, 5]


def test_scores_are_clamped_to_one_and_an_empty_mask_has_no_bbox(segmenter: Segmenter) -> None:
    session = segmenter.open(scene(things=(LEFT,)))
    for step in range(16):
        session.add_point(10 + step, 20)
    mask = session.predict()
    assert mask.candidate == 3
    assert mask.score == 1.0
    assert mask.area == 0
    assert mask.bounds is None
    assert not mask.array.any()


def test_logits_alpha_area_and_bbox_agree_with_the_mask(segmenter: Segmenter) -> None:
    photo = scene(300, 211, ((60, 40, 180, 150),))
    mask = segmenter.open(photo).predict()
    assert mask.logits.shape == (211, 300)
    assert mask.logits.dtype == np.float32
    assert np.array_equal(mask.logits > 0, mask.array)
    assert np.allclose(mask.logits, Expected(photo).logits, atol=0.1)
    inside = mask.array.astype(np.uint8)
    around = np.ones((11, 11), np.uint8)  # 1 % of the longer side, 3 pixels, and more
    edge = cv2.dilate(inside, around) != cv2.erode(inside, around)
    assert np.array_equal(mask.alpha[~edge], 255 * inside[~edge])
    assert set(np.unique(mask.alpha)) >= {0, 255}
    rows, columns = np.nonzero(mask.array)
    assert mask.area == len(rows)
    assert mask.bounds == (
        columns.min(),
        rows.min(),
        columns.max() - columns.min() + 1,
        rows.max() - rows.min() + 1,
    )
    with pytest.raises(ValueError, match="read-only"):
        mask.array[0, 0] = True


@pytest.mark.parametrize("orientation", range(1, 9))
def test_masks_and_clicks_are_in_upright_coordinates_for_every_orientation(
    segmenter: Segmenter, orientation: int
) -> None:
    thing = (40, 24, 120, 72)
    upright = scene(240, 160, (thing,))
    file = with_orientation(upright, orientation, quality=98, subsampling=0)
    for source in (file, Image.open(io.BytesIO(file))):
        session = segmenter.open(source)
        assert (session.width, session.height) == (240, 160)
        assert session.photo.orientation == orientation
        session.set_box(20, 10, 140, 90)
        expected = Expected(upright, box=(20, 10, 140, 90)).mask
        mask = session.predict().array
        assert (mask != expected).sum() < 40  # JPEG noise on the rim
        assert mask[50, 100]
        assert not mask[100:].any()


def test_a_bundle_without_a_heat_map_needs_a_prompt(manual_bundle: Path) -> None:
    photo = scene(things=(LEFT,))
    session = Segmenter.load(manual_bundle, threads=1).open(photo)
    with pytest.raises(PromptUnsupportedError):
        session.predict()
    session.set_box(0, 0, 255, 191)
    mask = session.predict()
    assert Expected(photo, box=(0, 0, 255, 191), width=160, height=96).agrees_with(mask.array)
