"""Element types of MIL, and the shapes and types that a program declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mil_interpreter.errors import PackageError


@dataclass(frozen=True)
class ElementType:
    """One of MIL's element types.

    Attributes:
        name: as MIL's text form writes it.
        numpy: what elements are held in (types below one byte: in whole bytes).
        bits: of one element in a weight file.
        immediate: the field of a ``TensorValue`` that holds it inside the program.
    """

    name: str
    numpy: np.dtype[Any]
    bits: int
    immediate: str


def _element(name: str, numpy: type, bits: int, immediate: str) -> ElementType:
    return ElementType(name, np.dtype(numpy), bits, immediate)


# Core ML takes five dimensions; numpy and torch take these too, whatever their product is.
MOST_DIMENSIONS = 16
_LARGEST_SIZE = 1 << 40

STRING = _element("string", np.object_, 0, "strings")
# By their number in MIL's DataType. What is missing (bfloat16, fp8) no host program can compute.
ELEMENT_TYPES = {
    1: _element("bool", np.bool_, 8, "bools"),
    2: STRING,
    10: _element("fp16", np.float16, 16, "bytes"),
    11: _element("fp32", np.float32, 32, "floats"),
    12: _element("fp64", np.float64, 64, "doubles"),
    21: _element("int8", np.int8, 8, "bytes"),
    22: _element("int16", np.int16, 16, "ints"),
    23: _element("int32", np.int32, 32, "ints"),
    24: _element("int64", np.int64, 64, "longInts"),
    25: _element("int4", np.int8, 4, "bytes"),
    31: _element("uint8", np.uint8, 8, "bytes"),
    32: _element("uint16", np.uint16, 16, "ints"),
    33: _element("uint32", np.uint32, 32, "bytes"),
    34: _element("uint64", np.uint64, 64, "longInts"),
    35: _element("uint4", np.uint8, 4, "bytes"),
    36: _element("uint2", np.uint8, 2, "bytes"),
    37: _element("uint1", np.uint8, 1, "bytes"),
    38: _element("uint6", np.uint8, 6, "bytes"),
    39: _element("uint3", np.uint8, 3, "bytes"),
}
BY_NAME = {element.name: element for element in ELEMENT_TYPES.values()}


@dataclass(frozen=True)
class TensorType:
    """Declared element type and shape of a value; a size of None is only known at run time."""

    element: ElementType
    shape: tuple[int | None, ...]

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of ``shape`` is one of these."""
        return len(shape) == len(self.shape) and all(
            declared in (None, size) for declared, size in zip(self.shape, shape, strict=True)
        )

    def __str__(self) -> str:
        sizes = "×".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.element.name}[{sizes}]"


def tensor_type(value_type: Any, name: str) -> TensorType:
    """Read a ``ValueType``.

    Args:
        value_type: the protobuf message.
        name: of the value, for the error.

    Raises:
        PackageError: it is no tensor, or of an element type that is not known here.
    """
    kind = value_type.WhichOneof("type")
    if kind != "tensorType":
        raise PackageError(f"the value {name} is a {kind or 'value without a type'}, not a tensor")
    tensor = value_type.tensorType
    element = ELEMENT_TYPES.get(tensor.dataType)
    if element is None:
        raise PackageError(f"the value {name} has the unknown element type {tensor.dataType}")
    if len(tensor.dimensions) > MOST_DIMENSIONS:
        raise PackageError(f"the value {name} has {len(tensor.dimensions)} dimensions")
    if tensor.rank != len(tensor.dimensions):
        raise PackageError(
            f"the value {name} says rank {tensor.rank} and has {len(tensor.dimensions)} dimensions"
        )
    return TensorType(element, tuple(_size(dimension, name) for dimension in tensor.dimensions))


def _size(dimension: Any, name: str) -> int | None:
    if dimension.WhichOneof("dimension") == "constant":
        size = int(dimension.constant.size)
        if size > _LARGEST_SIZE:
            raise PackageError(f"the value {name} has a dimension of {size}")
        return size
    if dimension.unknown.variadic:
        raise PackageError(f"the value {name} has no fixed number of dimensions")
    return None
