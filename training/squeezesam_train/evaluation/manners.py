"""How a predictor takes clicks: does it leave alone what was right, does it obey, does it fall?

A person who confirms a mask with one more click does not want another mask. From one and from three
random clicks on the object one more follows that asks for nothing new, and the mask is compared
with itself; RITM's clicker shows how the mean IoU goes on, and every click of all these is looked
up in the mask that answers it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from squeezesam_train.evaluation.clicker import click_curve
from squeezesam_train.evaluation.predictor import OpenPhoto
from squeezesam_train.evaluation.prompts import Click, Prompts, random_clicks
from squeezesam_train.evaluation.scores import iou
from squeezesam_train.evaluation.targets import Target, seeded

Mask = NDArray[np.bool_]

STARTS = (1, 3)
WATCHED_CLICKS = 10
WORST_SHARE = 0.1


@dataclass(frozen=True)
class IdleClick:
    """One click that asked for nothing new.

    Attributes:
        start: clicks before it.
        foreground: on the object inside the mask, else on the background outside it.
        kept: IoU of the mask after it with the mask before it, 0…1.
    """

    start: int
    foreground: bool
    kept: float


@dataclass(frozen=True)
class MannersRecord:
    """Of one instance.

    Attributes:
        idle: the clicks that asked for nothing new.
        ious: after each of RITM's clicks, up to ten.
        clicks: looked up in the masks that answer them.
        obeyed: so many of them found their own kind at their pixel.
    """

    predictor: str
    target: str
    source: str
    size: str
    idle: list[IdleClick]
    ious: list[float]
    clicks: int
    obeyed: int


@dataclass
class _Watched:
    """A photo whose masks are looked at where they were clicked."""

    view: OpenPhoto
    clicks: int = 0
    obeyed: int = field(default=0)

    def predict(self, prompts: Prompts) -> Mask:
        mask = self.view.predict(prompts).mask
        self.clicks += len(prompts.clicks)
        self.obeyed += sum(bool(mask[int(c.y), int(c.x)]) == c.foreground for c in prompts.clicks)
        return mask


def observe(predictor: str, view: OpenPhoto, target: Target, seed: int) -> MannersRecord:
    """Run the protocol on one instance.

    Args:
        predictor: its name.
        view: the photo it has opened.
        target: the object.
        seed: of the clicks.
    """
    watched = _Watched(view)
    idle = [click for start in STARTS for click in _idle_clicks(watched, target, start, seed)]
    curve = click_curve(watched.predict, target, WATCHED_CLICKS)
    return MannersRecord(
        predictor, target.key, target.source, target.size, idle, curve,
        watched.clicks, watched.obeyed,
    )  # fmt: skip


def _idle_clicks(watched: _Watched, target: Target, start: int, seed: int) -> Iterator[IdleClick]:
    before = random_clicks(target, start, seed)
    for foreground in (True, False):
        # Asked anew each time: a network that takes its last mask must go on from this one.
        mask = watched.predict(before)
        right = mask & target.mask if foreground else ~mask & ~target.mask
        name = f"idle {start} {foreground}"
        click = _any_pixel(right & ~target.ignore, target, seed, name, foreground)
        if click is None:
            continue
        after = watched.predict(Prompts((*before.clicks, click)))
        yield IdleClick(start, foreground, iou(after, mask))


def _any_pixel(area: Mask, target: Target, seed: int, name: str, foreground: bool) -> Click | None:
    at = np.flatnonzero(area)
    if not at.size:
        return None
    chosen = int(at[seeded(seed, target.key, name).integers(at.size)])
    y, x = divmod(chosen, area.shape[1])
    return Click(float(x), float(y), foreground)


def manners_summary(rows: list[MannersRecord]) -> dict[str, Any]:
    """Means over instances.

    Returns:
        ``idle``: start → ``foreground``, ``background`` → ``n``, ``kept`` (mean IoU with itself),
        ``worst_tenth`` (the mean of the lowest tenth); ``obeyed``: share of clicks;
        ``miou_per_click`` and ``largest_fall``, from one click to the next.
    """
    curve = np.mean([row.ious for row in rows], axis=0)
    return {
        "n": len(rows),
        "idle": {
            str(start): {
                "foreground" if foreground else "background": _kept(rows, start, foreground)
                for foreground in (True, False)
            }
            for start in STARTS
        },
        "obeyed": round(sum(r.obeyed for r in rows) / sum(r.clicks for r in rows), 6),
        "miou_per_click": [round(float(v), 6) for v in curve],
        "largest_fall": largest_fall(curve),
    }


def largest_fall(curve: NDArray[np.float64]) -> float:
    """From one click to the next; 0 where the curve never falls."""
    return round(float(max(0.0, (curve[:-1] - curve[1:]).max(initial=0.0))), 6)


def _kept(rows: list[MannersRecord], start: int, foreground: bool) -> dict[str, Any] | None:
    kept = np.sort(
        [c.kept for r in rows for c in r.idle if (c.start, c.foreground) == (start, foreground)]
    )
    if not kept.size:
        return None
    worst = kept[: max(1, round(WORST_SHARE * kept.size))]
    return {
        "n": int(kept.size),
        "kept": round(float(kept.mean()), 6),
        "worst_tenth": round(float(worst.mean()), 6),
    }
