"""What candidate masks show of their own worth, with numpy and OpenCV: the core's traits again.

The core computes them for every score (runtime/core/src/mask/traits.cpp); this is for torch
weights, which have no session, and an independent oracle for the core's tests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from squeezesam_model.fitted import TRAITS

from squeezesam_train.evaluation.heat_maps import to_heat
from squeezesam_train.evaluation.letterbox import Letterbox
from squeezesam_train.evaluation.prompts import Prompts

Plane = NDArray[np.float32]
# Edges x0, y0, x1, y1 on the masks' plane, in its pixels.
PlaneBox = tuple[float, float, float, float]
_CLIP = 16.0


def traits_of(
    prompts: Prompts, masks: Plane, scores: Plane, heat: Plane | None, box: Letterbox
) -> NDArray[np.float64]:
    """Traits K×len(TRAITS) of masks K×h×w over the whole input of ``box``, as asked for.

    Args:
        prompts: in photo pixels.
        masks: logits.
        scores: K, what the network says.
        heat: h×w logits of the heat map where the masks lie; None without one.
        box: of the network's input.
    """
    rows, columns = masks.shape[1:]
    tall = math.ceil(box.height * rows / box.input_height)
    wide = math.ceil(box.width * columns / box.input_width)

    def on_plane(x: float, y: float) -> tuple[float, float]:
        x, y = box.point(x, y)
        return (x + 0.5) * columns / box.input_width, (y + 0.5) * rows / box.input_height

    given = None
    if prompts.box is not None:
        given = (*on_plane(*prompts.box[:2]), *on_plane(*prompts.box[2:]))
    clicks = [on_plane(click.x, click.y) for click in prompts.clicks if click.foreground]
    seen = None if heat is None else heat[:tall, :wide]
    return mask_traits(masks[:, :tall, :wide], scores, seen, given, clicks)


def mask_traits(
    logits: Plane, scores: Plane, heat: Plane | None = None, box: PlaneBox | None = None,
    clicks: Sequence[tuple[float, float]] = (),
) -> NDArray[np.float64]:  # fmt: skip
    """Traits K×len(TRAITS) of K candidates.

    Args:
        logits: K×h×w, where the photo covers the masks' plane.
        scores: K, what the network says.
        heat: h×w logits of the heat map there; None: its traits are 0.
        box: that was given; None: its trait is 0.
        clicks: x, y of the foreground clicks on the plane, as edges count.
    """
    inside = logits > 0
    ious = np.array([[_iou(one, two) for two in inside] for one in inside])
    rows = []
    for k, mask in enumerate(inside):
        others = np.delete(ious[k], k)
        rivals = np.delete(scores, k)
        found = _of_logits(logits[k], mask) | _of_shape(mask, box, clicks)
        found |= {
            "score": float(scores[k]),
            "lead": float(scores[k]) - float(rivals.max()) if len(rivals) else 0.0,
            "mean_score": float(scores.astype(np.float64).mean()),
            "agreement": others.mean() if len(others) else 1.0,
            "least_agreement": others.min() if len(others) else 1.0,
            "most_agreement": others.max() if len(others) else 1.0,
            "heat_inside": 0.0 if heat is None else _mean(to_heat(heat)[mask]) / 255,
            "heat_stability": 0.0 if heat is None else _stability(heat, 1),
        }
        rows.append([found[name] for name in TRAITS])
    return np.array(rows, np.float64)


def _iou(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> float:
    either = int((one | two).sum())
    return float((one & two).sum() / either) if either else 1.0


def _mean(values: NDArray[np.uint8] | NDArray[np.float64]) -> float:
    return float(values.mean(dtype=np.float64)) if values.size else 0.0


def _stability(logits: Plane, least: float) -> float:
    return float((logits > least).sum() / max(int((logits > -least).sum()), 1))


def _of_logits(logits: Plane, mask: NDArray[np.bool_]) -> dict[str, float]:
    probability = to_heat(logits)
    clipped = np.clip(logits, -_CLIP, _CLIP).astype(np.float64)
    area = max(int(mask.sum()), 1)
    return {
        "stability_1": _stability(logits, 1),
        "stability_2": _stability(logits, 2),
        "stability_4": _stability(logits, 4),
        "area": float(np.sqrt(area / mask.size)),
        "inside": _mean(probability[mask]) / 255,
        "leak": min(float(probability[~mask].sum(dtype=np.int64)) / area / 255, 1.0),
        "logit_inside": _mean(clipped[mask]),
        "logit_outside": _mean(clipped[~mask]),
    }


def _of_shape(
    mask: NDArray[np.bool_], box: PlaneBox | None, clicks: Sequence[tuple[float, float]]
) -> dict[str, float]:
    area = max(int(mask.sum()), 1)
    byte = mask.astype(np.uint8)
    # What lies beside the photo is no outside.
    eroded = cv2.erode(
        byte, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=1
    )  # type: ignore[call-overload]
    contour = max(int((mask & (eroded == 0)).sum()), 1)
    border = int(mask[0].sum() + mask[-1].sum() + mask[:, 0].sum() + mask[:, -1].sum())
    pieces = cv2.connectedComponentsWithStats(byte, connectivity=8)[2][1:, cv2.CC_STAT_AREA]
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    own = (
        (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        if len(rows)
        else (0, 0, 0, 0)
    )
    return {
        "border": min(border / contour, 1.0),
        "roundness": min(contour / float(np.sqrt(area)), 16.0),
        "fill": int(mask.sum()) / max((own[2] - own[0]) * (own[3] - own[1]), 1),
        "largest": int(pieces.max()) / area if len(pieces) else 0.0,
        "box_iou": 0.0 if box is None else _box_iou(own, box),
        "click_spread": _spread(own, clicks) if len(clicks) > 1 else 0.0,
    }


def _spread(own: tuple[int, int, int, int], clicks: Sequence[tuple[float, float]]) -> float:
    sides = np.ptp(np.floor(clicks), axis=0) + 1
    both = own[2] - own[0] + own[3] - own[1]
    return min(float(sides.sum()) / both, 4.0) if both else 0.0


def _box_iou(own: tuple[int, int, int, int], box: PlaneBox) -> float:
    across = min(own[2], box[2]) - max(own[0], box[0])
    down = min(own[3], box[3]) - max(own[1], box[1])
    both = max(across, 0.0) * max(down, 0.0)
    either = (own[2] - own[0]) * (own[3] - own[1]) + (box[2] - box[0]) * (box[3] - box[1]) - both
    return both / either if either > 0 else 0.0
