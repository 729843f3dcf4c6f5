"""Larger and smaller maps."""

from __future__ import annotations

import numpy as np
import torch.nn.functional as F

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    flag,
    integers,
    number,
    tensor,
)
from mil_interpreter.operators.registry import operator


@operator("upsample_nearest_neighbor", widen=False)
def upsample_nearest_neighbor(
    x: Array,
    scale_factor_height: Array | float = 1,
    scale_factor_width: Array | float = 1,
) -> Array:
    """Each pixel repeated; the factors must be whole."""
    factors = (number(scale_factor_height), number(scale_factor_width))
    if any(factor != int(factor) or factor < 1 for factor in factors):
        raise BadArgumentError(f"factors of {factors[0]:g} and {factors[1]:g} are not whole")
    return np.repeat(np.repeat(x, int(factors[0]), -2), int(factors[1]), -1)


@operator("upsample_bilinear")
def upsample_bilinear(
    x: Array,
    scale_factor_height: Array | float = 1,
    scale_factor_width: Array | float = 1,
    align_corners: Array | bool = True,
    half_pixel_centers: Array | None = None,
) -> Array:
    """Interpolated between pixels, whose corners or centres lie on each other's."""
    corners = flag(align_corners)
    if half_pixel_centers is not None and flag(half_pixel_centers) == corners:
        raise BadArgumentError("half_pixel_centers goes without align_corners, and only so")
    if x.ndim != 4:
        raise BadArgumentError(f"x has {x.ndim} dimensions, not 4")
    size = (
        int(x.shape[-2] * number(scale_factor_height)),
        int(x.shape[-1] * number(scale_factor_width)),
    )
    out = F.interpolate(tensor(x), size, mode="bilinear", align_corners=corners)
    return np.asarray(out.numpy())


@operator("crop", widen=False)
def crop(x: Array, crop_height: Array, crop_width: Array) -> Array:
    """Without rows at top and bottom and columns at left and right."""
    top, bottom = integers(crop_height)
    left, right = integers(crop_width)
    return x[..., top : x.shape[-2] - bottom, left : x.shape[-1] - right]
