"""Rewrites of the ONNX graph: transposed convolutions as plain ones, small weights for linears."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

# Smaller matrices stay as they are: their bytes do not matter.
_SMALLEST_MATRIX = 4096


def transposed_to_plain(model: onnx.ModelProto) -> int:
    """ConvTranspose k2 s2 → Conv 1×1 to four times the channels + DepthToSpace; returns how many.

    Exactly equal: with kernel and stride 2 no two input pixels meet in an output pixel. ONNX
    Runtime has no int8 ConvTranspose, but an int8 Conv.
    """
    weights = {w.name: w for w in model.graph.initializer}
    nodes: list[onnx.NodeProto] = []
    changed = 0
    for node in model.graph.node:
        if node.op_type == "ConvTranspose" and _is_k2_s2(node, weights):
            nodes += _as_conv(model, node, weights)
            changed += 1
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    drop_unused(model)
    return changed


def _is_k2_s2(node: onnx.NodeProto, weights: dict[str, TensorProto]) -> bool:
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    shape = tuple(weights[node.input[1]].dims) if node.input[1] in weights else ()
    plain = not any(attributes.get("pads", [0])) and not any(attributes.get("output_padding", [0]))
    strides = list(attributes.get("strides", []))
    return shape[2:] == (2, 2) and strides == [2, 2] and plain and attributes.get("group", 1) == 1


def _as_conv(
    model: onnx.ModelProto, node: onnx.NodeProto, weights: dict[str, TensorProto]
) -> list[onnx.NodeProto]:
    kernel = numpy_helper.to_array(weights[node.input[1]])  # in × out × 2 × 2
    channels = kernel.shape[1]
    # DepthToSpace in DCR order takes output pixel (i, j) from the block (2·i + j)·channels.
    plain = np.ascontiguousarray(kernel.transpose(2, 3, 1, 0).reshape(4 * channels, -1, 1, 1))
    name = f"{node.output[0]}_plain"
    model.graph.initializer.append(numpy_helper.from_array(plain, f"{name}_weight"))
    inputs = [node.input[0], f"{name}_weight"]
    if len(node.input) > 2 and node.input[2]:
        bias = np.tile(numpy_helper.to_array(weights[node.input[2]]), 4)
        model.graph.initializer.append(numpy_helper.from_array(bias, f"{name}_bias"))
        inputs.append(f"{name}_bias")
    return [
        helper.make_node("Conv", inputs, [name], name=name, kernel_shape=[1, 1]),
        helper.make_node(
            "DepthToSpace", [name], [node.output[0]], name=f"{name}_space", blocksize=2, mode="DCR"
        ),
    ]


def shrink_matrices(model: onnx.ModelProto) -> int:
    """Store the weights of MatMul and Gemm as int8 per column; returns how many.

    They are multiplied in float32 after ONNX Runtime has expanded them at load: this costs no
    accuracy to speak of where activations are hard to quantise, and a quarter of the bytes.
    """
    weights = {w.name: w for w in model.graph.initializer}
    expanded: dict[str, onnx.NodeProto] = {}
    for node in model.graph.node:
        if node.op_type not in ("MatMul", "Gemm") or node.input[1] not in weights:
            continue
        tensor = weights[node.input[1]]
        if len(tensor.dims) != 2 or np.prod(tensor.dims) < _SMALLEST_MATRIX:
            continue
        if tensor.data_type != TensorProto.FLOAT:
            continue
        if tensor.name not in expanded:
            transposed = any(a.name == "transB" and a.i for a in node.attribute)
            expanded[tensor.name] = _quantised(model, tensor, 0 if transposed else 1)
        node.input[1] = expanded[tensor.name].output[0]
    for dequantise in reversed(list(expanded.values())):
        model.graph.node.insert(0, dequantise)
    drop_unused(model)
    return len(expanded)


def _quantised(model: onnx.ModelProto, tensor: TensorProto, axis: int) -> onnx.NodeProto:
    values: NDArray[np.float32] = numpy_helper.to_array(tensor)
    scale = np.maximum(np.abs(values).max(axis=1 - axis), 1e-12).astype(np.float32) / 127
    spread = scale[None, :] if axis == 1 else scale[:, None]
    rounded = np.clip(np.round(values / spread), -127, 127).astype(np.int8)
    name = f"{tensor.name}_int8"
    for suffix, array in (
        ("", rounded),
        ("_scale", scale),
        ("_zero", np.zeros_like(scale, np.int8)),
    ):
        model.graph.initializer.append(numpy_helper.from_array(array, name + suffix))
    return helper.make_node(
        "DequantizeLinear", [name, f"{name}_scale", f"{name}_zero"], [f"{name}_float"],
        name=f"{name}_expand", axis=axis,
    )  # fmt: skip


def drop_unused(model: onnx.ModelProto) -> None:
    """Remove initializers that no node reads any more."""
    read = {name for node in model.graph.node for name in node.input}
    read |= {output.name for output in model.graph.output}
    kept = [w for w in model.graph.initializer if w.name in read]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    # Shapes noted before a rewrite may no longer hold; the runtime infers its own.
    del model.graph.value_info[:]
