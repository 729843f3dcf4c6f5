"""Elements picked by index, and sums and orders along an axis."""

from __future__ import annotations

import numpy as np

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    flag,
    integer,
    one_of,
)
from mil_interpreter.operators.registry import operator
from mil_interpreter.types import BY_NAME


@operator("gather", widen=False)
def gather(
    x: Array,
    indices: Array,
    axis: Array | int = 0,
    batch_dims: Array | int = 0,
    validate_indices: Array | bool = False,
) -> Array:
    """Slices of x along an axis; the first ``batch_dims`` dimensions go in step."""
    along, batch = integer(axis) % x.ndim, integer(batch_dims)
    _inside(indices, x.shape[along], flag(validate_indices))
    if along < batch:
        raise BadArgumentError(f"axis {along} is one of {batch} batch dimensions")
    if batch == 0:
        return np.asarray(np.take(x, indices, along))
    # The axis comes next to the batches, and what was picked goes to where it was.
    picked = np.moveaxis(x, along, batch)[(*_in_step(x, indices, batch, indices.ndim), indices)]
    new = indices.ndim - batch
    return np.asarray(np.moveaxis(picked, range(batch, batch + new), range(along, along + new)))


@operator("gather_along_axis", widen=False)
def gather_along_axis(
    x: Array,
    indices: Array,
    axis: Array | int = 0,
    validate_indices: Array | bool = False,
) -> Array:
    """Single elements: the index stands in place of the coordinate along the axis."""
    along = integer(axis)
    _inside(indices, x.shape[along], flag(validate_indices))
    return np.take_along_axis(x, indices.astype(np.int64), along)


@operator("gather_nd", widen=False)
def gather_nd(
    x: Array,
    indices: Array,
    batch_dims: Array | int = 0,
    validate_indices: Array | bool = False,
) -> Array:
    """Slices of x at whole coordinates, which stand in the last dimension of ``indices``."""
    batch, depth = integer(batch_dims), indices.shape[-1]
    for at in range(depth):
        _inside(indices[..., at], x.shape[batch + at], flag(validate_indices))
    steps = _in_step(x, indices, batch, indices.ndim - 1)
    picked = np.asarray(x[(*steps, *np.moveaxis(indices, -1, 0))])
    return picked.reshape((*indices.shape[:-1], *x.shape[batch + depth :]))


def _in_step(x: Array, indices: Array, batch: int, rank: int) -> list[Array]:
    """The positions of the batch dimensions, as indices that broadcast over ``rank`` dimensions."""
    if not 0 <= batch <= rank or x.shape[:batch] != indices.shape[:batch]:
        raise BadArgumentError(
            f"{batch} dimensions of {list(x.shape)} and {list(indices.shape)} do not go in step"
        )
    grid = np.indices(x.shape[:batch], sparse=True) if batch else ()
    return [one.reshape(one.shape + (1,) * (rank - batch)) for one in grid]


def _inside(indices: Array, size: int, strict: bool) -> None:
    """Refuse indices outside; negative ones count from the end unless the program forbids it."""
    least = 0 if strict else -size
    if indices.dtype.kind not in "iu":
        raise BadArgumentError(f"indices are whole numbers, not {indices.dtype}")
    if indices.size and not (indices.min() >= least and indices.max() < size):
        raise BadArgumentError(f"an index lies outside {least}…{size - 1}")


@operator("cumsum")
def cumsum(
    x: Array,
    axis: Array | int = 0,
    exclusive: Array | bool = False,
    reverse: Array | bool = False,
) -> Array:
    """Running sums along an axis; exclusive ones leave out the element itself."""
    along = integer(axis)
    turned = np.flip(x, along) if flag(reverse) else x
    sums = np.cumsum(turned, along, x.dtype)
    if flag(exclusive):
        sums = sums - turned
    return np.flip(sums, along) if flag(reverse) else sums


@operator("argsort")
def argsort(x: Array, axis: Array | int = -1, ascending: Array | bool = False) -> Array:
    """Positions in the order of the values."""
    ordered = np.argsort(x if flag(ascending) else -x, integer(axis), kind="stable")
    return ordered.astype(np.int32)


@operator("topk")
def topk(
    x: Array,
    k: Array | int = 1,
    axis: Array | int = -1,
    ascending: Array | bool = False,
    sort: Array | bool = True,
    return_indices: Array | bool = True,
    output_indices_dtype: str = "int32",
) -> tuple[Array, ...]:
    """The k largest values (smallest if ascending), and their positions.

    They come in order even where ``sort`` does not ask for it: any order would do there.
    """
    del sort
    one_of("output_indices_dtype", output_indices_dtype, ("int32", "uint16"))
    along = integer(axis)
    if not 0 <= integer(k) <= x.shape[along]:
        raise BadArgumentError(f"{integer(k)} of {x.shape[along]} elements were asked for")
    places = np.take(argsort(x, along, ascending), np.arange(integer(k)), along)
    values = np.take_along_axis(x, places, along)
    if not flag(return_indices):
        return (values,)
    return values, places.astype(BY_NAME[output_indices_dtype].numpy)


@operator("band_part", widen=False)
def band_part(x: Array, lower: Array | int = -1, upper: Array | int = -1) -> Array:
    """Zeros outside a band around the diagonal of the last two dimensions; −1 has no bound."""
    below, above = integer(lower), integer(upper)
    rows, columns = np.indices(x.shape[-2:], sparse=True)
    keep = ((below < 0) | (rows - columns <= below)) & ((above < 0) | (columns - rows <= above))
    return np.where(keep, x, np.zeros((), x.dtype))
