"""Reading and tidying an ONNX graph: who makes what, who reads it, and how large it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

Shape = tuple[int, ...]


def makers(model: onnx.ModelProto) -> dict[str, onnx.NodeProto]:
    """Tensor name → the operator that makes it."""
    return {output: node for node in model.graph.node for output in node.output}


def readers(model: onnx.ModelProto) -> dict[str, list[onnx.NodeProto]]:
    """Tensor name → the operators that read it, once for every time they do."""
    found: dict[str, list[onnx.NodeProto]] = {}
    for node in model.graph.node:
        for name in node.input:
            found.setdefault(name, []).append(node)
    return found


def constants(model: onnx.ModelProto) -> dict[str, onnx.TensorProto]:
    """Name → weight or other constant."""
    return {tensor.name: tensor for tensor in model.graph.initializer}


def static_shapes(model: onnx.ModelProto) -> dict[str, Shape]:
    """Tensor name → shape, of every tensor whose shape is fixed."""
    inferred = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    found = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    for value in (*inferred.value_info, *inferred.input, *inferred.output):
        sizes = value.type.tensor_type.shape.dim
        if all(size.HasField("dim_value") for size in sizes):
            found[value.name] = tuple(size.dim_value for size in sizes)
    return found


def first_convolutions(model: onnx.ModelProto) -> set[str]:
    """Names of the convolutions that see the graph's inputs through no other convolution."""
    behind: set[str] = set()
    firsts = set()
    for node in model.graph.node:
        later = any(name in behind for name in node.input)
        if node.op_type in ("Conv", "ConvTranspose") and not later:
            firsts.add(node.name)
        if later or node.op_type in ("Conv", "ConvTranspose"):
            behind.update(node.output)
    return firsts


def attribute(node: onnx.NodeProto, name: str, default: Any = None) -> Any:
    """The value of an operator's attribute."""
    found = next((a for a in node.attribute if a.name == name), None)
    return default if found is None else helper.get_attribute_value(found)


def set_attribute(node: onnx.NodeProto, name: str, value: Any) -> None:
    """Give an operator's attribute another value."""
    kept = [a for a in node.attribute if a.name != name]
    del node.attribute[:]
    node.attribute.extend([*kept, helper.make_attribute(name, value)])


def add_numbers(model: onnx.ModelProto, name: str, values: Sequence[int]) -> str:
    """A constant row of whole numbers, as shapes and axes are given; returns its name."""
    array = np.array(values, np.int64)
    model.graph.initializer.append(numpy_helper.from_array(array, name))
    return name


def replace_nodes(model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto]) -> None:
    """Let these be the operators, and drop the constants that nobody reads any more."""
    copies = [onnx.NodeProto() for _ in nodes]
    for copy, node in zip(copies, nodes, strict=True):
        copy.CopyFrom(node)
    del model.graph.node[:]
    model.graph.node.extend(copies)
    drop_unused(model)


def drop_unused(model: onnx.ModelProto) -> None:
    """Remove initializers that no node reads any more."""
    read = {name for node in model.graph.node for name in node.input}
    read |= {output.name for output in model.graph.output}
    kept = [w for w in model.graph.initializer if w.name in read]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    # Shapes noted before a rewrite may no longer hold; the runtime infers its own.
    del model.graph.value_info[:]


def sort_operators(model: onnx.ModelProto) -> None:
    """Operators behind those that they read, otherwise in their order."""
    made_by = {output: node for node in model.graph.node for output in node.output}
    done: set[int] = set()
    ordered: list[onnx.NodeProto] = []

    def place(node: onnx.NodeProto) -> None:
        if id(node) in done:
            return
        done.add(id(node))
        for name in node.input:
            if name in made_by:
                place(made_by[name])
        ordered.append(node)

    nodes = list(model.graph.node)
    for node in nodes:
        place(node)
    copies = [onnx.NodeProto() for _ in ordered]
    for copy, node in zip(copies, ordered, strict=True):
        copy.CopyFrom(node)
    del model.graph.node[:]
    model.graph.node.extend(copies)
