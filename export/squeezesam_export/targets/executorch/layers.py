"""Layers of ExecuTorch programs: the graph that was lowered, run node by node in torch.

What happens inside a delegate cannot be watched; but the delegate gets its graph from PT2E, with
every rounding spelled out, and that graph runs here beside the fp32 one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx
from torch.export import ExportedProgram

from squeezesam_export.program import SourceProgram
from squeezesam_export.tracing.layers import F32, LayerNode

_ATEN = torch.ops.aten
_LAYERS: dict[Any, str] = {
    _ATEN.conv2d.default: "conv2d",
    _ATEN.conv_transpose2d.input: "conv_transpose2d",
    _ATEN.linear.default: "linear",
    _ATEN.matmul.default: "matmul",
    _ATEN.layer_norm.default: "layer_norm",
    _ATEN.softmax.int: "softmax",
}
_FUSED = (_ATEN.relu.default, _ATEN.relu_.default)


class ExecuTorchTracer:
    """Of an int8 program for XNNPACK, from the graph that its delegate was made of."""

    def __init__(
        self, source: SourceProgram, quantised: ExportedProgram, left_over: Mapping[str, int]
    ) -> None:
        plain = torch.export.export(source.module, source.example)
        self._reference, self._found = plain.module(), quantised.module()
        self._pairs = _pair_nodes(self._reference.graph, self._found.graph)
        self.nodes = [
            _layer(node, self._pairs[node], source)
            for node in self._reference.graph.nodes
            if node.target in _LAYERS and node in self._pairs
        ]
        self.time_share: dict[str, float] = {}
        self.left_over = dict(left_over)

    def trace(self, inputs: tuple[F32, ...]) -> Iterator[tuple[str, F32, F32]]:
        """Run both and pair the tensors."""
        tensors = [torch.from_numpy(np.ascontiguousarray(array)) for array in inputs]
        wanted = run_watched(self._reference, tensors, set(self._pairs))
        found = run_watched(self._found, tensors, set(self._pairs.values()))
        for node, other in self._pairs.items():
            yield node.name, wanted[node], found[other]


def _pair_nodes(reference: fx.Graph, found: fx.Graph) -> dict[fx.Node, fx.Node]:
    """The k-th call of an operator is the same in both graphs: PT2E inserts, but never reorders."""
    calls: dict[Any, list[fx.Node]] = {}
    for node in found.nodes:
        if node.op == "call_function":
            calls.setdefault(node.target, []).append(node)
    used: dict[Any, int] = {}
    pairs: dict[fx.Node, fx.Node] = {}
    for node in reference.nodes:
        if node.op != "call_function" or not isinstance(node.meta.get("val"), Tensor):
            continue
        index = used[node.target] = used.get(node.target, -1) + 1
        others = calls.get(node.target, [])
        if index < len(others) and node.meta["val"].is_floating_point():
            pairs[node] = _behind_rounding(others[index])
    return pairs


def _behind_rounding(node: fx.Node) -> fx.Node:
    """The dequantised value that the followers read, where the output is quantised."""
    for expected in ("quantize_per_tensor", "dequantize_per_tensor"):
        followers = [user for user in node.users if f".{expected}." in str(user.target)]
        if not followers:
            return node
        node = followers[0]
    return node


def run_watched(graph: Any, inputs: list[Tensor], wanted: set[fx.Node]) -> dict[fx.Node, F32]:
    """Run a graph and keep what the wanted nodes made."""
    kept: dict[fx.Node, F32] = {}

    class Watched(fx.Interpreter):
        def run_node(self, n: fx.Node) -> Any:
            result = super().run_node(n)
            if n in wanted:
                # Copied: what follows may work in place.
                kept[n] = result.numpy().copy()
            return result

    with torch.inference_mode():
        Watched(graph).run(*inputs)
    return kept


def _layer(node: fx.Node, other: fx.Node, source: SourceProgram) -> LayerNode:
    output = node
    while len(output.users) == 1 and next(iter(output.users)).target in _FUSED:
        output = next(iter(output.users))
    data = tuple(n.name for n in node.all_input_nodes if n.op == "call_function")
    return LayerNode(
        name=_title(node),
        kind=_LAYERS[node.target],
        inputs=data,
        output=output.name,
        macs=_macs(node),
        precision=_precision(node, other),
        delegated=None,
    )


def _title(node: fx.Node) -> str:
    weights = [n for n in node.all_input_nodes if n.op == "get_attr" and "weight" in str(n.target)]
    if not weights:
        return str(node.name)
    return str(weights[0].target).removeprefix("model.").removesuffix(".weight")


def _shape(node: Any) -> tuple[int, ...]:
    value = node.meta.get("val") if isinstance(node, fx.Node) else None
    return tuple(value.shape) if isinstance(value, Tensor) else ()


def _macs(node: fx.Node) -> int:
    count = int(np.prod(_shape(node)))
    kind = _LAYERS[node.target]
    counters: dict[str, Callable[[], int]] = {
        "conv2d": lambda: count * int(np.prod(_weight_shape(node)[1:])),
        # Every output pixel comes from one input pixel: kernel and stride are 2.
        "conv_transpose2d": lambda: count * _weight_shape(node)[0],
        "linear": lambda: count * _weight_shape(node)[1],
        "matmul": lambda: count * _shape(node.args[0])[-1],
    }
    return counters[kind]() if kind in counters else 0


def _weight_shape(node: fx.Node) -> tuple[int, ...]:
    return _shape(node.args[1])


def _precision(node: fx.Node, other: fx.Node) -> str:
    if node.target not in (
        _ATEN.conv2d.default,
        _ATEN.conv_transpose2d.input,
        _ATEN.linear.default,
    ):
        return "float"
    call = other
    while call.target is not node.target:
        call = call.all_input_nodes[0]
    weight_is_int8 = "dequantize" in str(getattr(call.args[1], "target", ""))
    data_is_int8 = "dequantize" in str(getattr(call.args[0], "target", ""))
    if weight_is_int8 and data_is_int8:
        return "int8"
    return "int8 weights" if weight_is_int8 else "float"
