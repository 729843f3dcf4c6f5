"""The int8 ONNX export as it was before its graph was rewritten, for measurements in pairs.

Torch's graph with transposed convolutions as plain ones, no other rewrite; ReLU6, residual sums and
raised maps outside int8; stored matrices as the standard's DequantizeLinear. Numbers of weights are
rounded as today, so that a pair shows what the graph does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from squeezesam_export.targets.onnx import lowering
from squeezesam_export.targets.onnx.convolutions import transposed_to_plain
from squeezesam_export.targets.onnx.graph import attribute, constants, replace_nodes

_OPERATORS = ("Conv", "Relu", "MaxPool", "Concat", "DepthToSpace")
_SMALLEST_MATRIX = 4096


@contextmanager
def former_graph() -> Iterator[None]:
    """Within it the ONNX target lowers as it did."""
    with mock.patch.multiple(
        lowering,
        rewrite=transposed_to_plain,
        rewrite_for_int8=lambda model: None,
        OPERATORS=_OPERATORS,
        kept_in_float=stem_and_tokens,
        shrink_matrices=dequantised_matrices,
    ):
        yield


def stem_and_tokens(model: onnx.ModelProto) -> list[str]:
    """What stayed in float: the first convolution, and concatenations that join no raised map."""
    made_by = {output: node for node in model.graph.node for output in node.output}
    names = [next(node.name for node in model.graph.node if node.op_type == "Conv")]
    for node in model.graph.node:
        sources = [made_by[name].op_type for name in node.input if name in made_by]
        if node.op_type == "Concat" and not {"DepthToSpace", "Slice"} & set(sources):
            names.append(node.name)
    return names


def dequantised_matrices(model: onnx.ModelProto) -> int:
    """Weights of MatMul and Gemm as int8 per column behind DequantizeLinear; returns how many."""
    weights = constants(model)
    expanded: dict[str, onnx.NodeProto] = {}
    for node in model.graph.node:
        if node.op_type not in ("MatMul", "Gemm") or node.input[1] not in weights:
            continue
        tensor = weights[node.input[1]]
        if len(tensor.dims) != 2 or np.prod(tensor.dims) < _SMALLEST_MATRIX:
            continue
        if tensor.name not in expanded and tensor.data_type == TensorProto.FLOAT:
            axis = 0 if attribute(node, "transB", 0) else 1
            expanded[tensor.name] = _dequantised(model, tensor, axis)
        node.input[1] = expanded[tensor.name].output[0]
    replace_nodes(model, [*expanded.values(), *model.graph.node])
    return len(expanded)


def _dequantised(model: onnx.ModelProto, tensor: TensorProto, axis: int) -> onnx.NodeProto:
    values = numpy_helper.to_array(tensor)
    scale = np.maximum(np.abs(values).max(axis=1 - axis), 1e-12).astype(np.float32) / 127
    spread = scale[None, :] if axis == 1 else scale[:, None]
    name = f"{tensor.name}_int8"
    for part, array in (
        (name, np.clip(np.round(values / spread), -127, 127).astype(np.int8)),
        (f"{name}_scale", scale),
        (f"{name}_zero", np.zeros_like(scale, np.int8)),
    ):
        model.graph.initializer.append(numpy_helper.from_array(array, part))
    return helper.make_node(
        "DequantizeLinear", [name, f"{name}_scale", f"{name}_zero"], [f"{name}_float"],
        name=f"{name}_expand", axis=axis,
    )  # fmt: skip
