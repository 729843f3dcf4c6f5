"""Single layers of an int8 ONNX program taken back to float, without calibrating again."""

from __future__ import annotations

import onnx

from squeezesam_export.program import SourceProgram
from squeezesam_export.targets.onnx.graph import drop_unused, sort_operators
from squeezesam_export.targets.onnx.layers import layer_titles

_MOVING = ("Relu", "Clip", "MaxPool", "DepthToSpace", "Concat", "Slice", "Pad")


def to_float(quantised: onnx.ModelProto, plain: onnx.ModelProto, operators: set[str]) -> int:
    """Let the named operators of ``quantised`` read float data and float weights, in place.

    Args:
        quantised: QDQ model of ``plain``, whose operators have the same names.
        plain: the model in fp32: where the weights come from.
        operators: names of convolutions.

    Returns:
        how many operators were changed.
    """
    twins = _Twins(quantised, plain)
    wanted = {node.name: node for node in plain.graph.node}
    changed = 0
    for node in list(quantised.graph.node):
        if node.name in operators and node.name in wanted:
            changed += 1
            for index, name in enumerate(wanted[node.name].input):
                node.input[index] = twins.of(name)
    quantised.graph.node.extend(twins.made)
    sort_operators(quantised)
    _drop_dead(quantised)
    return changed


class _Twins:
    """Tensors of the fp32 graph as the int8 one can make them without a rounding at their end.

    A convolution's result is there before it is rounded. What only moves or limits numbers
    (ReLU, pooling, joining) is done once more in float: the quantiser rounds in between, or leaves
    a ReLU out, since rounding to unsigned numbers does the same.
    """

    def __init__(self, quantised: onnx.ModelProto, plain: onnx.ModelProto) -> None:
        self.made: list[onnx.NodeProto] = []
        self._quantised = quantised
        self._weights = {tensor.name: tensor for tensor in plain.graph.initializer}
        self._maker = {output: node for node in plain.graph.node for output in node.output}
        self._counterpart = {node.name: node for node in quantised.graph.node}
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Name of the tensor in the int8 graph."""
        if name not in self._known:
            self._known[name] = self._weight(name) if name in self._weights else self._data(name)
        return self._known[name]

    def _weight(self, name: str) -> str:
        # The old name may belong to the rounded one.
        tensor = self._quantised.graph.initializer.add()
        tensor.CopyFrom(self._weights[name])
        tensor.name = f"{name}_in_float"
        return str(tensor.name)

    def _data(self, name: str) -> str:
        maker = self._maker.get(name)
        if maker is None:
            return name
        there = self._counterpart.get(maker.name)
        if maker.op_type not in _MOVING:
            return str(there.output[0]) if there is not None else name
        inputs = [self.of(one) for one in maker.input]
        if there is not None and list(there.input) == inputs:
            return str(there.output[0])
        twin = onnx.NodeProto()
        twin.CopyFrom(maker)
        twin.name = f"{maker.name}_in_float"
        twin.input[:], twin.output[:] = inputs, [f"{name}_in_float"]
        self.made.append(twin)
        return f"{name}_in_float"


def _drop_dead(model: onnx.ModelProto) -> None:
    """Remove operators whose outputs nobody reads, and weights that nobody reads any more."""
    outputs = {output.name for output in model.graph.output}
    while True:
        read = {name for node in model.graph.node for name in node.input} | outputs
        kept = [node for node in model.graph.node if any(o in read for o in node.output)]
        if len(kept) == len(model.graph.node):
            break
        del model.graph.node[:]
        model.graph.node.extend(kept)
    drop_unused(model)


def operators_of(
    plain: onnx.ModelProto, source: SourceProgram, layers: frozenset[str] | set[str]
) -> set[str]:
    """Names of the graph's operators that have these layer names."""
    return {name for name, title in layer_titles(plain, source).items() if title in layers}
