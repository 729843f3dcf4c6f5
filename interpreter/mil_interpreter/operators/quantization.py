"""Quantised activations: to whole numbers of a scale, and back."""

from __future__ import annotations

import numpy as np

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    integer,
    one_of,
)
from mil_interpreter.operators.registry import operator
from mil_interpreter.types import BY_NAME


# MIL calls the argument `input`.
@operator("quantize")
def quantize(
    input: Array,
    scale: Array,
    output_dtype: str,
    zero_point: Array | None = None,
    axis: Array | None = None,
) -> Array:
    """round(input / scale) + zero point, ties to even, limited to the type's range."""
    wanted = BY_NAME[one_of("output_dtype", output_dtype, ("int8", "uint8"))].numpy
    steps = np.rint(input / along(scale, input, axis))
    if zero_point is not None:
        steps = steps + along(zero_point, input, axis).astype(np.float32)
    if np.isnan(steps).any():
        raise BadArgumentError("a number that is none (NaN) was to be quantised")
    limits = np.iinfo(wanted)
    return np.clip(steps, limits.min, limits.max).astype(wanted)


@operator("dequantize")
def dequantize(
    input: Array, scale: Array, zero_point: Array | None = None, axis: Array | None = None
) -> Array:
    """scale·(input − zero point)."""
    steps = input.astype(np.float32)
    if zero_point is not None:
        steps = steps - along(zero_point, input, axis).astype(np.float32)
    return np.asarray(steps * along(scale, input, axis))


def along(values: Array, x: Array, axis: Array | None) -> Array:
    """Scales or zero points, shaped to be broadcast over x.

    Args:
        values: a scalar, or a vector with one element for each position along ``axis``.
        x: what they belong to.
        axis: which of its dimensions; None for a scalar.

    Raises:
        BadArgumentError: a vector without an axis, or one that does not fit it.
    """
    if values.ndim == 0:
        return values
    if axis is None or values.ndim != 1:
        raise BadArgumentError(
            f"scales of the shape {list(values.shape)} have no axis to lie along"
        )
    place = integer(axis) % x.ndim
    if values.size not in (1, x.shape[place]):
        raise BadArgumentError(
            f"{values.size} scales for {x.shape[place]} positions of axis {place}"
        )
    return values.reshape([-1 if at == place else 1 for at in range(x.ndim)])
