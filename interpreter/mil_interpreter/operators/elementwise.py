"""Operators that work element by element, with numpy's broadcasting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    number,
    one_of,
    tensor,
)
from mil_interpreter.operators.registry import operator
from mil_interpreter.types import BY_NAME


def _erf(x: Array) -> Array:
    return np.asarray(torch.erf(tensor(x)).numpy())


_UNARY: dict[str, Callable[[Array], Array]] = {
    "abs": np.abs, "acos": np.arccos, "asin": np.arcsin, "atan": np.arctan, "atanh": np.arctanh,
    "ceil": np.ceil, "cos": np.cos, "cosh": np.cosh, "erf": _erf, "exp": np.exp, "exp2": np.exp2,
    "floor": np.floor, "round": np.rint, "sign": np.sign, "sin": np.sin, "sinh": np.sinh,
    "sqrt": np.sqrt, "square": np.square, "tan": np.tan, "tanh": np.tanh,
    "logical_not": np.logical_not,
}  # fmt: skip
_BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "maximum": np.maximum,
    "minimum": np.minimum, "pow": np.power, "mod": np.mod, "floor_div": np.floor_divide,
    "equal": np.equal, "not_equal": np.not_equal, "greater": np.greater,
    "greater_equal": np.greater_equal, "less": np.less, "less_equal": np.less_equal,
    "logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor,
}  # fmt: skip
_CASTS = ("fp16", "fp32", "int32", "int16", "uint16", "int8", "uint8", "bool")


def _enter_unary(name: str, function: Callable[[Array], Array]) -> None:
    @operator(name)
    def apply(x: Array) -> Array:
        return function(x)


def _enter_binary(name: str, function: Callable[[Array, Array], Array]) -> None:
    @operator(name)
    def apply(x: Array, y: Array) -> Array:
        return function(x, y)


for _name, _unary in _UNARY.items():
    _enter_unary(_name, _unary)
for _name, _binary in _BINARY.items():
    _enter_binary(_name, _binary)


@operator("real_div")
def real_div(x: Array, y: Array) -> Array:
    """x / y of floating-point numbers."""
    if x.dtype.kind != "f" or y.dtype.kind != "f":
        raise BadArgumentError("real_div of integers is not defined the same way everywhere")
    return np.divide(x, y)


@operator("clip")
def clip(x: Array, alpha: Array, beta: Array) -> Array:
    """x limited to alpha…beta."""
    return np.asarray(np.minimum(np.maximum(x, alpha), beta))


@operator("threshold")
def threshold(x: Array, alpha: Array) -> Array:
    """x, but at least alpha."""
    return np.maximum(x, alpha)


@operator("inverse")
def inverse(x: Array, epsilon: Array | float = 1e-4) -> Array:
    """1 / (x + epsilon)."""
    return np.reciprocal(x + np.float32(number(epsilon)))


@operator("log")
def log(x: Array, epsilon: Array | float = 1e-45) -> Array:
    """Natural logarithm of x + epsilon."""
    return np.log(x + np.float32(number(epsilon)))


@operator("rsqrt")
def rsqrt(x: Array, epsilon: Array | float = 1e-12) -> Array:
    """1 / sqrt(x + epsilon)."""
    return np.asarray(np.reciprocal(np.sqrt(x + np.float32(number(epsilon)))))


@operator("select", widen=False)
def select(cond: Array, a: Array, b: Array) -> Array:
    """a where cond, else b."""
    return np.where(cond, a, b)


@operator("cast", widen=False)
def cast(x: Array, dtype: str) -> Array:
    """x in another type: to fp16 rounded to the nearest, to integers towards zero."""
    wanted = BY_NAME[one_of("dtype", dtype, _CASTS)].numpy
    if wanted.kind in "iu":
        # Outside the range (and for NaN) processors differ: better no result than one of them.
        whole = np.trunc(x) if x.dtype.kind == "f" else x
        limits = np.iinfo(wanted)
        if x.size and not (whole.min() >= limits.min and whole.max() <= limits.max):
            raise BadArgumentError(f"numbers to be cast lie outside the range of {dtype}")
    return x.astype(wanted)
