"""Simulated prompts: what a person or the saliency sampler would give for a known mask."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from squeezesam_model import MAX_POINTS
from squeezesam_model.points import (
    BACKGROUND,
    BOX_BOTTOM_RIGHT,
    BOX_TOP_LEFT,
    FOREGROUND,
)

from squeezesam_train.augment import bounding_box
from squeezesam_train.strokes import stroke

Mask = NDArray[np.bool_]
Points = list[tuple[float, float, int]]


@dataclass(frozen=True)
class PromptMix:
    """Shares of the prompt kinds in training; what the first four leave are clicks.

    Attributes:
        box: a box alone.
        box_and_clicks: a box and one to three clicks.
        automatic: five clicks as the saliency sampler places them.
        strokes: strokes as series of clicks.
        single: share of the remaining click samples (and of those alone) with one foreground click;
            the others have two, three, four or six.
        negatives: share of the remaining click samples with background clicks.
        outliers: share of the multi-click samples with one click off the object, unlabelled as
            such (paper: outlier injection).
    """

    box: float = 0.27
    box_and_clicks: float = 0.06
    automatic: float = 0.15
    strokes: float = 0.0
    single: float = 0.45
    negatives: float = 0.35
    outliers: float = 0.1


def simulate(
    target: Mask, others: Mask, near_only: bool, mix: PromptMix, rng: np.random.Generator
) -> Points:
    """Prompts for one object.

    Args:
        target: H×W, the object; not empty.
        others: H×W, pixels of other labelled objects: where background clicks go first.
        near_only: background clicks away from the object may hit an unlabelled object of the same
            kind, so they stay near it.
        mix: shares of the kinds.
        rng: the only source of randomness.

    Returns:
        (x, y, label) in pixels; box corners first.
    """
    draw = rng.random()
    if draw < mix.box:
        return box_prompt(target, rng)
    points: Points = []
    if draw < mix.box + mix.box_and_clicks:
        points = box_prompt(target, rng)
        count = int(rng.integers(1, 4))
    elif draw < mix.box + mix.box_and_clicks + mix.automatic:
        points = automatic_clicks(target, rng)
        if rng.random() < mix.outliers:
            points += random_clicks(~target, 1, FOREGROUND, rng)
        return points
    elif draw < mix.box + mix.box_and_clicks + mix.automatic + mix.strokes:
        return stroke_prompt(target, others, near_only, mix.negatives, rng)
    else:
        count = click_count(mix.single, rng)
    points += random_clicks(target, count, FOREGROUND, rng)
    if rng.random() < mix.negatives:
        points += negative_clicks(target, others, near_only, int(rng.integers(1, 4)), rng)
    elif count >= 3 and rng.random() < mix.outliers:
        points += random_clicks(~target & ~others, 1, FOREGROUND, rng)
    return points


def click_count(single: float, rng: np.random.Generator) -> int:
    """1 with the probability ``single``, else 2, 3, 4 or 6, three and two most often."""
    more = np.array([0.18, 0.2, 0.1, 0.07])
    shares = [single, *(more * (1 - single) / more.sum())]
    return int(rng.choice([1, 2, 3, 4, 6], p=shares))


def random_clicks(area: Mask, count: int, label: int, rng: np.random.Generator) -> Points:
    """Clicks on an area: half of them anywhere on it, half in its inner part, where people tap."""
    if not area.any():
        return []
    distance = cv2.distanceTransform(np.pad(area, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    inner = np.flatnonzero(distance >= 0.5 * distance.max())
    anywhere = np.flatnonzero(area)
    points: Points = []
    for _ in range(count):
        pool = inner if rng.random() < 0.5 else anywhere
        y, x = divmod(int(pool[rng.integers(len(pool))]), area.shape[1])
        points.append((float(x), float(y), label))
    return points


def negative_clicks(
    target: Mask, others: Mask, near_only: bool, count: int, rng: np.random.Generator
) -> Points:
    """Background clicks: on other labelled objects, else off the object, not at its very edge."""
    distance = _distance_to(target)
    points: Points = []
    for _ in range(count):
        area = _background_area(distance, others, near_only, rng)
        points += random_clicks(area, 1, BACKGROUND, rng)
    return points


def stroke_prompt(
    target: Mask, others: Mask, near_only: bool, negatives: float, rng: np.random.Generator
) -> Points:
    """A stroke over the object, with the probability ``negatives`` also one over the background.

    Strokes reach the network as series of clicks, MAX_POINTS of them at most in all. A slot is left
    free, so that a correction click can follow.
    """
    places = MAX_POINTS - 1
    points = stroke(target, int(rng.integers(3, places + 1)), FOREGROUND, rng)
    left = places - len(points)
    if left > 0 and rng.random() < negatives:
        area = _background_area(_distance_to(target), others, near_only, rng)
        points += stroke(area, int(rng.integers(1, left + 1)), BACKGROUND, rng)
    return points


def _distance_to(target: Mask) -> NDArray[np.float32]:
    background = (~target).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(background, cv2.DIST_L2, 3), np.float32)


def _background_area(
    distance: NDArray[np.float32], others: Mask, near_only: bool, rng: np.random.Generator
) -> Mask:
    """Where a background click goes: another object, the object's surroundings, or anywhere."""
    longer = max(distance.shape)
    free = distance > 0.012 * longer
    if others.any() and rng.random() < 0.6:
        return np.asarray(others & (distance > 1))
    if near_only or rng.random() < 0.6:
        return np.asarray(free & (distance < 0.12 * longer))
    return np.asarray(free)


