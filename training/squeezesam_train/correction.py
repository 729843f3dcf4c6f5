"""Simulated correction: a further click where the current mask is wrong (RITM's rule).

Source: Sofiiuk et al., "Reviving Iterative Training with Mask Guidance": the next click goes to the
point of the error that lies deepest inside it.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from squeezesam_model.points import BACKGROUND, FOREGROUND, PADDING
from torch import Tensor


def deepest_error(
    mask: NDArray[np.bool_], target: NDArray[np.bool_], valid: NDArray[np.bool_]
) -> tuple[int, int, int] | None:
    """(x, y, label) of the next click, or None where the mask is right.

    All three arrays are H×W; pixels that are not valid are never clicked.
    """
    best: tuple[float, int, int, int] | None = None
    for error, label in (
        (target & ~mask & valid, FOREGROUND),
        (mask & ~target & valid, BACKGROUND),
    ):
        padded = np.pad(error, 1).astype(np.uint8)
        depth = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
        y, x = divmod(int(depth.argmax()), error.shape[1])
        if depth[y, x] > 0 and (best is None or depth[y, x] > best[0]):
            best = (float(depth[y, x]), x, y, label)
    return None if best is None else best[1:]


def add_corrections(
    points: Tensor, labels: Tensor, logits: Tensor, target: Tensor, valid: Tensor, stride: int = 4
) -> tuple[Tensor, Tensor]:
    """Add one click per sample at the deepest error of its mask (sought on the CPU).

    Args:
        points: B×N×2 input pixels.
        labels: B×N, −1 where free; a sample without a free place stays as it is.
        logits: B×h×w of the current masks.
        target: B×h×w in 0…1.
        valid: B×h×w, 0 where ignored.
        stride: input pixels per mask pixel.
    """
    device = points.device
    points, labels = points.cpu().clone(), labels.cpu().clone()
    masks = (logits > 0).cpu().numpy()
    wanted = (target > 0.5).cpu().numpy()
    scored = (valid > 0).cpu().numpy()
    for row in range(len(points)):
        free = torch.nonzero(labels[row] == PADDING)
        click = deepest_error(masks[row], wanted[row], scored[row])
        if click is None or len(free) == 0:
            continue
        x, y, label = click
        slot = int(free[0])
        points[row, slot] = torch.tensor([x, y]) * stride + (stride - 1) / 2
        labels[row, slot] = label
    return points.to(device), labels.to(device)
