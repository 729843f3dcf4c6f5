"""Operators that give elements another place; their type does not matter."""

from __future__ import annotations

import numpy as np

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    flags,
    integer,
    integers,
    shape_sizes,
)
from mil_interpreter.operators.registry import operator


@operator("identity", widen=False)
def identity(x: Array) -> Array:
    """x."""
    return x


@operator("reshape", widen=False)
def reshape(x: Array, shape: Array) -> Array:
    """x in another shape; 0 keeps a dimension's size, one −1 takes what is left."""
    sizes = integers(shape)
    if 0 in sizes and x.size and len(sizes) != x.ndim:
        raise BadArgumentError(f"the shape {list(sizes)} keeps sizes and has another rank")
    kept = [x.shape[axis] if size == 0 and x.size else size for axis, size in enumerate(sizes)]
    return np.reshape(x, kept)


@operator("transpose", widen=False)
def transpose(x: Array, perm: Array) -> Array:
    """Dimensions in another order."""
    return np.transpose(x, integers(perm))


@operator("expand_dims", widen=False)
def expand_dims(x: Array, axes: Array) -> Array:
    """New dimensions of size 1, counted in the result."""
    return np.expand_dims(x, integers(axes))


@operator("squeeze", widen=False)
def squeeze(x: Array, axes: Array | None = None) -> Array:
    """Without dimensions of size 1: the named ones, or all."""
    return np.squeeze(x, None if axes is None else integers(axes))


@operator("slice_by_index", widen=False)
def slice_by_index(
    x: Array,
    begin: Array,
    end: Array,
    stride: Array | None = None,
    begin_mask: Array | None = None,
    end_mask: Array | None = None,
    squeeze_mask: Array | None = None,
) -> Array:
    """x[begin:end:stride] in each dimension, as numpy slices.

    A mask frees a begin or end, or takes the single element at begin and drops the dimension.
    """
    starts, stops = integers(begin), integers(end)
    steps = (1,) * x.ndim if stride is None else integers(stride)
    from_first, to_last = flags(begin_mask, x.ndim), flags(end_mask, x.ndim)
    single = flags(squeeze_mask, x.ndim)
    if {len(each) for each in (starts, stops, steps, from_first, to_last, single)} != {x.ndim}:
        raise BadArgumentError(f"begin, end, stride or a mask is not of length {x.ndim}")
    index: list[slice | int] = []
    for axis in range(x.ndim):
        first = None if from_first[axis] else starts[axis]
        if single[axis]:
            index.append(first or 0)
        else:
            index.append(slice(first, None if to_last[axis] else stops[axis], steps[axis]))
    return np.asarray(x[tuple(index)])


@operator("slice_by_size", widen=False)
def slice_by_size(x: Array, begin: Array, size: Array) -> Array:
    """So many elements from begin on; a size of −1 takes all to the end."""
    index = []
    for have, start, count in zip(x.shape, integers(begin), integers(size), strict=True):
        first = start % have if start < 0 else start
        last = have if count == -1 else first + count
        if last > have:
            raise BadArgumentError(f"elements {first} to {last} of {have} were asked for")
        index.append(slice(first, last))
    return np.asarray(x[tuple(index)])


@operator("split", widen=False)
def split(
    x: Array, axis: Array, num_splits: Array | None = None, split_sizes: Array | None = None
) -> tuple[Array, ...]:
    """Pieces of the given sizes along an axis, or as many equal ones."""
    along = integer(axis)
    if split_sizes is None and num_splits is None:
        raise BadArgumentError("neither num_splits nor split_sizes is given")
    if split_sizes is None:
        return tuple(np.split(x, integer(np.asarray(num_splits)), along))
    sizes = integers(split_sizes, split_sizes.size)
    if sum(sizes) != x.shape[along]:
        raise BadArgumentError(f"the sizes {list(sizes)} do not make {x.shape[along]}")
    return tuple(np.split(x, np.cumsum(sizes)[:-1], along))


@operator("tile", widen=False)
def tile(x: Array, reps: Array) -> Array:
    """x repeated in each dimension."""
    return np.tile(x, shape_sizes(reps))


@operator("reverse", widen=False)
def reverse(x: Array, axes: Array | None = None) -> Array:
    """Elements in reverse order along the axes, or along all."""
    return np.flip(x, None if axes is None else integers(axes))


@operator("shape", widen=False)
def shape(x: Array) -> Array:
    """The sizes of x as int32."""
    return np.array(x.shape, np.int32)


@operator("flatten2d", widen=False)
def flatten2d(x: Array, axis: Array | int = 1) -> Array:
    """A matrix: dimensions before the axis as rows, the others as columns."""
    rows = int(np.prod(x.shape[: integer(axis)], dtype=np.int64))
    return np.reshape(x, (rows, -1))


@operator("depth_to_space", widen=False)
def depth_to_space(x: Array, block_size: Array) -> Array:
    """Channels into blocks of b×b pixels; the block's position varies slowest in the channel."""
    n, c, h, w = x.shape
    b = integer(block_size)
    blocks = x.reshape(n, b, b, c // b**2, h, w).transpose(0, 3, 4, 1, 5, 2)
    return blocks.reshape(n, c // b**2, h * b, w * b)


@operator("space_to_depth", widen=False)
def space_to_depth(x: Array, block_size: Array) -> Array:
    """The inverse of depth_to_space."""
    n, c, h, w = x.shape
    b = integer(block_size)
    blocks = x.reshape(n, c, h // b, b, w // b, b).transpose(0, 3, 5, 1, 2, 4)
    return blocks.reshape(n, c * b**2, h // b, w // b)


@operator("pixel_shuffle", widen=False)
def pixel_shuffle(x: Array, upscale_factor: Array) -> Array:
    """Channels into blocks of b×b pixels; the block's position varies fastest in the channel."""
    n, c, h, w = x.shape
    b = integer(upscale_factor)
    blocks = x.reshape(n, c // b**2, b, b, h, w).transpose(0, 1, 4, 2, 5, 3)
    return blocks.reshape(n, c // b**2, h * b, w * b)


@operator("pixel_unshuffle", widen=False)
def pixel_unshuffle(x: Array, downscale_factor: Array) -> Array:
    """The inverse of pixel_shuffle."""
    n, c, h, w = x.shape
    b = integer(downscale_factor)
    blocks = x.reshape(n, c, h // b, b, w // b, b).transpose(0, 1, 3, 5, 2, 4)
    return blocks.reshape(n, c * b**2, h // b, w // b)
