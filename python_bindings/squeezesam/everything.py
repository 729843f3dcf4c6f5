"""Every object of a photo: prompts on a grid, what is doubtful left out, what is the same once.

The protocol is that of SAM's automatic mask generator (Kirillov et al., "Segment Anything",
appendix B): a point at a time, all candidates, those of a low predicted IoU and those whose outline
depends on the threshold left out, then non-maximum suppression of the rectangles round them. The
two rounds are those of Shu et al., "TinySAM": a coarse grid first, and of the fine one the points
that no mask of it covers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .bundle import ModelBundle
from .errors import InvalidArgumentError
from .geometry import Letterbox
from .mask import Mask
from .segmenter import Session

Rectangle = tuple[float, float, float, float]
# Of the coarse grid of two rounds, in points of the fine one.
_COARSE = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What is kept of all that the network proposes.

    min_score: least predicted IoU, 0…1.
    min_stability: least share of the mask that stays when its threshold is raised from −1 to 1.
    max_overlap: of two rectangles whose IoU is higher, the one with the lower score goes.
    min_area: least number of photo pixels.
    """

    min_score: float = 0.88
    min_stability: float = 0.95
    max_overlap: float = 0.7
    min_area: int = 1

    def __post_init__(self) -> None:
        for name in ("min_score", "min_stability", "max_overlap"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidArgumentError(f"{name} is {getattr(self, name)}, not between 0 and 1")


def own_limits(bundle: ModelBundle) -> Limits:
    """What suits a bundle's network: SAM's numbers, or lower ones for ours.

    Ours predicts an IoU of 0.8 at most and softer edges: SAM's numbers would leave nothing of it.
    """
    model = bundle.manifest.get("model")
    ours = isinstance(model, dict) and model.get("family") == "squeezesam"
    return Limits(min_score=0.3, min_stability=0.8) if ours else Limits()


@dataclass(frozen=True, slots=True)
class Region:
    """One object.

    rle: COCO run-length encoding, as `Mask.rle`.
    bounds: x, y, width, height in pixels of the upright photo.
    area: number of pixels.
    score: the predicted IoU, 0…1.
    stability: see `Limits`.
    prompt: the point (x, y) or the box (x0, y0, x1, y1) that it answers.
    """

    rle: dict[str, Any]
    bounds: tuple[int, int, int, int]
    area: int
    score: float
    stability: float
    prompt: tuple[float, ...]


def everything(
    session: Session,
    *,
    points_per_side: int = 32,
    limits: Limits | None = None,
    two_rounds: bool = False,
    boxes: Iterable[Rectangle] | None = None,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> list[Region]:
    """The objects of the session's photo, best score first. The photo is encoded once.

    session: its own prompts are put aside meanwhile, and come back.
    points_per_side: of the grid.
    limits: None takes `own_limits`.
    two_rounds: ask a quarter as many points a side first, and leave out what their masks cover.
    boxes: of a detector, in pixels of the photo: asked instead of the grid.
    tick: is told how many prompts are done, and of how many.

    Raises InvalidArgumentError for numbers out of range, and what `Session.predict` raises.
    """
    if points_per_side < 1:
        raise InvalidArgumentError(f"a grid has one point a side at least, not {points_per_side}")
    limits = limits or own_limits(session.segmenter.bundle)
    asked = bool(session.prompts)
    if asked:
        session.clear()
    try:
        if boxes is not None:
            found = list(_answers(session, list(boxes), limits, tick, np.zeros((0, 0), bool)))
        else:
            found = _on_grid(session, points_per_side, two_rounds, limits, tick)
        return suppressed(found, limits.max_overlap)
    finally:
        if asked:
            session.undo()


def grid(width: int, height: int, side: int) -> list[tuple[float, float]]:
    """The centres of side×side equal cells of a photo, row by row, in its pixels."""
    xs = (np.arange(side) + 0.5) / side * width - 0.5
    ys = (np.arange(side) + 0.5) / side * height - 0.5
    return [(float(x), float(y)) for y in ys for x in xs]


def suppressed(regions: Iterable[Region], max_overlap: float) -> list[Region]:
    """Best score first; none whose rectangle overlaps that of a better one by more."""
    order = sorted(regions, key=lambda region: -region.score)
    corners = np.array([r.bounds for r in order], np.float64).reshape(-1, 4)
    corners[:, 2:] += corners[:, :2]
    sizes = (corners[:, 2:] - corners[:, :2]).prod(axis=1)
    kept: list[int] = []
    for index in range(len(order)):
        low = np.maximum(corners[kept, :2], corners[index, :2])
        high = np.minimum(corners[kept, 2:], corners[index, 2:])
        shared = (high - low).clip(0).prod(axis=1)
        if not (shared > max_overlap * (sizes[kept] + sizes[index] - shared)).any():
            kept.append(index)
    return [order[index] for index in kept]


def stability(logits: npt.NDArray[np.float32]) -> float:
    """Share of what lies above −1 that lies above 1 as well; 0 where nothing does."""
    loose = int((logits > -1).sum())
    return int((logits > 1).sum()) / loose if loose else 0.0


def _on_grid(
    session: Session,
    side: int,
    two_rounds: bool,
    limits: Limits,
    tick: Callable[[int, int], None],
) -> list[Region]:
    fine = grid(session.width, session.height, side)
    none = np.zeros((0, 0), bool)
    if not two_rounds:
        return list(_answers(session, fine, limits, tick, none))
    coarse = grid(session.width, session.height, max(1, side // _COARSE))
    total = len(coarse) + len(fine)
    covered = np.zeros((session.height, session.width), bool)
    first = list(_answers(session, coarse, limits, lambda done, _: tick(done, total), covered))
    left = [(x, y) for x, y in fine if not covered[round(y), round(x)]]
    skipped = total - len(left)
    return first + list(
        _answers(session, left, limits, lambda done, _: tick(skipped + done, total), none)
    )


def _answers(
    session: Session,
    prompts: list[Any],
    limits: Limits,
    tick: Callable[[int, int], None],
    covered: npt.NDArray[np.bool_],
) -> Iterator[Region]:
    """What passes the limits, prompt by prompt; `covered`, if of the photo's size, is added to."""
    for done, prompt in enumerate(prompts, 1):
        (session.add_point if len(prompt) == 2 else session.set_box)(*prompt)
        try:
            mask = session.predict()
        finally:
            # Taken back and not cleared: what is cleared could be brought back, and is kept.
            session.undo()
        for region, pixels in _passing(session, mask, prompt, limits):
            if covered.size:
                covered |= pixels
            yield region
        tick(done, len(prompts))


def _passing(
    session: Session, mask: Mask, prompt: tuple[float, ...], limits: Limits
) -> Iterator[tuple[Region, npt.NDArray[np.bool_]]]:
    for candidate in mask.candidates:
        if candidate.score < limits.min_score:
            continue
        held = stability(_of_photo(session, candidate.logits))
        if held < limits.min_stability:
            continue
        one = mask.derive(candidate=candidate.index)
        if one.bounds is None or one.area < limits.min_area:
            continue
        region = Region(one.rle(), one.bounds, one.area, candidate.score, held, prompt)
        yield region, one.array


def _of_photo(session: Session, logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The part of the logits that the photo covers."""
    facts = session.segmenter.bundle.info
    size = (facts["input_width"], facts["input_height"])
    right, bottom = Letterbox((session.width, session.height), size).resized
    width = max(1, round(right * logits.shape[1] / size[0]))
    height = max(1, round(bottom * logits.shape[0] / size[1]))
    return logits[:height, :width]
