"""Operators that make one tensor of several, or a larger one of one."""

from __future__ import annotations

import numpy as np

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    flag,
    integer,
    integers,
    one_of,
    several,
    shape_sizes,
)
from mil_interpreter.operators.registry import operator
from mil_interpreter.types import MOST_DIMENSIONS

_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge"}


@operator("concat", widen=False)
def concat(values: tuple[Array, ...], axis: Array, interleave: Array | bool = False) -> Array:
    """Tensors one after the other along an axis; interleaved, element by element in turns."""
    parts, along = several(values), integer(axis)
    if not flag(interleave):
        return np.concatenate(parts, along)
    along %= parts[0].ndim
    turns = np.stack(parts, along + 1)
    sizes = list(parts[0].shape)
    sizes[along] *= len(parts)
    return turns.reshape(sizes)


@operator("stack", widen=False)
def stack(values: tuple[Array, ...], axis: Array) -> Array:
    """Tensors along a new axis."""
    return np.stack(several(values), integer(axis))


@operator("pad", widen=False)
def pad(x: Array, pad: Array, mode: str = "constant", constant_val: Array | float = 0.0) -> Array:
    """More elements around the last dimensions; ``pad`` has two sizes for each, in their order."""
    sizes = integers(pad, 2 * MOST_DIMENSIONS)
    one_of("mode", mode, tuple(_MODES))
    if len(sizes) % 2 or len(sizes) > 2 * x.ndim or min(sizes, default=0) < 0:
        raise BadArgumentError(f"pad is {list(sizes)} for {x.ndim} dimensions")
    pairs = [(0, 0)] * (x.ndim - len(sizes) // 2)
    pairs += list(zip(sizes[::2], sizes[1::2], strict=True))
    if mode != "constant":
        return np.pad(x, pairs, _MODES[mode])  # type: ignore[call-overload, no-any-return]
    return np.pad(x, pairs, constant_values=np.asarray(constant_val, x.dtype).reshape(()))


@operator("fill", widen=False)
def fill(shape: Array, value: Array | float = 0.0) -> Array:
    """A tensor of one value."""
    one = np.asarray(value) if isinstance(value, np.ndarray) else np.float32(value)
    return np.full(shape_sizes(shape), one, one.dtype)


@operator("fill_like", widen=False)
def fill_like(ref_tensor: Array, value: Array | float = 0.0) -> Array:
    """A tensor of one value in another's shape."""
    return fill(np.array(ref_tensor.shape), value)


@operator("range_1d")
def range_1d(end: Array, start: Array, step: Array) -> Array:
    """start, start + step, … before end."""
    return np.arange(start.reshape(()), end.reshape(()), step.reshape(()), start.dtype)


@operator("one_hot", widen=False)
def one_hot(
    indices: Array,
    one_hot_vector_size: Array,
    axis: Array | int = -1,
    on_value: Array | int = 1,
    off_value: Array | int = 0,
) -> Array:
    """on_value where the position along a new axis is the index, off_value elsewhere."""
    size, along = integer(one_hot_vector_size), integer(axis)
    on, off = (_int32(value) for value in (on_value, off_value))
    hit = np.expand_dims(indices, -1) == np.arange(size)
    return np.moveaxis(np.where(hit, on, off), -1, along)


def _int32(value: Array | int) -> Array:
    return value if isinstance(value, np.ndarray) else np.array(value, np.int32)
