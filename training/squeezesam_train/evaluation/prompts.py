"""Prompts drawn from the truth: the same for every predictor, whatever else is evaluated."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from squeezesam_model.fitted import PROMPT_KINDS

from squeezesam_train.evaluation.targets import Target, seeded

Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Click:
    """A click in photo pixels: x right, y down, pixel centres at integers."""

    x: float
    y: float
    foreground: bool = True


@dataclass(frozen=True)
class Prompts:
    """What a predictor is given.

    Attributes:
        clicks: oldest first.
        box: at most one, (x0, y0, x1, y1).
        automatic: the clicks are those that the heat map gave.
    """

    clicks: tuple[Click, ...] = ()
    box: Box | None = None
    automatic: bool = False


def kind_of(prompts: Prompts) -> int:
    """The kind of these prompts, an index into ``PROMPT_KINDS``."""
    if prompts.automatic:
        return PROMPT_KINDS.index("automatic")
    if prompts.box is not None:
        return PROMPT_KINDS.index("box")
    return PROMPT_KINDS.index("clicks" if len(prompts.clicks) > 1 else "click")


def goes_on(before: Prompts, now: Prompts) -> bool:
    """Whether ``now`` is ``before`` and one click more, by the same hand, as an app predicts.

    Several clicks more are a question of their own: three clicks that are given at once owe nothing
    to the mask of the first.
    """
    same = before.box == now.box and before.automatic == now.automatic
    return same and now.clicks[:-1] == before.clicks and bool(now.clicks)


def asks_nothing_new(click: Click, mask: NDArray[np.bool_]) -> bool:
    """Whether a click finds its own kind at its pixel of the mask before it, H×W.

    The runtime's rule (``ssam_session_predict``): such a click leaves the mask as it is.
    """
    return (
        bool(mask[int(np.floor(click.y + 0.5)), int(np.floor(click.x + 0.5))]) == click.foreground
    )


def random_clicks(target: Target, count: int, seed: int) -> Prompts:
    """``count`` different pixels of the target, each equally likely.

    The first of three is the one of one: the protocols differ by the further clicks alone. An
    object of fewer pixels gets as many clicks as it has pixels.
    """
    ys, xs = np.nonzero(target.mask)
    order = seeded(seed, target.key, "clicks").permutation(len(xs))[:count]
    return Prompts(tuple(Click(float(xs[i]), float(ys[i])) for i in order))


def depth(mask: Mask) -> NDArray[np.float32]:
    """Euclidean distance of every pixel to the nearest one outside ``mask`` or the photo, H×W.

    OpenCV's precise transform varies by a last digit with the memory's alignment, which decides
    between equal distances: the squares are whole numbers, so they are rounded to them.
    """
    padded = np.pad(mask, 1).astype(np.uint8)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    squares = np.rint(distance[1:-1, 1:-1].astype(np.float64) ** 2)
    return np.asarray(np.sqrt(squares), np.float32)


def centre_click(target: Target) -> Prompts:
    """The pixel that lies deepest in the target; the first in raster order where several do."""
    y, x = np.unravel_index(int(depth(target.mask).argmax()), target.mask.shape)
    return Prompts((Click(float(x), float(y)),))


def tight_box(target: Target) -> Prompts:
    """The box from the outermost pixel centres; half a pixel wider along a side of one pixel."""
    rows, columns = np.flatnonzero(target.mask.any(1)), np.flatnonzero(target.mask.any(0))
    x0, x1 = _widened(float(columns[0]), float(columns[-1]))
    y0, y1 = _widened(float(rows[0]), float(rows[-1]))
    return Prompts(box=(x0, y0, x1, y1))


def _widened(first: float, last: float) -> tuple[float, float]:
    return (first, last) if last > first else (first - 0.5, last + 0.5)
