"""Mask scores: IoU and boundary IoU, both without the pixels labelled 255 (ignore)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

# Width of the boundary band as a share of the photo's diagonal (Cheng et al. for COCO and LVIS).
BOUNDARY_SHARE = 0.02


def iou(mask: Mask, target: Mask, ignore: Mask | None = None) -> float:
    """Intersection over union of two H×W bool masks, 0…1; two empty masks agree: 1.

    Args:
        mask: the prediction.
        target: the truth.
        ignore: H×W bool, pixels that count neither way.
    """
    union = mask | target
    common = mask & target
    if ignore is not None:
        union &= ~ignore
        common &= ~ignore
    size = np.count_nonzero(union)
    return float(np.count_nonzero(common) / size) if size else 1.0


def boundary_band(mask: Mask, width: int) -> Mask:
    """Pixels of ``mask`` at most ``width`` steps (8-neighbourhood) from its edge, H×W bool.

    The photo's border is an edge as well, as in the authors' evaluation.
    """
    padded = np.pad(mask, 1).astype(np.uint8)
    kernel = np.ones((3, 3), np.uint8)
    inner = cv2.erode(padded, kernel, iterations=width)[1:-1, 1:-1]
    return np.asarray(mask & (inner == 0))


def boundary_iou(mask: Mask, target: Mask, ignore: Mask | None = None) -> float:
    """IoU of the bands inside the two contours, 0…1.

    The band is 2 % of the photo's diagonal wide, at least one pixel. Ignored pixels are taken out
    of both bands after these were drawn, so that they move neither contour.

    Source: Cheng et al., "Boundary IoU: Improving Object-Centric Image Segmentation Evaluation",
    CVPR 2021.
    """
    width = max(1, round(BOUNDARY_SHARE * float(np.hypot(*mask.shape))))
    return iou(boundary_band(mask, width), boundary_band(target, width), ignore)
