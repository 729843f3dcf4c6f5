"""Pools: maximum, mean and L2 norm of windows, in one to three dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    flag,
    integers,
    tensor,
)
from mil_interpreter.operators.registry import operator
from mil_interpreter.operators.windows import (
    Padding,
    ones_or,
    padding,
    torch_order,
)

_MAXIMUM: dict[int, Any] = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
_MEAN: dict[int, Any] = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}


@operator("max_pool")
def max_pool(
    x: Array,
    kernel_sizes: Array,
    pad_type: str,
    strides: Array | None = None,
    pad: Array | None = None,
    ceil_mode: Array | bool = False,
) -> Array:
    """Maximum of each window; padding never wins."""
    kernel, steps, pairs, beyond = windows(x, kernel_sizes, strides, pad_type, pad, ceil_mode)
    values = _around(tensor(x), _both(pairs, beyond), -np.inf)
    return np.asarray(_MAXIMUM[len(kernel)](values, kernel, steps).numpy())


@operator("avg_pool")
def avg_pool(
    x: Array,
    kernel_sizes: Array,
    pad_type: str,
    strides: Array | None = None,
    pad: Array | None = None,
    exclude_padding_from_average: Array | bool = False,
    ceil_mode: Array | bool = False,
) -> Array:
    """Mean of each window; padding counts as zeros, or not at all where it is excluded.

    What lies beyond the padding (windows that ``ceil_mode`` adds) never counts.
    """
    kernel, steps, pairs, beyond = windows(x, kernel_sizes, strides, pad_type, pad, ceil_mode)
    counted = torch.ones(1, 1, *x.shape[2:])
    counted = _around(counted, pairs, 0.0 if flag(exclude_padding_from_average) else 1.0)
    counts = _MEAN[len(kernel)](_around(counted, beyond, 0.0), kernel, steps)
    means = _MEAN[len(kernel)](_around(tensor(x), _both(pairs, beyond), 0.0), kernel, steps)
    return np.asarray((means / counts).numpy())


@operator("l2_pool")
def l2_pool(
    x: Array,
    kernel_sizes: Array,
    pad_type: str,
    strides: Array | None = None,
    pad: Array | None = None,
    ceil_mode: Array | bool = False,
) -> Array:
    """Square root of the sum of squares of each window."""
    kernel, steps, pairs, beyond = windows(x, kernel_sizes, strides, pad_type, pad, ceil_mode)
    squares = _around(tensor(x).square(), _both(pairs, beyond), 0.0)
    sums = _MEAN[len(kernel)](squares, kernel, steps) * float(np.prod(kernel))
    return np.asarray(sums.sqrt().numpy())


def windows(
    x: Array,
    kernel_sizes: Array,
    strides: Array | None,
    pad_type: str,
    pad: Array | None,
    ceil_mode: Array | bool,
) -> tuple[tuple[int, ...], tuple[int, ...], Padding, Padding]:
    """Kernel, strides, padding, and what ``ceil_mode`` adds beyond it."""
    kernel = integers(kernel_sizes)
    if x.ndim != len(kernel) + 2 or len(kernel) not in _MAXIMUM:
        raise BadArgumentError(f"a window of {list(kernel)} does not fit {x.ndim} dimensions")
    steps = ones_or(strides, len(kernel))
    pairs = padding(pad_type, pad, x.shape[2:], kernel, steps)
    if not flag(ceil_mode):
        return kernel, steps, pairs, [(0, 0)] * len(kernel)
    if pad_type in ("same", "same_lower") or any(a != b for a, b in pairs):
        raise BadArgumentError("ceil_mode goes with even padding on both sides only")
    sizes = zip(x.shape[2:], pairs, kernel, steps, strict=True)
    return kernel, steps, pairs, [(0, _excess(*size)) for size in sizes]


def _excess(size: int, pair: tuple[int, int], kernel: int, stride: int) -> int:
    """Elements that the last window of ``ceil_mode`` reaches beyond the padding."""
    padded = size + sum(pair)
    outputs = -(-(padded - kernel) // stride) + 1
    # A window must not begin behind the input and its first padding.
    if (outputs - 1) * stride >= size + pair[0] and sum(pair) > 0:
        outputs -= 1
    return max(0, (outputs - 1) * stride + kernel - padded)


def _both(first: Padding, second: Padding) -> Padding:
    return [(a + c, b + d) for (a, b), (c, d) in zip(first, second, strict=True)]


def _around(values: torch.Tensor, pairs: Padding, value: float) -> torch.Tensor:
    if not any(map(any, pairs)):
        return values
    return F.pad(values, torch_order(pairs), value=value)
