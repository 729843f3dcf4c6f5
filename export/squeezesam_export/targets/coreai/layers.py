"""Layers of Core AI programs: what Apple's runtime makes of each, beside the fp32 network's.

The graph that is converted gets every layer's result as an output of its own, and that asset is
executed: the tensors are the runtime's, not a simulation's.
"""

from __future__ import annotations

import operator
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from squeezesam.engines.coreai_function import CoreAIFunction
from torch import Tensor, fx
from torch.export.graph_signature import OutputKind, OutputSpec, TensorArgument

from squeezesam_export.program import SourceProgram
from squeezesam_export.targets.coreai.asset import SUFFIX, look_into, save
from squeezesam_export.targets.coreai.compress import SMALLEST_WEIGHT, compress
from squeezesam_export.targets.coreai.graphs import convert, graph
from squeezesam_export.toolchain.quiet import quiet
from squeezesam_export.tracing.layers import F32, LayerNode

if TYPE_CHECKING:
    from torch.export import ExportedProgram

_ATEN = torch.ops.aten
_LAYERS: dict[Any, str] = {
    _ATEN.convolution.default: "convolution",
    _ATEN.addmm.default: "matmul",
    _ATEN.mm.default: "matmul",
    _ATEN.bmm.default: "matmul",
    _ATEN._softmax.default: "softmax",
    _ATEN.native_layer_norm.default: "layer_norm",
}
_WEIGHTED = ("convolution", "matmul")
_FUSED = ("aten.relu.default", "aten.clamp.default", "aten._to_copy.default")
_TRANSPOSING = ("aten.permute.default", "aten.t.default", "aten._to_copy.default")
_ROUNDING = ("coreai.quantize.default", "coreai.dequantize.default")


class CoreAITracer:
    """Of a lowered program: exported, converted and compressed once more, its inside laid open."""

    def __init__(self, source: SourceProgram, precision: str, int8_mode: str) -> None:
        self._names = list(source.inputs)
        with quiet():
            plain = graph(source, "fp32", int8_mode)
            found = graph(source, precision, int8_mode)
            pairs = _pair_layers(plain.graph, found.graph)
            outputs = [(_result(node), _result(other)) for node, other in pairs]
            recorded = {result for result, _ in outputs}
            palette = (precision, int8_mode) == ("int8", "palette6")
            weights_alone = precision == "int8" and int8_mode != "w8a8"
            self.nodes = [
                _layer(node, other, result, recorded, weights_alone, palette)
                for (node, other), (result, _) in zip(pairs, outputs, strict=True)
            ]
            self._results = [result.name for result, _ in outputs]
            places = _lay_open(found, [result for _, result in outputs])
            self._reference = plain.module()
            hidden = [f"layer_{index}" for index in range(max(places) + 1 - len(source.outputs))]
            names = [*source.outputs, *hidden]
            made = convert(found, self._names, names)
            if weights_alone:
                made = compress(made, int8_mode)
            with tempfile.TemporaryDirectory() as scratch:
                path = Path(scratch) / f"{source.name}{SUFFIX}"
                save(made, path)
                self.left_over: dict[str, int] = {}
                self.operators = look_into(path).operators
                self._function = CoreAIFunction(path)
        self._found = [names[place] for place in places]
        # The runtime on this machine is another than the phone's: its time would mislead.
        self.time_share: dict[str, float] = {}

    def trace(self, inputs: tuple[F32, ...]) -> Iterator[tuple[str, F32, F32]]:
        """Run both and pair the tensors."""
        arrays = [np.ascontiguousarray(array) for array in inputs]
        wanted = _run_watched(self._reference, arrays, set(self._results))
        found = self._function(dict(zip(self._names, arrays, strict=True)))
        for name, inside in zip(self._results, self._found, strict=True):
            yield name, wanted[name], found[inside]


def _run_watched(module: Any, inputs: list[F32], names: set[str]) -> dict[str, F32]:
    """Run a torch graph and keep what the named nodes made."""
    kept: dict[str, F32] = {}

    class Watched(fx.Interpreter):
        def run_node(self, n: fx.Node) -> Any:
            result = super().run_node(n)
            if n.name in names:
                kept[n.name] = result.numpy().copy()
            return result

    with torch.inference_mode():
        Watched(module).run(*(torch.from_numpy(array) for array in inputs))
    return kept


def _pair_layers(plain: fx.Graph, found: fx.Graph) -> list[tuple[fx.Node, fx.Node]]:
    """The k-th layer of an operator is the same in both: quantising inserts, it never reorders."""
    others: dict[Any, list[fx.Node]] = {}
    for node in found.nodes:
        others.setdefault(node.target, []).append(node)
    used: dict[Any, int] = {}
    pairs = []
    for node in plain.nodes:
        if node.target in _LAYERS:
            index = used[node.target] = used.get(node.target, -1) + 1
            if index < len(others.get(node.target, [])):
                pairs.append((node, others[node.target][index]))
    return pairs


