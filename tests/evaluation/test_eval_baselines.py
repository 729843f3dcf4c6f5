from __future__ import annotations

import numpy as np
import pytest
from scored_sample import ellipse
from squeezesam_train.evaluation.baselines import BASELINES, Ellipse, GrabCut, ShrunkPhoto, baseline
from squeezesam_train.evaluation.prompts import Click, Prompts
from squeezesam_train.evaluation.scores import iou

HEIGHT, WIDTH = 150, 200
DISC = ellipse(HEIGHT, WIDTH, (0.4, 0.5, 0.2, 0.267))
BOX = (40.0, 35.0, 120.0, 115.0)


@pytest.fixture(scope="module")
def disc_photo() -> np.ndarray:
    """A reddish disc on bluish ground, with noise."""
    rng = np.random.default_rng(0)
    colour = np.where(DISC[..., None], (190, 80, 60), (60, 90, 160))
    return np.clip(colour + rng.normal(0, 12, (HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", ["grabcut", "walker"])
@pytest.mark.parametrize("clicks", [1, 2])
def test_a_click_on_an_even_disc_finds_the_disc(
    name: str, clicks: int, disc_photo: np.ndarray
) -> None:
    prompts = Prompts((Click(80, 75), Click(100, 80))[:clicks])
    mask = baseline(name).open(disc_photo).predict(prompts).mask
    assert mask.shape == DISC.shape
    assert iou(mask, DISC) > 0.9


@pytest.mark.parametrize("name", ["grabcut", "walker"])
def test_a_box_round_the_disc_finds_the_disc(name: str, disc_photo: np.ndarray) -> None:
    mask = baseline(name).open(disc_photo).predict(Prompts(box=BOX)).mask
    assert iou(mask, DISC) > 0.9


@pytest.mark.parametrize("name", ["grabcut", "walker"])
def test_a_background_click_stays_out_of_the_mask(name: str, disc_photo: np.ndarray) -> None:
    two = disc_photo.copy()
    other = ellipse(HEIGHT, WIDTH, (0.8, 0.3, 0.08, 0.1))
    two[other] = (190, 80, 60)
    click, away = Click(80, 75), Click(160, 45, foreground=False)
    mask = baseline(name).open(two).predict(Prompts((click, away))).mask
    assert not mask[45, 160]
    assert mask[75, 80]


def test_grabcut_gives_the_same_mask_whatever_was_segmented_before(disc_photo: np.ndarray) -> None:
    view = GrabCut().open(disc_photo)
    first = view.predict(Prompts((Click(80, 75),))).mask
    view.predict(Prompts(box=BOX))
    np.testing.assert_array_equal(view.predict(Prompts((Click(80, 75),))).mask, first)


def test_the_ellipse_fills_the_box_from_edge_to_edge() -> None:
    mask = Ellipse().open(np.zeros((HEIGHT, WIDTH, 3), np.uint8)).predict(Prompts(box=BOX)).mask
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert (columns[0], rows[0], columns[-1], rows[-1]) == BOX
    assert mask.sum() == pytest.approx(np.pi / 4 * 81 * 81, rel=0.01)


def test_clicks_and_boxes_keep_their_place_on_the_shrunk_photo() -> None:
    photo = ShrunkPhoto(np.zeros((400, 800, 3), np.uint8), 200)
    assert photo.rgb.shape == (100, 200, 3)
    ys, xs = np.nonzero(photo.discs([Click(400, 100)]))
    assert (xs.mean(), ys.mean()) == pytest.approx((100, 25), abs=0.6)
    ys, xs = np.nonzero(photo.inside((80.0, 40.0, 161.0, 121.0)))
    assert (xs.min(), xs.max(), ys.min(), ys.max()) == (20, 40, 10, 30)


def test_a_mask_returns_from_the_shrunk_photo_where_it_was() -> None:
    photo = ShrunkPhoto(np.zeros((HEIGHT, WIDTH, 3), np.uint8), 100)
    small = ellipse(75, 100, (0.4, 0.5, 0.2, 0.267))
    assert iou(photo.restore(small), DISC) > 0.96


def test_an_unknown_baseline_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown baseline 'magic'.*ellipse, grabcut, walker"):
        baseline("magic")
    assert set(BASELINES) == {"grabcut", "ellipse", "walker"}
