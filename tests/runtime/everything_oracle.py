"""The search for every object of a photo once more, plainly: what the core's is compared to.

A session is asked prompt by prompt through its public calls; numpy does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from squeezesam import Session
from squeezesam.everything import Limits, Region
from squeezesam.geometry import Letterbox


def everything(
    session: Session, side: int, limits: Limits, *, two_rounds: bool = False, boxes: Any = None
) -> list[Region]:
    """As `squeezesam.everything.everything`; the session has no prompts."""
    nowhere = np.zeros((session.height, session.width), bool)
    if boxes is not None:
        return suppressed(list(_answers(session, boxes, limits, nowhere)), limits.max_overlap)
    points = grid(session.width, session.height, side)
    found: list[Region] = []
    if two_rounds:
        coarse = grid(session.width, session.height, max(1, side // 4))
        found = list(_answers(session, coarse, limits, nowhere))
        points = [(x, y) for x, y in points if not nowhere[round(y), round(x)]]
    found += _answers(session, points, limits, nowhere)
    return suppressed(found, limits.max_overlap)


def grid(width: int, height: int, side: int) -> list[tuple[float, float]]:
    """The centres of side×side equal cells of a photo, row by row, in its pixels."""
    xs = (np.arange(side) + 0.5) / side * width - 0.5
    ys = (np.arange(side) + 0.5) / side * height - 0.5
    return [(float(x), float(y)) for y in ys for x in xs]


def suppressed(regions: list[Region], max_overlap: float) -> list[Region]:
    """Best score first; none whose rectangle overlaps that of a better one by more."""
    kept: list[Region] = []
    for one in sorted(regions, key=lambda region: -region.score):
        if all(overlap(one, other) <= max_overlap for other in kept):
            kept.append(one)
    return kept


def overlap(a: Region, b: Region) -> float:
    """IoU of two rectangles."""
    (ax, ay, aw, ah), (bx, by, bw, bh) = a.bounds, b.bounds
    width = min(ax + aw, bx + bw) - max(ax, bx)
    height = min(ay + ah, by + bh) - max(ay, by)
    shared = max(width, 0) * max(height, 0)
    return shared / (aw * ah + bw * bh - shared)


def stability(logits: npt.NDArray[np.float32]) -> float:
    """Share of what lies above −1 that lies above 1 as well; 0 where nothing does."""
    loose = int((logits > -1).sum())
    return int((logits > 1).sum()) / loose if loose else 0.0


def _answers(
    session: Session, prompts: Any, limits: Limits, covered: npt.NDArray[np.bool_]
) -> Iterator[Region]:
    for prompt in prompts:
        (session.add_point if len(prompt) == 2 else session.set_box)(*prompt)
        mask = session.predict()
        session.undo()
        for candidate in mask.candidates:
            held = stability(_of_photo(session, candidate.logits))
            one = mask.derive(candidate=candidate.index)
            passes = candidate.score >= limits.min_score and held >= limits.min_stability
            if passes and one.bounds is not None and one.area >= limits.min_area:
                covered |= one.array
                yield Region(one.rle(), one.bounds, one.area, candidate.score, held, prompt)


def _of_photo(session: Session, logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The part of the logits that the photo covers."""
    facts = session.segmenter.bundle.info
    size = (facts["input_width"], facts["input_height"])
    right, bottom = Letterbox((session.width, session.height), size).resized
    width = max(1, round(right * logits.shape[1] / size[0]))
    height = max(1, round(bottom * logits.shape[0] / size[1]))
    return logits[:height, :width]
