"""Each augmentation drawn before and after, and what must be true of the two pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from sample_sets import disc, photo
from squeezesam_train import augment
from squeezesam_train.simulate import (
    automatic_clicks,
    box_prompt,
    negative_clicks,
    random_clicks,
)

Picture = np.ndarray
TINT = np.array((0, 255, 0))


def _overlay(rgb: Picture, mask: np.ndarray) -> Picture:
    out = rgb.copy()
    out[mask] = (0.5 * out[mask] + 0.5 * TINT).astype(np.uint8)
    return out


def _written(path: Path, before: Picture, after: Picture) -> tuple[Picture, Picture]:
    """Write both side by side (the smaller one padded with black) and read them again."""
    height = max(before.shape[0], after.shape[0])
    padded = [
        cv2.copyMakeBorder(p, 0, height - p.shape[0], 0, 0, cv2.BORDER_CONSTANT)
        for p in (before, after)
    ]
    assert cv2.imwrite(str(path), np.hstack(padded)[..., ::-1])
    both = cv2.imread(str(path))[..., ::-1]
    left, right = both[:, : before.shape[1]], both[:, before.shape[1] :]
    return left[: before.shape[0]], right[: after.shape[0]]


@pytest.fixture
def cup() -> tuple[Picture, np.ndarray]:
    rgb = photo("coffee")
    return rgb, disc(*rgb.shape[:2], 0.25).astype(np.uint8)


def _similarity(one: Picture, other: Picture) -> float:
    return float(np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1])


def test_cropping_shows_a_window_of_the_photo_round_the_object(
    tmp_path: Path, cup: tuple[Picture, np.ndarray]
) -> None:
    rgb, labels = cup
    window, inside = augment.crop_round(rgb, labels, 1, np.random.default_rng(2))
    before, after = _written(
        tmp_path / "crop.png", _overlay(rgb, labels == 1), _overlay(window, inside == 1)
    )
    assert after.shape[0] * after.shape[1] < before.shape[0] * before.shape[1]
    # The window, mask and all, is found in the whole picture pixel by pixel, and in one place.
    # OpenCV's sums of squares are rounded, more or less by processor: they name the candidates.
    match = cv2.matchTemplate(before, np.ascontiguousarray(after), cv2.TM_SQDIFF)
    height, width = after.shape[:2]
    places = np.argwhere(match <= 1e-3 * match.max())
    same = [np.array_equal(before[y : y + height, x : x + width], after) for y, x in places]
    assert same.count(True) == 1
    assert inside.mean() > labels.mean()


def test_the_crop_is_not_always_centred_but_always_round_the_object(
    cup: tuple[Picture, np.ndarray],
) -> None:
    rng = np.random.default_rng(0)
    centres = []
    for _ in range(100):
        _, inside = augment.crop_round(*cup, 1, rng)
        assert inside.any()
        y, x = np.nonzero(inside)
        centres.append((x.mean() / inside.shape[1], y.mean() / inside.shape[0]))
    assert np.mean(centres, axis=0) == pytest.approx((0.5, 0.5), abs=0.08)
    assert np.std(centres, axis=0).min() > 0.03


def test_flipping_mirrors_photo_and_mask(tmp_path: Path, cup: tuple[Picture, np.ndarray]) -> None:
    rgb, labels = cup
    flipped, mirrored = augment.flip(rgb, labels)
    before, after = _written(
        tmp_path / "flip.png", _overlay(rgb, labels == 1), _overlay(flipped, mirrored == 1)
    )
    assert (after == before[:, ::-1]).all()
    assert (after != before).any()


def test_stretching_changes_the_width_alone(
    tmp_path: Path, cup: tuple[Picture, np.ndarray]
) -> None:
    rgb, labels = cup
    wide, mask = augment.stretch(rgb, labels, np.random.default_rng(1))
    before, after = _written(
        tmp_path / "stretch.png", _overlay(rgb, labels == 1), _overlay(wide, mask == 1)
    )
    assert after.shape[0] == before.shape[0]
    assert 0.81 <= after.shape[1] / before.shape[1] <= 1.23
    assert after.shape[1] != before.shape[1]
    assert mask.mean() == pytest.approx(labels.mean(), rel=0.05)
    back = cv2.resize(after, (before.shape[1], before.shape[0]))
    assert _similarity(back, before) > 0.97


def test_colour_keeps_the_picture_and_changes_its_tones(
    tmp_path: Path, cup: tuple[Picture, np.ndarray]
) -> None:
    rgb, _ = cup
    changes, greys = [], 0
    rng = np.random.default_rng(3)
    for number in range(40):
        before, after = _written(tmp_path / f"{number % 4}.png", rgb, augment.colour(rgb, rng))
        greyed = [
            cv2.cvtColor(np.ascontiguousarray(p), cv2.COLOR_RGB2GRAY) for p in (before, after)
        ]
        assert _similarity(*greyed) > 0.9
        changes.append(np.abs(after.astype(int) - before).mean())
        greys += bool(np.ptp(after.astype(int), axis=-1).max() <= 1)
    assert np.mean(changes) > 10
    assert 0 < greys < 10


def test_blurring_takes_detail_and_keeps_brightness(
    tmp_path: Path, cup: tuple[Picture, np.ndarray]
) -> None:
    rgb, _ = cup
    before, after = _written(
        tmp_path / "blur.png", rgb, augment.blur(rgb, np.random.default_rng(0))
    )
    detail = [cv2.Laplacian(p.astype(np.float32), cv2.CV_32F).std() for p in (before, after)]
    assert detail[1] < 0.9 * detail[0]
    assert after.mean() == pytest.approx(before.mean(), abs=1)


def test_a_pasted_cat_lies_on_the_coffee_table(
    tmp_path: Path, cup: tuple[Picture, np.ndarray]
) -> None:
    rgb, labels = cup
    cat = photo("chelsea")
    shape = disc(*cat.shape[:2], 0.4)
    pasted, marked = augment.paste(rgb, labels, cat, shape, 2, np.random.default_rng(4))
    before, after = _written(
        tmp_path / "paste.png", _overlay(rgb, labels == 1), _overlay(pasted, marked > 0)
    )
    new = marked == 2
    far = ~cv2.dilate((new | (labels == 1)).astype(np.uint8), np.ones((5, 5))).astype(bool)
    assert 0.005 < new.mean() < 0.5
    assert (after[far] == before[far]).all()
    # What was pasted has the cat's colours (within the blend of its rim), not the table's.
    core = cv2.erode(new.astype(np.uint8), np.ones((5, 5))).astype(bool)
    assert pasted[core].mean(0) == pytest.approx(cat[shape].mean(0), abs=12)


def test_outlier_and_negative_clicks_are_seen_off_the_object(
    tmp_path: Path, cup: tuple[Picture, np.ndarray]
) -> None:
    rgb, labels = cup
    target = labels == 1
    rng = np.random.default_rng(0)
    nowhere = np.zeros_like(target)
    picture = rgb.copy()
    sets = {
        (0, 255, 0): random_clicks(target, 5, 1, rng),
        (0, 0, 255): random_clicks(~target, 4, 1, rng),
        (255, 0, 0): negative_clicks(target, nowhere, False, 3, rng),
    }
    for colour, points in sets.items():
        for x, y, _ in points:
            picture[int(y), int(x)] = colour
    _, after = _written(tmp_path / "clicks.png", rgb, picture)
    for (colour, points), on in zip(sets.items(), (True, False, False), strict=True):
        shown = (after == colour).all(-1)
        assert shown.sum() >= len({(x, y) for x, y, _ in points}) > 0
        assert (target[shown] == on).all()
    # Outliers claim to be on the object: the network must learn to outvote them.
    assert {label for *_, label in sets[(0, 0, 255)]} == {1}


def test_jittered_boxes_frame_the_object(tmp_path: Path, cup: tuple[Picture, np.ndarray]) -> None:
    rgb, labels = cup
    target = labels == 1
    x0, y0, x1, y1 = augment.bounding_box(target)
    rng = np.random.default_rng(0)
    picture = rgb.copy()
    exact = 0
    for _ in range(60):
        (left, top, _), (right, bottom, _) = box_prompt(target, rng)
        exact += (left, top, right, bottom) == (x0, y0, x1, y1)
        corner, opposite = (round(left), round(top)), (round(right), round(bottom))
        cv2.rectangle(picture, corner, opposite, (255, 255, 0), 1)
    _, after = _written(tmp_path / "boxes.png", rgb, picture)
    drawn = (after == (255, 255, 0)).all(-1)
    margin = round(0.1 * (x1 - x0 + 1)) + 1
    assert not drawn[: y0 - margin].any()
    assert not drawn[:, : x0 - margin].any()
    assert not drawn[y0 + margin + 1 : y1 - margin, x0 + margin + 1 : x1 - margin].any()
    assert 3 <= exact <= 20


def test_automatic_clicks_spread_over_the_object(
    tmp_path: Path, cup: tuple[Picture, np.ndarray]
) -> None:
    rgb, labels = cup
    picture = rgb.copy()
    points = automatic_clicks(labels == 1, np.random.default_rng(1))
    for x, y, _ in points:
        picture[int(y), int(x)] = (255, 0, 255)
    _, after = _written(tmp_path / "automatic.png", rgb, picture)
    ys, xs = np.nonzero((after == (255, 0, 255)).all(-1))
    assert 4 <= len(xs) <= 5
    width = np.ptp(np.nonzero(labels)[1])
    assert np.ptp(xs) > 0.3 * width
    assert np.ptp(ys) > 0.3 * width
