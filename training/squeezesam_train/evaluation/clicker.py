"""Simulated user who clicks on mistakes, and the number of clicks that a quality takes.

Source: Sofiiuk et al., "Reviving Iterative Training with Mask Guidance for Interactive
Segmentation" (RITM), and Xu et al., "Deep Interactive Object Selection" (NoC).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from squeezesam_train.evaluation.prompts import Click, Prompts, depth
from squeezesam_train.evaluation.scores import iou
from squeezesam_train.evaluation.targets import Target

Mask = NDArray[np.bool_]

MOST_CLICKS = 20
NOC_LEVELS = (0.85, 0.90)


def next_click(mask: Mask, target: Mask, valid: Mask, clicked: Mask) -> Click | None:
    """Where RITM's user clicks next; None where nothing is left to click on.

    The click goes to the deepest point of the missed part (foreground) or of the part too many
    (background), whichever is deeper, background if both are equally deep. Depth is the Euclidean
    distance to the nearest pixel outside the error or the photo; the first pixel in raster order
    wins among equals. As in RITM, pixels clicked before are left out of the maximum only: they do
    not make an error shallower.

    Args:
        mask: H×W, the current mask.
        target: H×W, the truth.
        valid: H×W, False on ignored pixels.
        clicked: H×W, True where a click was.
    """
    best: tuple[float, bool, int] | None = None
    for error, foreground in ((mask & ~target & valid, False), (target & ~mask & valid, True)):
        deep = depth(error)
        deep[clicked] = 0
        at = int(deep.argmax())
        value = float(deep.flat[at])
        if value > 0 and (best is None or value > best[0]):
            best = (value, foreground, at)
    if best is None:
        return None
    y, x = divmod(best[2], mask.shape[1])
    return Click(float(x), float(y), best[1])


def click_curve(
    predict: Callable[[Prompts], Mask], target: Target, most: int = MOST_CLICKS
) -> list[float]:
    """IoU after 1, 2, … ``most`` clicks, beginning with an empty mask.

    Where no click is left (the mask is right), the last IoU stays.

    Args:
        predict: prompts → H×W bool.
        target: the object.
        most: number of clicks.
    """
    mask: Mask = np.zeros_like(target.mask)
    valid = ~target.ignore
    clicked = np.zeros_like(target.mask)
    clicks: list[Click] = []
    curve: list[float] = []
    for _ in range(most):
        click = next_click(mask, target.mask, valid, clicked)
        if click is not None:
            clicks.append(click)
            clicked[int(click.y), int(click.x)] = True
            mask = predict(Prompts(tuple(clicks)))
            curve.append(iou(mask, target.mask, target.ignore))
        else:
            curve.append(curve[-1])
    return curve


def number_of_clicks(curve: list[float], quality: float) -> int:
    """NoC: the first click whose IoU reaches ``quality``; the length of the curve if none does."""
    for count, value in enumerate(curve, start=1):
        if value >= quality:
            return count
    return len(curve)
