"""Early fusion: prompts drawn as planes at the network's input size (the contract of DESIGN.md)."""

from __future__ import annotations

import torch
from torch import Tensor

from squeezesam_model.points import BACKGROUND, BOX_BOTTOM_RIGHT, BOX_TOP_LEFT, FOREGROUND

# Radius of a click's disc at 512 pixels (the authors' published code).
CLICK_RADIUS_AT_512 = 5.0


def click_radius(height: int, width: int) -> float:
    """Radius of a click's disc in input pixels: 5 · max(height, width) / 512."""
    return CLICK_RADIUS_AT_512 * max(height, width) / 512


def prompt_planes(points: Tensor, labels: Tensor, height: int, width: int) -> Tensor:
    """Draw points and boxes.

    Args:
        points: B×N×2 float32, (x, y) in input pixels, pixel centres at integers.
        labels: B×N: 1 foreground, 0 background, 2 and 3 box corners, −1 padding.
        height: of the planes.
        width: of the planes.

    Returns:
        B×2×height×width float32. Channel 0: 1 inside the box, edges inclusive, and 1 everywhere
        without a box. Channel 1: +1 where a foreground disc covers the pixel, −1 where only
        background discs do, 0 elsewhere.
    """
    y = torch.arange(height, device=points.device, dtype=points.dtype)
    x = torch.arange(width, device=points.device, dtype=points.dtype)
    return torch.stack([_box_plane(points, labels, y, x), _click_plane(points, labels, y, x)], 1)


def _click_plane(points: Tensor, labels: Tensor, y: Tensor, x: Tensor) -> Tensor:
    radius = click_radius(len(y), len(x))
    plane = points.new_zeros(points.shape[0], len(y), len(x))
    for sign, label in ((-1.0, BACKGROUND), (1.0, FOREGROUND)):
        for row in range(points.shape[0]):
            chosen = points[row][labels[row] == label]
            if len(chosen):
                dx2 = (x[None] - chosen[:, :1]) ** 2
                dy2 = (y[None] - chosen[:, 1:]) ** 2
                covered = (dy2[:, :, None] + dx2[:, None, :] <= radius**2).any(0)
                plane[row] = torch.where(covered, plane.new_tensor(sign), plane[row])
    return plane


def _box_plane(points: Tensor, labels: Tensor, y: Tensor, x: Tensor) -> Tensor:
    plane = points.new_ones(points.shape[0], len(y), len(x))
    for row in range(points.shape[0]):
        first = points[row][labels[row] == BOX_TOP_LEFT]
        last = points[row][labels[row] == BOX_BOTTOM_RIGHT]
        if len(first) and len(last):
            inside_x = (x >= first[0, 0]) & (x <= last[0, 0])
            inside_y = (y >= first[0, 1]) & (y <= last[0, 1])
            plane[row] = (inside_y[:, None] & inside_x[None, :]).to(plane.dtype)
    return plane
