"""Every object of a photo: prompts on a grid, what is doubtful left out, what is the same once.

The protocol is that of SAM's automatic mask generator (Kirillov et al., "Segment Anything",
appendix B): a point at a time, all candidates, those of a low predicted IoU and those whose outline
depends on the threshold left out, then non-maximum suppression of the rectangles round them. The
two rounds are those of Shu et al., "TinySAM": a coarse grid first, and of the fine one the points
that no mask of it covers. All of it is the core's (`ssam_session_everything`), the same for the
command `ssam everything`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _core
from .bundle import ModelBundle
from .errors import InvalidArgumentError
from .segmenter import Session

Rectangle = tuple[float, float, float, float]
_SAM = _core.everything_defaults(None)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is kept of all that the network proposes.

    min_score: least predicted IoU, 0…1.
    min_stability: least share of the mask that stays when its threshold is raised from −1 to 1.
    max_overlap: of two rectangles whose IoU is higher, the one with the lower score goes.
    min_area: least number of photo pixels.
    """

    min_score: float = _SAM["min_score"]
    min_stability: float = _SAM["min_stability"]
    max_overlap: float = _SAM["max_overlap"]
    min_area: int = _SAM["min_area"]

    def __post_init__(self) -> None:
        for name in ("min_score", "min_stability", "max_overlap"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidArgumentError(f"{name} is {getattr(self, name)}, not between 0 and 1")


def own_limits(bundle: ModelBundle) -> Limits:
    """What suits a bundle's network: SAM's numbers, or lower ones for ours.

    Ours predicts an IoU of 0.8 at most and softer edges: SAM's numbers would leave nothing of it.
    """
    own = _core.everything_defaults(bundle.core)
    return Limits(own["min_score"], own["min_stability"], own["max_overlap"], own["min_area"])


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

    session: its own prompts stay as they are; `Session.cancel` stops the search.
    points_per_side: of the grid.
    limits: None takes `own_limits`.
    two_rounds: ask a quarter as many points a side first, and leave out what their masks cover.
    boxes: of a detector, in pixels of the photo: asked instead of the grid.
    tick: is told how many prompts are done, and of how many.

    Raises InvalidArgumentError for numbers out of range, PromptError for a box that is empty,
    inverted or outside the photo, and what `Session.predict` and `tick` raise.
    """
    limits = limits or own_limits(session.segmenter.bundle)
    found = _core.everything(
        session._core,
        points_per_side,
        two_rounds,
        limits.min_score,
        limits.min_stability,
        limits.max_overlap,
        limits.min_area,
        None if boxes is None else [tuple(box) for box in boxes] or np.zeros((0, 4)),
        tick,
    )
    size = [session.height, session.width]
    return [
        Region({"size": size, "counts": counts}, bounds, area, score, stability, prompt)
        for counts, bounds, area, score, stability, prompt in found
    ]
