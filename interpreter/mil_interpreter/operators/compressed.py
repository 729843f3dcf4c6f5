"""Constants that are stored smaller than they are: `constexpr_…`.

Two generations share names: from iOS 16 packed bytes with a shape of their own, from iOS 18 typed
tensors (types below one byte, blocks of scales, vectors in tables). Their arguments tell them
apart.
"""

from __future__ import annotations

import numpy as np

from mil_interpreter.blob import unpack
from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    integer,
    one_of,
    shape_sizes,
)
from mil_interpreter.operators.quantization import dequantize
from mil_interpreter.operators.registry import operator
from mil_interpreter.types import BY_NAME


@operator("constexpr_affine_dequantize")
def affine_dequantize(quantized_data: Array, zero_point: Array, scale: Array, axis: Array) -> Array:
    """scale·(data − zero point), each a scalar or a vector along an axis."""
    return dequantize(quantized_data, scale, zero_point, axis)


@operator("constexpr_blockwise_shift_scale")
def blockwise_shift_scale(data: Array, scale: Array, offset: Array | None = None) -> Array:
    """scale·(data − offset), each repeated over the block of data that it is for."""
    steps = data.astype(np.float32)
    if offset is not None:
        steps = steps - _over_blocks(offset, data.shape).astype(np.float32)
    return np.asarray(steps * _over_blocks(scale, data.shape))


@operator("constexpr_cast", widen=False)
def constant_cast(source_val: Array, output_dtype: str) -> Array:
    """fp16 numbers that are used as fp32."""
    return source_val.astype(BY_NAME[one_of("output_dtype", output_dtype, ("fp32",))].numpy)


@operator("constexpr_lut_to_dense", widen=False)
def lut_to_dense(
    indices: Array,
    lut: Array,
    shape: Array | None = None,
    vector_axis: Array | None = None,
) -> Array:
    """Entries of a table: of one table by packed indices, or of a table for each block."""
    if shape is None:
        return _from_tables(indices, lut, vector_axis)
    bits, sizes = int(lut.size).bit_length() - 1, shape_sizes(shape)
    count = int(np.prod(sizes, dtype=np.int64))
    if lut.size != 1 << bits or indices.size != -(-count * bits // 8):
        raise BadArgumentError(f"{indices.size} bytes of indices for a table of {lut.size}")
    return np.asarray(lut[unpack(indices, bits, count)]).reshape(sizes)


@operator("constexpr_sparse_to_dense", widen=False)
def sparse_to_dense(nonzero_data: Array, mask: Array, shape: Array | None = None) -> Array:
    """Numbers in the places that a mask of bits marks, zeros elsewhere."""
    marks = mask
    if shape is not None:
        sizes = shape_sizes(shape)
        count = int(np.prod(sizes, dtype=np.int64))
        if mask.size != -(-count // 8):
            raise BadArgumentError(f"a mask of {mask.size} bytes for {count} numbers")
        marks = unpack(mask, 1, count).reshape(sizes)
    if np.count_nonzero(marks) != nonzero_data.size:
        raise BadArgumentError(
            f"the mask has {np.count_nonzero(marks)} places for {nonzero_data.size} numbers"
        )
    dense = np.zeros(marks.shape, nonzero_data.dtype)
    dense[marks != 0] = nonzero_data.reshape(-1)
    return dense


@operator("constexpr_lut_to_sparse", widen=False)
def lut_to_sparse(
    indices_mask: Array,
    indices_nonzero_data: Array,
    lut: Array,
    vector_axis: Array | None = None,
) -> tuple[Array, Array]:
    """Mask and numbers of a sparse tensor whose numbers come from tables."""
    dense = _from_tables(sparse_to_dense(indices_nonzero_data, indices_mask), lut, vector_axis)
    marks = indices_mask
    if vector_axis is not None:
        marks = np.repeat(marks, lut.shape[-1], integer(vector_axis))
    return marks, dense[marks != 0]


@operator("constexpr_sparse_blockwise_shift_scale")
def sparse_blockwise_shift_scale(
    data_mask: Array, nonzero_data: Array, scale: Array, offset: Array | None = None
) -> tuple[Array, Array]:
    """Mask and numbers of a sparse tensor whose numbers are scaled block by block."""
    dense = blockwise_shift_scale(sparse_to_dense(nonzero_data, data_mask), scale, offset)
    return data_mask, dense[data_mask != 0]


def _over_blocks(values: Array, shape: tuple[int, ...]) -> Array:
    """Each value repeated over its block, so that the result has ``shape``."""
    if values.ndim != len(shape):
        raise BadArgumentError(f"blocks of the shape {list(values.shape)} in data of {list(shape)}")
    for axis, (size, count) in enumerate(zip(shape, values.shape, strict=True)):
        if count == 0 or size % count:
            raise BadArgumentError(f"{count} blocks cannot share {size} positions of axis {axis}")
        values = np.repeat(values, size // count, axis)
    return values


def _from_tables(indices: Array, lut: Array, vector_axis: Array | None) -> Array:
    """Each index replaced by the entry (a number or a vector) of its block's table."""
    if lut.ndim != indices.ndim + 2:
        raise BadArgumentError(f"tables of {list(lut.shape)} for indices of {list(indices.shape)}")
    entries, length = lut.shape[-2:]
    if indices.size and int(indices.max()) >= entries:
        raise BadArgumentError(f"an index lies outside a table of {entries}")
    # Which table is whose, rather than a table for each element: those would not fit in memory.
    tables = np.arange(lut.size // (entries * length), dtype=np.int32).reshape(lut.shape[:-2])
    flat = lut.reshape(-1, entries, length)
    picked = flat[_over_blocks(tables, indices.shape), indices]
    if length == 1:
        return picked[..., 0]
    if vector_axis is None:
        raise BadArgumentError("a table of vectors needs a vector_axis")
    axis = integer(vector_axis) % indices.ndim
    sizes = list(indices.shape)
    sizes[axis] *= length
    return np.moveaxis(picked, -1, axis + 1).reshape(sizes)
