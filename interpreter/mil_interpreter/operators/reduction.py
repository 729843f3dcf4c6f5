"""Sums, means, extremes and norms over axes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    flag,
    integer,
    integers,
    one_of,
    tensor,
)
from mil_interpreter.operators.registry import operator
from mil_interpreter.types import BY_NAME

Axes = tuple[int, ...]


def _sum(x: Array, axes: Axes, keep: bool) -> Array:
    return np.asarray(np.sum(x, axes, x.dtype, keepdims=keep))


def _product(x: Array, axes: Axes, keep: bool) -> Array:
    return np.asarray(np.prod(x, axes, x.dtype, keepdims=keep))


def _mean(x: Array, axes: Axes, keep: bool) -> Array:
    if x.dtype.kind != "f":
        raise BadArgumentError("the mean of integers is not defined the same way everywhere")
    return np.asarray(np.mean(x, axes, keepdims=keep))


def _log_sum_exp(x: Array, axes: Axes, keep: bool) -> Array:
    return np.asarray(torch.logsumexp(tensor(x), axes, keep).numpy())


_REDUCTIONS: dict[str, Callable[[Array, Axes, bool], Array]] = {
    "reduce_sum": _sum,
    "reduce_prod": _product,
    "reduce_mean": _mean,
    "reduce_max": lambda x, axes, keep: np.asarray(np.max(x, axes, keepdims=keep)),
    "reduce_min": lambda x, axes, keep: np.asarray(np.min(x, axes, keepdims=keep)),
    "reduce_l1_norm": lambda x, axes, keep: _sum(np.abs(x), axes, keep),
    "reduce_l2_norm": lambda x, axes, keep: np.sqrt(_sum(np.square(x), axes, keep)),
    "reduce_sum_square": lambda x, axes, keep: _sum(np.square(x), axes, keep),
    "reduce_log_sum": lambda x, axes, keep: np.log(_sum(x, axes, keep)),
    "reduce_log_sum_exp": _log_sum_exp,
}


def _enter(name: str, function: Callable[[Array, Axes, bool], Array]) -> None:
    @operator(name)
    def apply(x: Array, axes: Array | None = None, keep_dims: Array | bool = False) -> Array:
        chosen = tuple(range(x.ndim)) if axes is None else integers(axes)
        return function(x, chosen, flag(keep_dims))


for _name, _reduction in _REDUCTIONS.items():
    _enter(_name, _reduction)


@operator("reduce_argmax")
def reduce_argmax(
    x: Array,
    axis: Array | int = -1,
    keep_dims: Array | bool = False,
    output_dtype: str = "int32",
) -> Array:
    """Position of the largest element, the first of equal ones."""
    return _position(np.argmax(x, integer(axis), keepdims=flag(keep_dims)), output_dtype)


@operator("reduce_argmin")
def reduce_argmin(
    x: Array,
    axis: Array | int = -1,
    keep_dims: Array | bool = False,
    output_dtype: str = "int32",
) -> Array:
    """Position of the smallest element, the first of equal ones."""
    return _position(np.argmin(x, integer(axis), keepdims=flag(keep_dims)), output_dtype)


def _position(found: Array, output_dtype: str) -> Array:
    one_of("output_dtype", output_dtype, ("int32", "uint16"))
    return np.asarray(found).astype(BY_NAME[output_dtype].numpy)
