"""Normalisations; mean and variance in fp32 whatever the program's type."""

from __future__ import annotations

import numpy as np

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    integers,
    number,
)
from mil_interpreter.operators.registry import operator


@operator("batch_norm")
def batch_norm(
    x: Array,
    mean: Array,
    variance: Array,
    gamma: Array | None = None,
    beta: Array | None = None,
    epsilon: Array | float = 1e-5,
) -> Array:
    """Each channel (dimension 1) with given mean and variance."""
    scale = 1 / np.sqrt(variance + np.float32(number(epsilon)))
    if gamma is not None:
        scale = scale * gamma
    out = (x - _by_channel(mean, x)) * _by_channel(scale, x)
    return np.asarray(out if beta is None else out + _by_channel(beta, x))


@operator("instance_norm")
def instance_norm(
    x: Array,
    gamma: Array | None = None,
    beta: Array | None = None,
    epsilon: Array | float = 1e-5,
) -> Array:
    """Each channel of each sample with its own mean and variance."""
    out = _normalised(x, tuple(range(2, x.ndim)), epsilon)
    if gamma is not None:
        out = out * _by_channel(gamma, x)
    return np.asarray(out if beta is None else out + _by_channel(beta, x))


@operator("layer_norm")
def layer_norm(
    x: Array,
    axes: Array | None = None,
    gamma: Array | None = None,
    beta: Array | None = None,
    epsilon: Array | float = 1e-5,
) -> Array:
    """Mean and variance over ``axes`` (all without any); gamma and beta have those axes' shape."""
    chosen = range(x.ndim) if axes is None else [axis % x.ndim for axis in integers(axes)]
    shape = [size if axis in chosen else 1 for axis, size in enumerate(x.shape)]
    out = _normalised(x, tuple(chosen), epsilon)
    if gamma is not None:
        out = out * np.reshape(gamma, shape)
    return np.asarray(out if beta is None else out + np.reshape(beta, shape))


@operator("l2_norm")
def l2_norm(x: Array, epsilon: Array | float = 1e-6) -> Array:
    """Divided by the root of the sum of squares of the last three dimensions."""
    if x.ndim < 3:
        raise BadArgumentError(f"x has {x.ndim} dimensions; three at least are normalised")
    squares = np.sum(np.square(x), axis=(-3, -2, -1), keepdims=True)
    return np.asarray(x / np.sqrt(squares + np.float32(number(epsilon))))


def _normalised(x: Array, axes: tuple[int, ...], epsilon: Array | float) -> Array:
    centred = x - x.mean(axes, keepdims=True)
    variance = np.mean(np.square(centred), axes, keepdims=True)
    return np.asarray(centred / np.sqrt(variance + np.float32(number(epsilon))))


def _by_channel(values: Array, x: Array) -> Array:
    if values.size not in (1, x.shape[1]):
        raise BadArgumentError(f"{values.size} values for {x.shape[1]} channels")
    return np.reshape(values, (-1, *(1,) * (x.ndim - 2)))
