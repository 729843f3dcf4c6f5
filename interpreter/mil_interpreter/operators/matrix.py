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
    """Sum of products as the equation says."""
    if "->" not in equation:
        raise BadArgumentError(f"the equation '{equation}' names no output")
    return np.asarray(np.einsum(equation, *several(values), optimize=True))


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
