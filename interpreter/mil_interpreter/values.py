"""Values that stand in the program itself or in its weight file."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mil_interpreter.blob import BlobFile, known_shape, unpack
from mil_interpreter.errors import PackageError
from mil_interpreter.memory import Budget, MemoryLimitError
from mil_interpreter.types import STRING, TensorType, tensor_type

Array = NDArray[Any]
Value = Array | str
"""A tensor in its declared element type, or a string."""

Weights = Callable[[str], BlobFile]
"""Opens a weight file by the name that the program gives it."""


def read_value(value: Any, name: str, weights: Weights, budget: Budget) -> Value:
    """The content of a ``Value`` message.

    Args:
        value: the protobuf message.
        name: of the value, for errors.
        weights: opens its weight file.
        budget: takes its size before it is read.

    Raises:
        PackageError: type, number of elements or place do not fit, the kind is not known, or it
            takes more memory than there may be.
    """
    kind = tensor_type(value.type, name)
    place = value.WhichOneof("value")
    count = math.prod(known_shape(kind, f"the constant {name}: its numbers"))
    try:
        budget.take(count * kind.element.numpy.itemsize)
    except MemoryLimitError as error:
        raise PackageError(f"the constant {name} is {kind}: {error}") from error
    if place == "blobFileValue":
        blob = value.blobFileValue
        return weights(blob.fileName).read(blob.offset, kind)
    if place != "immediateValue" or value.immediateValue.WhichOneof("value") != "tensor":
        raise PackageError(f"the constant {name} has no value that can be read")
    return _immediate(value.immediateValue.tensor, kind, name)


def _immediate(tensor: Any, kind: TensorType, name: str) -> Value:
    field = tensor.WhichOneof("value")
    shape = known_shape(kind, f"the constant {name}: its numbers")
    count = math.prod(shape)
    if field is None and count == 0:
        return np.empty(shape, kind.element.numpy)
    if field != kind.element.immediate:
        raise PackageError(f"the constant {name} is {kind} and holds {field}")
    found = getattr(tensor, field).values
    if kind.element is STRING:
        return _text(found, shape, name)
    try:
        array = _elements(found, kind, count)
    except OverflowError as error:
        raise PackageError(f"the constant {name} is {kind} and holds a larger number") from error
    if array.size != count:
        raise PackageError(f"the constant {name} is {kind} and has {array.size} elements")
    return array.reshape(shape)


def _text(found: Any, shape: tuple[int, ...], name: str) -> str:
    if shape != () or len(found) != 1:
        raise PackageError(f"the constant {name} is a list of texts, which nothing here takes")
    return str(found[0])


def _elements(found: Any, kind: TensorType, count: int) -> Array:
    element = kind.element
    if element.immediate != "bytes":
        return np.array(found, element.numpy)
    if element.bits < 8:
        if len(found) != -(-count * element.bits // 8):
            return np.empty(0, element.numpy)
        packed = np.frombuffer(found, np.uint8)
        return unpack(packed, element.bits, count, element.name == "int4")
    if len(found) * 8 != count * element.bits:
        return np.empty(0, element.numpy)
    stored = np.frombuffer(found, element.numpy.newbyteorder("<"))
    return stored.astype(element.numpy, copy=False)