def _result(node: fx.Node) -> fx.Node:
    """What the layer's followers read: behind its activation and its rounding."""
    while True:
        followers = list(node.users)
        rounded = [user for user in followers if str(user.target) in _ROUNDING]
        first = [user for user in followers if user.target is operator.getitem and not user.args[1]]
        fused = [user for user in followers if str(user.target) in _FUSED]
        if rounded or first:
            node = (rounded or first)[0]
        elif len(followers) == 1 and fused:
            node = fused[0]
        else:
            return node


def _lay_open(exported: ExportedProgram, nodes: list[fx.Node]) -> list[int]:
    """Make nodes outputs of the program, behind those that it has; where each stands there."""
    end = exported.graph.output_node()
    known = list(end.args[0])
    new = [node for node in dict.fromkeys(nodes) if node not in known]
    end.args = ((*known, *new),)
    for node in new:
        kind = OutputSpec(OutputKind.USER_OUTPUT, TensorArgument(name=node.name), None)
        exported.graph_signature.output_specs.append(kind)
    exported.graph_module.recompile()
    return [[*known, *new].index(node) for node in nodes]


def _layer(
    node: fx.Node,
    other: fx.Node,
    result: fx.Node,
    recorded: set[fx.Node],
    weights_alone: bool,
    palette: bool,
) -> LayerNode:
    return LayerNode(
        name=_title(node),
        kind=_LAYERS[node.target],
        inputs=tuple(sorted(source.name for source in _sources(node, recorded))),
        output=result.name,
        macs=_macs(node),
        precision=_precision(node, other, weights_alone, palette),
        delegated=None,
    )


def _sources(node: fx.Node, recorded: set[fx.Node]) -> set[fx.Node]:
    """The nearest recorded tensors that a layer's data comes from, through what is no layer."""
    found: set[fx.Node] = set()
    seen: set[fx.Node] = set()
    waiting = list(node.all_input_nodes)
    while waiting:
        current = waiting.pop()
        if current in recorded:
            found.add(current)
        elif current not in seen:
            seen.add(current)
            waiting.extend(current.all_input_nodes)
    return found


def _weight(node: fx.Node) -> fx.Node | None:
    """The parameter that a layer multiplies with, through its transposition."""
    if _LAYERS[node.target] not in _WEIGHTED:
        return None
    for source in node.all_input_nodes:
        while source.op == "call_function" and str(source.target) in _TRANSPOSING:
            source = source.all_input_nodes[0]
        if source.op == "placeholder" and source.name.endswith("weight"):
            return source
    return None


def _title(node: fx.Node) -> str:
    stack = node.meta.get("nn_module_stack") or {}
    if _weight(node) is None or not stack:
        return str(node.name)
    path, _ = list(stack.values())[-1]
    return str(path).removeprefix("model.")


def _shape(node: Any) -> tuple[int, ...]:
    value = node.meta.get("val") if isinstance(node, fx.Node) else None
    return tuple(value.shape) if isinstance(value, Tensor) else ()


def _macs(node: fx.Node) -> int:
    made = int(np.prod(_shape(node)))
    if node.target is _ATEN.convolution.default:
        data, weight, transposed = node.args[0], node.args[1], bool(node.args[6])
        return int(np.prod(_shape(weight)[1:])) * (
            int(np.prod(_shape(data))) if transposed else made
        )
    if _LAYERS[node.target] == "matmul":
        left = node.args[1] if node.target is _ATEN.addmm.default else node.args[0]
        return made * _shape(left)[-1]
    return 0


def _precision(node: fx.Node, other: fx.Node, weights_alone: bool, palette: bool) -> str:
    value = other.meta.get("val")
    own = "fp16" if getattr(value, "dtype", None) == torch.float16 else "fp32"
    weight = _weight(node)
    if weights_alone and weight is not None and int(np.prod(_shape(weight))) > SMALLEST_WEIGHT:
        return "palette weights" if palette else "int8 weights"
    rounded = [_is_rounded(source) for source in other.all_input_nodes[:2]]
    if node.target is _ATEN.convolution.default and all(rounded):
        return "int8"
    return "int8 weights" if any(rounded) else own


def _is_rounded(node: fx.Node) -> bool:
    while node.op == "call_function" and str(node.target) in _TRANSPOSING:
        node = node.all_input_nodes[0]
    return str(node.target) in _ROUNDING
