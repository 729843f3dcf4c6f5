"""How many elements an operator makes, from its arguments alone and before it runs.

An upper bound: of its result, and of what it writes out in between (padded inputs, scores of an
attention). What is not in the table is element by element: no larger than its arguments broadcast
over each other.

A dimension of none counts as one: sums of nothing, masks and repetitions are made along the other
dimensions all the same, and numpy goes through these however little it finds there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from mil_interpreter.operators.arguments import (
    BadArgumentError,
    integer,
    integers,
    number,
    several,
    shape_sizes,
)
from mil_interpreter.operators.convolution import cut, whole
from mil_interpreter.operators.pooling import windows
from mil_interpreter.operators.windows import Padding, extents, ones_or, padding
from mil_interpreter.types import MOST_DIMENSIONS

Arguments = Mapping[str, Any]


def elements(name: str, arguments: Arguments) -> int:
    """Most elements that the operator ``name`` holds at once beside its arguments.

    Raises:
        ValueError, TypeError and others: arguments that the operator does not take.
    """
    rule = _RULES.get(name)
    return max(0, _broadcast(arguments) if rule is None else rule(arguments))


def outputs(name: str, arguments: Arguments) -> int | None:
    """How many tensors the operator makes, where an argument says it: before it makes them."""
    if name != "split":
        return None
    sizes, pieces = arguments.get("split_sizes"), arguments.get("num_splits")
    if sizes is not None:
        return int(np.size(sizes))
    return None if pieces is None else integer(pieces)


def _most(sizes: Iterable[int]) -> int:
    return math.prod(max(1, int(size)) for size in sizes)


def _broadcast(arguments: Arguments) -> int:
    shapes = [value.shape for value in arguments.values() if isinstance(value, np.ndarray)]
    rank = max(map(len, shapes), default=0)
    aligned = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    return _most(max(sizes) for sizes in zip(*aligned, strict=True))


def _conv(given: Arguments) -> int:
    x, weight = given["x"], given["weight"]
    count = x.ndim - 2
    steps = ones_or(given.get("strides"), count)
    kernel = extents(weight.shape[2:], ones_or(given.get("dilations"), count))
    kind = given.get("pad_type", "valid")
    pairs = padding(kind, given.get("pad"), x.shape[2:], kernel, steps)
    sizes = _padded(x.shape[2:], pairs)
    places = [max(0, n - k) // s + 1 for n, k, s in zip(sizes, kernel, steps, strict=True)]
    made = _most((x.shape[0], weight.shape[0], *places))
    return int(made + _most(x.shape[:2]) * _most(sizes))


def _conv_transpose(given: Arguments) -> int:
    x, weight = given["x"], given["weight"]
    count = x.ndim - 2
    steps = ones_or(given.get("strides"), count)
    kernel = extents(weight.shape[2:], ones_or(given.get("dilations"), count))
    wanted = given.get("output_shape")
    starts, sizes = cut(
        x.shape[2:], kernel, steps, given.get("pad_type", "valid"), given.get("pad"),
        None if wanted is None else integers(wanted)[2:],
    )  # fmt: skip
    full = whole(x.shape[2:], kernel, steps)
    reached = [max(f, a + n) for f, a, n in zip(full, starts, sizes, strict=True)]
    channels = weight.shape[1] * integer(given.get("groups", 1))
    return int(_most((x.shape[0], channels)) * (_most(full) + _most(reached)))


def _pool(given: Arguments) -> int:
    x = given["x"]
    _, _, pairs, beyond = windows(
        x, given["kernel_sizes"], given.get("strides"), given["pad_type"], given.get("pad"),
        given.get("ceil_mode", False),
    )  # fmt: skip
    sizes = _padded(_padded(x.shape[2:], pairs), beyond)
    return int(2 * _most(x.shape[:2]) * _most(sizes))


def _padded(sizes: Sequence[int], pairs: Padding) -> list[int]:
    return [size + sum(pair) for size, pair in zip(sizes, pairs, strict=True)]


def _pad(given: Arguments) -> int:
    x, flat = given["x"], integers(given["pad"], 2 * MOST_DIMENSIONS)
    pairs = list(zip(flat[::2], flat[1::2], strict=False))
    kept = x.ndim - len(pairs)
    return int(_most(x.shape[: max(0, kept)]) * _most(_padded(x.shape[kept:], pairs)))


def _attention(given: Arguments) -> int:
    query, key, value = given["query"], given["key"], given["value"]
    batch = _broadcast({"q": query[..., :1, :1], "k": key[..., :1, :1], "v": value[..., :1, :1]})
    scores = query.shape[-2] * key.shape[-2]
    mask = given.get("attn_mask")
    some = 0 if mask is None else _broadcast({"mask": mask, "query": query[..., :1]})
    return int(batch * (2 * scores + query.shape[-2] * value.shape[-1]) + some)


def _matmul(given: Arguments) -> int:
    x, y = given["x"], given["y"]
    flipped_x, flipped_y = (
        integer(given.get("transpose_x", 0)),
        integer(given.get("transpose_y", 0)),
    )
    rows = x.shape[-1 if flipped_x else -2] if x.ndim > 1 else 1
    columns = y.shape[-2 if flipped_y else -1] if y.ndim > 1 else 1
    batch = _most(_shape(x.shape[:-2], y.shape[:-2]))
    # torch writes out what it broadcasts.
    return int(batch * (rows * columns + _most(x.shape[-2:]) + _most(y.shape[-2:])))


def _shape(a: Sequence[int], b: Sequence[int]) -> list[int]:
    rank = max(len(a), len(b))
    long = [(1,) * (rank - len(one)) + tuple(one) for one in (a, b)]
    return [max(pair) for pair in zip(*long, strict=True)]


def _einsum(given: Arguments) -> int:
    values = several(given["values"])
    terms, _, output = given["equation"].replace(" ", "").partition("->")
    parts = terms.split(",")
    if len(values) > 2 or "." in terms or [len(p) for p in parts] != [v.ndim for v in values]:
        raise BadArgumentError(f"the equation '{given['equation']}' is not one of two tensors")
    sizes: dict[str, int] = {}
    for part, value in zip(parts, values, strict=True):
        for letter, size in zip(part, value.shape, strict=True):
            sizes[letter] = max(size, sizes.get(letter, 1))
    if not set(output) <= sizes.keys():
        raise BadArgumentError(f"the equation '{given['equation']}' makes more than it reads")
    return _most(sizes[letter] for letter in output) + sum(_most(value.shape) for value in values)


def _gather(given: Arguments) -> int:
    x, indices, batch = given["x"], given["indices"], integer(given.get("batch_dims", 0))
    along = integer(given.get("axis", 0)) % x.ndim
    together = _most(x.shape[:batch])
    others = _most(n for axis, n in enumerate(x.shape) if axis != along)
    return others * _most(indices.shape) // together + 2 * _most(indices.shape)


def _gather_nd(given: Arguments) -> int:
    x, indices, batch = given["x"], given["indices"], integer(given.get("batch_dims", 0))
    rest = _most(x.shape[batch + indices.shape[-1] :])
    return int(_most(indices.shape[:-1]) * rest + 2 * _most(indices.shape))


def _range(given: Arguments) -> int:
    start, end, step = (number(given[name]) for name in ("start", "end", "step"))
    return math.ceil((end - start) / step)


def _table(given: Arguments) -> int:
    indices, lut, shape = given["indices"], given["lut"], given.get("shape")
    if shape is not None:
        return 2 * _most(shape_sizes(shape))
    return int(2 * _most(indices.shape) * max(lut.shape[-1:], default=1))


def _sparse(given: Arguments) -> int:
    shape = given.get("shape")
    return int(2 * (_most(given["mask"].shape) if shape is None else _most(shape_sizes(shape))))


def _upsampled(given: Arguments) -> int:
    high, wide = (number(given.get(f"scale_factor_{side}", 1)) for side in ("height", "width"))
    size: float = _most(given["x"].shape) * max(1.0, high) * max(1.0, wide)
    return math.ceil(size)


def _like(name: str) -> Callable[[Arguments], int]:
    return lambda given: _most(given[name].shape)


_MOVED = [
    *("identity", "reshape", "transpose", "expand_dims", "squeeze", "slice_by_index"),
    *("slice_by_size", "split", "reverse", "shape", "flatten2d", "depth_to_space"),
    *("space_to_depth", "pixel_shuffle", "pixel_unshuffle", "crop", "softmax", "cumsum"),
    *("argsort", "topk", "band_part", "batch_norm", "instance_norm", "layer_norm", "l2_norm"),
    *("cast", "reduce_sum", "reduce_prod", "reduce_mean", "reduce_max", "reduce_min"),
    *("reduce_l1_norm", "reduce_l2_norm", "reduce_sum_square", "reduce_log_sum"),
    *("reduce_log_sum_exp", "reduce_argmax", "reduce_argmin"),
]

_RULES: dict[str, Callable[[Arguments], int]] = {
    **{name: _like("x") for name in _MOVED},
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    **dict.fromkeys(("max_pool", "avg_pool", "l2_pool"), _pool),
    "pad": _pad,
    "linear": lambda given: int(
        _most(given["x"].shape[:-1]) * given["weight"].shape[0] + _most(given["x"].shape)
    ),
    "matmul": _matmul,
    "einsum": _einsum,
    "scaled_dot_product_attention": _attention,
    "concat": lambda given: 2 * sum(_most(one.shape) for one in several(given["values"])),
    "stack": lambda given: sum(_most(one.shape) for one in several(given["values"])),
    "fill": lambda given: _most(shape_sizes(given["shape"])),
    "fill_like": _like("ref_tensor"),
    "range_1d": _range,
    "one_hot": lambda given: (
        2 * _most(given["indices"].shape) * integer(given["one_hot_vector_size"])
        + 2 * integer(given["one_hot_vector_size"])
    ),
    "tile": lambda given: _most(given["x"].shape) * _most(shape_sizes(given["reps"])),
    "gather": _gather,
    "gather_nd": _gather_nd,
    **dict.fromkeys(("upsample_nearest_neighbor", "upsample_bilinear"), _upsampled),
    "constexpr_lut_to_dense": _table,
    "constexpr_sparse_to_dense": _sparse,
    "constexpr_lut_to_sparse": lambda given: int(
        3 * _most(given["indices_mask"].shape) * max(given["lut"].shape[-1:], default=1)
    ),
    "constexpr_sparse_blockwise_shift_scale": lambda given: 2 * _most(given["data_mask"].shape),
}