def box_prompt(target: Mask, rng: np.random.Generator) -> Points:
    """The tight box, its sides moved by up to a tenth of the object's size (five in six)."""
    x0, y0, x1, y1 = (float(v) for v in bounding_box(target))
    height, width = target.shape
    if rng.random() < 5 / 6:
        dx, dy = 0.1 * (x1 - x0 + 1), 0.1 * (y1 - y0 + 1)
        shift = np.clip(rng.normal(0, 0.4, 4), -1, 1)
        x0, x1 = x0 + shift[0] * dx, x1 + shift[1] * dx
        y0, y1 = y0 + shift[2] * dy, y1 + shift[3] * dy
    x0, x1 = float(np.clip(x0, 0, width - 1)), float(np.clip(x1, 0, width - 1))
    y0, y1 = float(np.clip(y0, 0, height - 1)), float(np.clip(y1, 0, height - 1))
    return [(x0, y0, BOX_TOP_LEFT), (x1, y1, BOX_BOTTOM_RIGHT)]


def automatic_clicks(target: Mask, rng: np.random.Generator) -> Points:
    """The sampler's five clicks (centre of mass and those of the quarters) on an imperfect blob.

    The true mask is shifted and grown or shrunk a little, as a saliency blob would be, and now and
    then a quarter is missing.
    """
    height, width = target.shape
    blob = _imperfect(target, rng)
    ys, xs = np.nonzero(blob)
    if len(xs) == 0:
        ys, xs = np.nonzero(target)
    cx, cy = xs.mean(), ys.mean()
    centres = [(cx, cy)]
    for left in (True, False):
        for upper in (True, False):
            quarter = ((xs < cx) == left) & ((ys < cy) == upper)
            if quarter.any() and rng.random() > 0.05:
                centres.append((xs[quarter].mean(), ys[quarter].mean()))
    points: Points = []
    for x, y in centres:
        nearest = int(np.argmin((xs - x) ** 2 + (ys - y) ** 2))
        px, py = xs[nearest], ys[nearest]
        points.append(
            (float(np.clip(px, 0, width - 1)), float(np.clip(py, 0, height - 1)), FOREGROUND)
        )
    return points


def _imperfect(target: Mask, rng: np.random.Generator) -> Mask:
    radius = int(rng.integers(0, max(2, round(0.02 * max(target.shape)) + 1)))
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    operation = cv2.erode if rng.random() < 0.5 else cv2.dilate
    blob = operation(target.astype(np.uint8), kernel)
    return np.asarray(blob, np.bool_)
