"""Activation functions."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from mil_interpreter.operators.arguments import (
    Array,
    integer,
    number,
    one_of,
    tensor,
)
from mil_interpreter.operators.registry import operator


@operator("relu")
def relu(x: Array) -> Array:
    """max(x, 0)."""
    return np.maximum(x, 0)


@operator("relu6")
def relu6(x: Array) -> Array:
    """x limited to 0…6."""
    return np.asarray(np.minimum(np.maximum(x, 0), 6))


@operator("clamped_relu")
def clamped_relu(x: Array, alpha: Array, beta: Array) -> Array:
    """x (alpha·x below 0), at most beta."""
    sloped = np.where(x >= 0, x, x * np.float32(number(alpha)))
    return np.asarray(np.minimum(sloped, np.float32(number(beta))))


@operator("leaky_relu")
def leaky_relu(x: Array, alpha: Array) -> Array:
    """x, below 0 alpha·x."""
    return np.where(x >= 0, x, x * np.float32(number(alpha)))


@operator("prelu")
def prelu(x: Array, alpha: Array) -> Array:
    """x, below 0 alpha·x with an alpha for each channel (dimension 1)."""
    slope = np.reshape(alpha, (-1, *(1,) * (x.ndim - 2)))
    return np.asarray(np.maximum(x, 0) + np.minimum(x, 0) * slope)


@operator("thresholded_relu")
def thresholded_relu(x: Array, alpha: Array) -> Array:
    """x where it reaches alpha, else 0."""
    return np.where(x >= number(alpha), x, np.zeros((), x.dtype))


@operator("elu")
def elu(x: Array, alpha: Array) -> Array:
    """x, below 0 alpha·(exp(x) − 1)."""
    return np.where(x >= 0, x, np.float32(number(alpha)) * np.expm1(np.minimum(x, 0)))


@operator("linear_activation")
def linear_activation(x: Array, alpha: Array, beta: Array) -> Array:
    """alpha·x + beta."""
    return np.asarray(x * np.float32(number(alpha)) + np.float32(number(beta)))


@operator("scaled_tanh")
def scaled_tanh(x: Array, alpha: Array, beta: Array) -> Array:
    """alpha·tanh(beta·x)."""
    return np.asarray(np.float32(number(alpha)) * np.tanh(x * np.float32(number(beta))))


@operator("sigmoid")
def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(−x))."""
    return np.asarray(torch.sigmoid(tensor(x)).numpy())


@operator("sigmoid_hard")
def sigmoid_hard(x: Array, alpha: Array, beta: Array) -> Array:
    """alpha·x + beta, limited to 0…1."""
    return np.clip(x * np.float32(number(alpha)) + np.float32(number(beta)), 0, 1)


@operator("silu")
def silu(x: Array) -> Array:
    """x·sigmoid(x)."""
    return np.asarray(F.silu(tensor(x)).numpy())


@operator("softplus")
def softplus(x: Array) -> Array:
    """log(1 + exp(x))."""
    return np.logaddexp(x, np.zeros((), x.dtype))


@operator("softsign")
def softsign(x: Array) -> Array:
    """x / (1 + |x|)."""
    return np.asarray(x / (1 + np.abs(x)))


@operator("gelu")
def gelu(x: Array, mode: str = "EXACT") -> Array:
    """x·Φ(x), or one of its two approximations."""
    one_of("mode", mode, ("EXACT", "TANH_APPROXIMATION", "SIGMOID_APPROXIMATION"))
    values = tensor(x)
    if mode == "SIGMOID_APPROXIMATION":
        return np.asarray((values * torch.sigmoid(1.702 * values)).numpy())
    approximate = "tanh" if mode == "TANH_APPROXIMATION" else "none"
    return np.asarray(F.gelu(values, approximate=approximate).numpy())


@operator("softmax")
def softmax(x: Array, axis: Array | int = -1) -> Array:
    """exp(x) divided by its sum along an axis."""
    return np.asarray(torch.softmax(tensor(x), integer(axis)).numpy())
