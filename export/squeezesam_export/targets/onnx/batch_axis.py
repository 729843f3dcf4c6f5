"""Rewrite of the ONNX graph: a transformer's matrices without their batch axis of length one.

A photo's tokens travel as 1×T×C through some three hundred small operators. As T×C a product and
its bias are one Gemm; ONNX Runtime would otherwise put a Reshape before and behind each.
"""

from __future__ import annotations

from collections.abc import Sequence

import onnx
from onnx import helper, numpy_helper

from squeezesam_export.targets.onnx.graph import (
    add_numbers,
    attribute,
    constants,
    readers,
    replace_nodes,
    set_attribute,
    static_shapes,
)

# Operators that work on the last axes only, or on every number by itself.
_BY_NUMBER = (
    "Add", "Sub", "Mul", "Div", "Pow", "Relu", "Clip", "Sigmoid", "Tanh", "Erf", "Sqrt", "Abs",
    "Sin", "Cos", "Reciprocal", "Cast",
)  # fmt: skip
_BY_ROW = ("LayerNormalization", "Softmax")
_SHAPING = ("Reshape", "Unsqueeze")
_KNOWN = (*_BY_NUMBER, *_BY_ROW, *_SHAPING, "MatMul", "Transpose", "Concat", "Slice")
# Where the axis is dropped although the inputs still have it; the others follow their inputs.
_BEGINNINGS = (*_BY_ROW, "MatMul")
# Operators of which only the first input is data.
_PARAMETERS = ("Slice", "LayerNormalization", "Clip")


def drop_batch_axis(model: onnx.ModelProto) -> int:
    """Let what lies round matrix products do without a first axis of length 1, in place.

    Convolutions and what they feed alone keep it. Every value is the same.

    Args:
        model: the shapes should be fixed; where one is not, the operators stay as they are.

    Returns:
        how many operators lost the axis.
    """
    return _Dropping(model).rewrite()


class _Dropping:
    """One walk over the graph that keeps up to two forms of a tensor, made when they are read."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._model = model
        self._shapes = static_shapes(model)
        self._constants = constants(model)
        self._readers = readers(model)
        self._outputs = {output.name for output in model.graph.output}
        # Tensor → its name without the axis; the tensors that exist with it.
        self._thin: dict[str, str] = {}
        self._whole = {value.name for value in model.graph.input} | set(self._constants)
        self._nodes: list[onnx.NodeProto] = []

    def rewrite(self) -> int:
        changed = 0
        for node in list(self._model.graph.node):
            if self._is_to_change(node):
                self._change(node)
                changed += 1
            else:
                for name in node.input:
                    self._make_whole(name)
                self._nodes.append(node)
                self._whole.update(node.output)
        for name in self._outputs:
            self._make_whole(name)
        replace_nodes(self._model, self._nodes)
        return changed

    def _is_to_change(self, node: onnx.NodeProto) -> bool:
        if not self._can_change(node):
            return False
        if node.op_type in _SHAPING:
            # A reshaping costs the same either way: it gives what all of its readers can take.
            made = node.output[0]
            return made not in self._outputs and all(
                self._can_change(reader) for reader in self._readers.get(made, [])
            )
        return node.op_type in _BEGINNINGS or any(name in self._thin for name in node.input)

    def _can_change(self, node: onnx.NodeProto) -> bool:
        """Whether the operator exists in a form that knows nothing of the first axis."""
        if node.op_type not in _KNOWN or len(node.output) != 1:
            return False
        shape = self._shapes.get(node.output[0], ())
        if len(shape) < 3 or shape[0] != 1:
            return False
        rank = len(shape)
        if node.op_type in _SHAPING:
            return True
        if node.op_type == "Transpose":
            return bool(attribute(node, "perm", [1])[0] == 0)
        if node.op_type == "Concat":
            return all(len(self._shapes.get(i, ())) == rank for i in node.input) and bool(
                attribute(node, "axis") % rank
            )
        if node.op_type in _BY_ROW:
            return attribute(node, "axis", -1) in (-1, rank - 1)
        if node.op_type == "Slice":
            axes = self._numbers(node.input[3]) if len(node.input) > 3 else [0]
            return all(axis % rank for axis in axes)
        # The first axis has to be one of the operands' own, or of none.
        return all(name in self._shapes for name in node.input if name) and all(
            len(self._shapes[name]) <= rank for name in node.input if name
        )

    def _numbers(self, name: str) -> list[int]:
        tensor = self._constants.get(name)
        return [0] if tensor is None else [int(v) for v in numpy_helper.to_array(tensor).ravel()]

    def _change(self, node: onnx.NodeProto) -> None:
        made = node.output[0]
        rank = len(self._shapes[made])
        self._thin[made] = f"{made}_thin"
        if node.op_type in _SHAPING:
            source = self._thin.get(node.input[0], node.input[0])
            self._reshape(source, self._thin[made], self._shapes[made][1:], node.name)
            return
        new = onnx.NodeProto()
        new.CopyFrom(node)
        new.output[0] = self._thin[made]
        data = 1 if node.op_type in _PARAMETERS else len(node.input)
        new.input[:] = [self._thinned(n, rank) for n in node.input[:data]] + list(node.input[data:])
        if node.op_type == "Transpose":
            set_attribute(new, "perm", [axis - 1 for axis in attribute(node, "perm")[1:]])
        elif node.op_type == "Slice":
            axes = [axis % rank - 1 for axis in self._numbers(node.input[3])]
            new.input[3] = add_numbers(self._model, f"{new.output[0]}_axes", axes)
        elif node.op_type in ("Concat", *_BY_ROW):
            axis = attribute(node, "axis", -1)
            set_attribute(new, "axis", axis if axis < 0 else axis - 1)
        self._nodes.append(new)

    def _thinned(self, name: str, rank: int) -> str:
        """The tensor as an operator whose result has one axis less than ``rank`` reads it."""
        shape = self._shapes.get(name, ())
        if name in self._thin or len(shape) < rank:
            return self._thin.get(name, name)
        thin = self._thin[name] = f"{name}_thin"
        if name in self._constants:
            values = numpy_helper.to_array(self._constants[name]).reshape(shape[1:])
            self._model.graph.initializer.append(numpy_helper.from_array(values, thin))
        else:
            self._reshape(name, thin, shape[1:], thin)
        return thin

    def _make_whole(self, name: str) -> None:
        if name in self._thin and name not in self._whole:
            self._reshape(self._thin[name], name, self._shapes[name], f"{name}_whole")
            self._whole.add(name)

    def _reshape(self, source: str, target: str, shape: Sequence[int], name: str) -> None:
        wanted = add_numbers(self._model, f"{target}_shape", shape)
        self._nodes.append(helper.make_node("Reshape", [source, wanted], [target], name=name))
