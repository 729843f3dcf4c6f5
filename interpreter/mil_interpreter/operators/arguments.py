"""Arguments of operators as Python values, and fp16 as fp32 and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mil_interpreter.types import MOST_DIMENSIONS

Array = NDArray[Any]


class BadArgumentError(ValueError):
    """An argument with a value that the operator's definition does not have."""


def integers(value: Array, most: int = MOST_DIMENSIONS) -> tuple[int, ...]:
    """A vector of integers, one for each dimension unless ``most`` says otherwise.

    Raises:
        BadArgumentError: there are more; as Python's own, they would take many times their bytes.
    """
    array = np.asarray(value)
    if array.size > most:
        raise BadArgumentError(f"{array.size} numbers are given where {most} at most have a place")
    return tuple(int(number) for number in array.reshape(-1))


def shape_sizes(value: Array) -> tuple[int, ...]:
    """A shape: a size for each dimension, none of them negative (BadArgumentError)."""
    sizes = integers(value)
    if min(sizes, default=0) < 0:
        raise BadArgumentError(f"of the sizes {list(sizes)} one is negative")
    return sizes


def integer(value: Array | int) -> int:
    """A single integer."""
    return int(np.asarray(value).reshape(()))


def number(value: Array | float) -> float:
    """A single number."""
    return float(np.asarray(value).reshape(()))


def flag(value: Array | bool) -> bool:
    """A single truth value."""
    return bool(np.asarray(value).reshape(()))


def flags(value: Array | None, count: int) -> tuple[bool, ...]:
    """A vector of ``count`` truth values (BadArgumentError); None stands for all false."""
    if value is None:
        return (False,) * count
    if np.size(value) != count:
        raise BadArgumentError(f"{np.size(value)} truth values are given for {count} dimensions")
    return tuple(bool(one) for one in np.asarray(value).reshape(-1))


def several(values: Any) -> tuple[Array, ...]:
    """A list argument: one binding in the file stands for a list of one."""
    return values if isinstance(values, tuple) else (values,)


def one_of(name: str, value: str, known: Sequence[str]) -> str:
    """A text argument with few possible values (BadArgumentError for any other)."""
    if value not in known:
        raise BadArgumentError(f"{name} is '{value}', not one of {', '.join(known)}")
    return value


def wide(value: Any) -> Any:
    """fp16 as fp32, exactly; anything else (and each of a tuple) as it is."""
    if isinstance(value, tuple):
        return tuple(wide(one) for one in value)
    if isinstance(value, np.ndarray) and value.dtype == np.float16:
        # torch converts several times faster than numpy.
        return tensor(value).float().numpy()
    return value


def narrow(value: Array) -> Array:
    """fp32 rounded to the nearest fp16, ties to even; what is too large becomes infinite."""
    return np.asarray(tensor(value).half().numpy())


def tensor(value: Array) -> torch.Tensor:
    """An array as a torch tensor, without a copy where that can be."""
    return torch.from_numpy(np.require(value, requirements=["C", "W"]))
