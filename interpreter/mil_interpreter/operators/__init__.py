"""MIL operators as functions of numpy arrays."""

from mil_interpreter.operators import (  # noqa: F401
    activation,
    compressed,
    convolution,
    elementwise,
    gathering,
    joining,
    matrix,
    normalization,
    pooling,
    quantization,
    reduction,
    resizing,
    shape,
)
from mil_interpreter.operators.registry import Operator, find, names

__all__ = ["Operator", "find", "names"]
