"""Matrix products and attention; fp16 programs accumulate in fp32.

By torch where it can be: numpy's own threads and torch's take the processor from each other.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    flag,
    several,
    tensor,
)
from mil_interpreter.operators.registry import operator


@operator("linear")
def linear(x: Array, weight: Array, bias: Array | None = None) -> Array:
    """x (…×K) times the transposed weight (M×K), plus bias."""
    added = None if bias is None else tensor(bias)
    return np.asarray(F.linear(tensor(x), tensor(weight), added).numpy())


@operator("matmul")
def matmul(
    x: Array,
    y: Array,
    transpose_x: Array | bool = False,
    transpose_y: Array | bool = False,
) -> Array:
    """Product of the last two dimensions, the others broadcast; vectors as numpy takes them."""
    left = np.swapaxes(x, -1, -2) if flag(transpose_x) and x.ndim > 1 else x
    right = np.swapaxes(y, -1, -2) if flag(transpose_y) and y.ndim > 1 else y
    return np.asarray(torch.matmul(tensor(left), tensor(right)).numpy())


@operator("einsum")
def einsum(values: tuple[Array, ...], equation: str) -> Array:
    """Sum of products as the equation says: of one tensor, or of two by a product of matrices.

    numpy would go through every combination of all letters, also of those that one tensor alone
    has and the output has not: so these are summed out first, and it takes as long as a matmul.
    """
    given = several(values)
    terms, arrow, output = equation.replace(" ", "").partition("->")
    if not arrow:
        raise BadArgumentError(f"the equation '{equation}' names no output")
    parts = terms.split(",")
    named = all(one.isascii() and one.isalpha() for one in "".join([*parts, output]))
    once = len(set(output)) == len(output)
    if not (named and once and len(parts) == len(given) <= 2):
        raise BadArgumentError(f"the equation '{equation}' is not one of two tensors")
    if len(given) == 1:
        return np.asarray(np.einsum(f"{terms}->{output}", *given))
    (left, a), (right, b) = _stretched(parts, given)
    left, a = _summed(left, a, right + output)
    right, b = _summed(right, b, left + output)
    batch = [letter for letter in left if letter in right and letter in output]
    inner = [letter for letter in left if letter in right and letter not in output]
    rows = [letter for letter in left if letter not in right]
    columns = [letter for letter in right if letter not in left]
    order = [*batch, *rows, *columns]
    if set(order) != set(output):
        raise BadArgumentError(f"the equation '{equation}' makes more than it reads")
    x, y = _ordered(left, a, batch, rows, inner), _ordered(right, b, batch, inner, columns)
    made = torch.matmul(tensor(x), tensor(y)).numpy()
    sizes = {**dict(zip(right, b.shape, strict=True)), **dict(zip(left, a.shape, strict=True))}
    whole = made.reshape([sizes[letter] for letter in order])
    return np.asarray(whole.transpose([order.index(letter) for letter in output]))


def _stretched(parts: list[str], given: tuple[Array, ...]) -> list[tuple[str, Array]]:
    """A dimension of one that stands for as many as the other tensor's has none of its letter."""
    sizes: dict[str, int] = {}
    for part, value in zip(parts, given, strict=True):
        for letter, size in zip(part, value.shape, strict=True):
            if size != sizes.setdefault(letter, size) and 1 not in (size, sizes[letter]):
                raise BadArgumentError(f"{letter} is both {sizes[letter]} and {size}")
            sizes[letter] = size if sizes[letter] == 1 else sizes[letter]
    return [_without_ones(part, value, sizes) for part, value in zip(parts, given, strict=True)]


def _without_ones(part: str, value: Array, sizes: dict[str, int]) -> tuple[str, Array]:
    ones = [at for at, letter in enumerate(part) if value.shape[at] == 1 != sizes[letter]]
    kept = "".join(letter for at, letter in enumerate(part) if at not in ones)
    return kept, np.squeeze(value, tuple(ones))


def _summed(part: str, value: Array, needed: str) -> tuple[str, Array]:
    """Each letter once, and only those that are needed."""
    kept = "".join(letter for letter in dict.fromkeys(part) if letter in needed)
    return kept, value if kept == part else np.einsum(f"{part}->{kept}", value)


def _ordered(part: str, value: Array, *groups: list[str]) -> Array:
    """Its dimensions in three groups, each of them one dimension."""
    sizes = dict(zip(part, value.shape, strict=True))
    turned = value.transpose([part.index(letter) for group in groups for letter in group])
    return turned.reshape([math.prod(sizes[one] for one in group) for group in groups])


@operator("scaled_dot_product_attention")
def scaled_dot_product_attention(
    query: Array, key: Array, value: Array, attn_mask: Array | None = None
) -> Array:
    """softmax(query·keyᵀ / √E + mask)·value; a boolean mask says what takes part."""
    scores = np.matmul(query, np.swapaxes(key, -1, -2)) / np.float32(math.sqrt(query.shape[-1]))
    if attn_mask is not None:
        keep = attn_mask.dtype == np.bool_
        scores = np.where(attn_mask, scores, -np.inf) if keep else scores + attn_mask
    weights = torch.softmax(tensor(np.asarray(scores, np.float32)), -1).numpy()
    return np.asarray(np.matmul(weights, value))
