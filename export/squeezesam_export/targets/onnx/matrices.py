"""Small storage for the weights of matrix products, which are multiplied in float32."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from squeezesam_export.targets.onnx.graph import attribute, constants, replace_nodes

# Smaller matrices stay as they are: their bytes do not matter.
_SMALLEST_MATRIX = 4096


def shrink_matrices(model: onnx.ModelProto) -> int:
    """Store the weights of MatMul and Gemm as int8 per column; returns how many.

    A quarter of the bytes, and no accuracy to speak of where activations are hard to quantise.
    Written as Cast and Mul, which ONNX Runtime folds into a float32 matrix at load. The standard's
    DequantizeLinear it keeps and turns into MatMulNBits, which rounds the activations to int8 at
    every run as well: less exact, and not faster here.
    """
    weights = constants(model)
    expanded: dict[str, str] = {}
    nodes: list[onnx.NodeProto] = []
    for node in model.graph.node:
        if node.op_type not in ("MatMul", "Gemm") or node.input[1] not in weights:
            continue
        tensor = weights[node.input[1]]
        if len(tensor.dims) != 2 or np.prod(tensor.dims) < _SMALLEST_MATRIX:
            continue
        if tensor.data_type != TensorProto.FLOAT:
            continue
        if tensor.name not in expanded:
            columns = 0 if attribute(node, "transB", 0) else 1
            expanded[tensor.name] = _store(model, tensor, columns, nodes)
        node.input[1] = expanded[tensor.name]
    replace_nodes(model, [*nodes, *model.graph.node])
    return len(expanded)


def _store(
    model: onnx.ModelProto, tensor: TensorProto, axis: int, nodes: list[onnx.NodeProto]
) -> str:
    """Add the rounded matrix and the operators that expand it; returns the float one's name."""
    values: NDArray[np.float32] = numpy_helper.to_array(tensor)
    scale = np.maximum(np.abs(values).max(axis=1 - axis, keepdims=True), 1e-12) / np.float32(127)
    rounded = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
    name = f"{tensor.name}_int8"
    for part, array in ((name, rounded), (f"{name}_scale", scale.astype(np.float32))):
        model.graph.initializer.append(numpy_helper.from_array(array, part))
    steps, whole = f"{name}_steps", f"{name}_float"
    nodes += [
        helper.make_node("Cast", [name], [steps], name=steps, to=TensorProto.FLOAT),
        helper.make_node("Mul", [steps, f"{name}_scale"], [whole], name=whole),
    ]
    return whole
