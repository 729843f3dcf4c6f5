"""Convolution and transposed convolution in one to three dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    integer,
    integers,
    one_of,
    tensor,
)
from mil_interpreter.operators.registry import operator
from mil_interpreter.operators.windows import (
    Padding,
    custom_padding,
    extents,
    ones_or,
    padding,
    torch_order,
)

_FORWARD: dict[int, Any] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
_TRANSPOSED: dict[int, Any] = {
    1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d
}  # fmt: skip


@operator("conv")
def conv(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    strides: Array | None = None,
    pad_type: str = "valid",
    pad: Array | None = None,
    dilations: Array | None = None,
    groups: Array | int = 1,
) -> Array:
    """Cross-correlation of x (N×C×…) with weight (M×C/groups×…)."""
    dimensions = _dimensions(x)
    steps, spread = ones_or(strides, dimensions), ones_or(dilations, dimensions)
    kernel = extents(weight.shape[2:], spread)
    pairs = padding(pad_type, pad, x.shape[2:], kernel, steps)
    values, around = tensor(x), [before for before, _ in pairs]
    if any(before != after for before, after in pairs):
        values, around = F.pad(values, torch_order(pairs)), [0] * dimensions
    out = _FORWARD[dimensions](
        values, tensor(weight), _bias(bias), steps, around, spread, integer(groups)
    )
    return np.asarray(out.numpy())


@operator("conv_transpose")
def conv_transpose(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    pad: Array | None = None,
    output_shape: Array | None = None,
    pad_type: str = "valid",
    strides: Array | None = None,
    dilations: Array | None = None,
    groups: Array | int = 1,
) -> Array:
    """Transposed convolution of x (N×C×…) with weight (C×M/groups×…).

    The whole result is made first, and then the part that ``pad_type`` and ``output_shape`` name is
    cut out of it; beyond its end there is nothing but the bias.
    """
    dimensions = _dimensions(x)
    steps, spread = ones_or(strides, dimensions), ones_or(dilations, dimensions)
    kernel = extents(weight.shape[2:], spread)
    made = _TRANSPOSED[dimensions](
        tensor(x), tensor(weight), None, steps, 0, 0, integer(groups), spread
    )
    wanted = None if output_shape is None else integers(output_shape)[2:]
    starts, sizes = cut(x.shape[2:], kernel, steps, pad_type, pad, wanted)
    beyond = [
        (0, max(0, start + size - have))
        for start, size, have in zip(starts, sizes, made.shape[2:], strict=True)
    ]
    made = F.pad(made, torch_order(beyond))
    for axis, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        made = made.narrow(axis + 2, start, size)
    if bias is not None:
        made = made + tensor(bias).reshape(1, -1, *(1,) * dimensions)
    return np.asarray(made.contiguous().numpy())


def whole(sizes: tuple[int, ...], kernel: list[int], strides: tuple[int, ...]) -> list[int]:
    """Size of the whole result of a transposed convolution."""
    return [(n - 1) * s + k for n, s, k in zip(sizes, strides, kernel, strict=True)]


def cut(
    sizes: tuple[int, ...],
    kernel: list[int],
    strides: tuple[int, ...],
    pad_type: str,
    pad: Array | None,
    wanted: tuple[int, ...] | None,
) -> tuple[list[int], list[int]]:
    """First element and size of the part of the whole result that is kept."""
    one_of("pad_type", pad_type, ("valid", "custom", "same"))
    full = whole(sizes, kernel, strides)
    if pad_type == "same":
        out = list(wanted or [n * s for n, s in zip(sizes, strides, strict=True)])
        pairs: Padding = [
            (max(0, f - o) // 2, max(0, f - o) - max(0, f - o) // 2)
            for f, o in zip(full, out, strict=True)
        ]
    else:
        pairs = custom_padding(pad if pad_type == "custom" else None, len(sizes))
        out = list(wanted or [f - sum(pair) for f, pair in zip(full, pairs, strict=True)])
    if min(out) < 1:
        raise BadArgumentError(f"the output would have the size {out}")
    return [before for before, _ in pairs], out


def _dimensions(x: Array) -> int:
    if not 3 <= x.ndim <= 5:
        raise BadArgumentError(f"x has {x.ndim} dimensions, not 3 to 5")
    return x.ndim - 2


def _bias(bias: Array | None) -> torch.Tensor | None:
    return None if bias is None else tensor(bias)
