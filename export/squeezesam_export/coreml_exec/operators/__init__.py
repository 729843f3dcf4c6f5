"""MIL operators as functions of numpy arrays."""

from squeezesam_export.coreml_exec.operators import (  # noqa: F401
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
from squeezesam_export.coreml_exec.operators.registry import Operator, find, names

__all__ = ["Operator", "find", "names"]
