"""Layers of ONNX programs: every tensor of the exported file beside the fp32 one, and times."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

from squeezesam_export.program import SourceProgram
from squeezesam_export.tracing.layers import F32, LayerNode
from squeezesam_export.tracing.parameters import parameter_names, title

_LAYERS = ("Conv", "MatMul", "Gemm", "LayerNormalization", "Softmax")
# What an engine fuses into the layer before.
_FUSED = ("Relu", "Clip", "DepthToSpace")
_PROFILED_RUNS = 4
_KERNEL = "_kernel_time"
# Time of what is no layer: moving, quantising and pooling.
OTHER = "everything else"


class OnnxTracer:
    """Of a program in ONNX: `exported` is the file in the bundle, `plain` the same in fp32."""

    def __init__(self, source: SourceProgram, plain: Path, exported: Path) -> None:
        self._names = list(source.inputs)
        reference, found = onnx.load(plain), onnx.load(exported)
        self._pairs = _common_tensors(reference, found)
        self._reference = _session(reference, [name for name, _ in self._pairs])
        self._exported = _session(found, [other for _, other in self._pairs])
        shapes = self._shapes(source)
        layers = _layer_nodes(reference, found, shapes, parameter_names(source))
        self.nodes = list(layers.values())
        titles = {operator: node.name for operator, node in layers.items()}
        self.time_share = _time_shares(exported, source, titles)
        self.left_over: dict[str, int] = {}

    def trace(self, inputs: tuple[F32, ...]) -> Iterator[tuple[str, F32, F32]]:
        """Run both and pair the tensors."""
        feed = dict(zip(self._names, inputs, strict=True))
        wanted = self._reference.run([name for name, _ in self._pairs], feed)
        found = self._exported.run([other for _, other in self._pairs], feed)
        for (name, _), a, b in zip(self._pairs, wanted, found, strict=True):
            yield name, a, b

    def _shapes(self, source: SourceProgram) -> dict[str, tuple[int, ...]]:
        inputs = tuple(tensor.numpy() for tensor in source.example)
        shapes = {name: tuple(a.shape) for name, a, _ in self.trace(inputs)}
        return {**shapes, **{n: tuple(a.shape) for n, a in zip(self._names, inputs, strict=True)}}


def _common_tensors(reference: onnx.ModelProto, found: onnx.ModelProto) -> list[tuple[str, str]]:
    """Name in fp32 and in the exported graph, there behind its quantisation where it has one."""
    there = {output for node in found.graph.node for output in node.output}
    pairs = []
    for node in reference.graph.node:
        for name in node.output:
            quantised = f"{name}_DequantizeLinear_Output"
            if quantised in there:
                pairs.append((name, quantised))
            elif name in there:
                pairs.append((name, name))
    return pairs


def _session(model: onnx.ModelProto, tensors: list[str]) -> onnxruntime.InferenceSession:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    present = {output.name for output in copy.graph.output}
    copy.graph.output.extend(onnx.ValueInfoProto(name=n) for n in tensors if n not in present)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Every tensor is an output here: fusing is pointless, and would hide some.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(
        copy.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _layer_nodes(
    reference: onnx.ModelProto,
    found: onnx.ModelProto,
    shapes: dict[str, tuple[int, ...]],
    parameters: dict[bytes, str],
) -> dict[str, LayerNode]:
    """Operator name → layer."""
    weights = {w.name: w for w in reference.graph.initializer}
    readers: dict[str, list[onnx.NodeProto]] = {}
    for node in reference.graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    counterpart = {node.name: node for node in found.graph.node}
    quantised = {o for n in found.graph.node if n.op_type == "DequantizeLinear" for o in n.output}
    nodes: dict[str, LayerNode] = {}
    for node in reference.graph.node:
        if node.op_type not in _LAYERS:
            continue
        output = _behind_fused(node.output[0], readers)
        if output not in shapes:
            continue
        data = tuple(name for name in node.input if name and name not in weights)
        # int8 may have the tensor behind the activation alone; it is as large.
        made = node.output[0] if node.output[0] in shapes else output
        macs = _macs(node, shapes[made], shapes, weights)
        precision = _precision(counterpart.get(node.name), quantised)
        name = _title(node, weights, parameters)
        nodes[node.name] = LayerNode(name, node.op_type, data, output, macs, precision)
    return nodes


def layer_titles(model: onnx.ModelProto, source: SourceProgram) -> dict[str, str]:
    """Operator name → layer name, of an fp32 program."""
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    parameters = parameter_names(source)
    return {
        node.name: _title(node, weights, parameters)
        for node in model.graph.node
        if node.op_type in _LAYERS
    }


def _title(node: onnx.NodeProto, weights: dict[str, Any], parameters: dict[bytes, str]) -> str:
    for name in node.input:
        if name in weights:
            found = title(numpy_helper.to_array(weights[name]), parameters)
            if found is None and name.endswith("weight"):
                return str(name).removeprefix("model.").removesuffix("weight").rstrip("._")
            if found is not None:
                return found
    return str(node.name)


def _behind_fused(tensor: str, readers: dict[str, list[onnx.NodeProto]]) -> str:
    while len(readers.get(tensor, ())) == 1 and readers[tensor][0].op_type in _FUSED:
        tensor = readers[tensor][0].output[0]
    return tensor


def _macs(
    node: onnx.NodeProto,
    made: tuple[int, ...],
    shapes: dict[str, tuple[int, ...]],
    weights: dict[str, Any],
) -> int:
    if node.op_type not in ("Conv", "MatMul", "Gemm"):
        return 0
    count = int(np.prod(made))
    if node.op_type == "Conv":
        return count * int(np.prod(numpy_helper.to_array(weights[node.input[1]]).shape[1:]))
    inner = shapes.get(node.input[0], (0,))[-1]
    return count * inner


def _precision(node: onnx.NodeProto | None, quantised: set[str]) -> str:
    if node is None:
        return "fused"
    expanded = [name in quantised for name in node.input[:2]]
    if all(expanded) and expanded:
        return "int8"
    return "int8 weights" if any(expanded) else "float"


def _time_shares(path: Path, source: SourceProgram, titles: dict[str, str]) -> dict[str, float]:
    """Share of the time per layer, from ONNX Runtime's own profile on one thread.

    Args:
        path: of the exported program.
        source: gives the inputs.
        titles: operator name in the graph → layer name.
    """
    spent = _profile(path, {name: tensor.numpy() for name, tensor in source.inputs.items()})
    total = sum(spent.values()) or 1
    plain = {_stem(name): title for name, title in titles.items()}
    shares: dict[str, float] = {}
    for name, microseconds in spent.items():
        title = plain.get(_stem(name), OTHER)
        shares[title] = shares.get(title, 0.0) + microseconds / total
    return shares


def _profile(path: Path, feed: dict[str, F32]) -> Counter[str]:
    """Microseconds per operator of the optimised graph."""
    with tempfile.TemporaryDirectory() as scratch:
        options = onnxruntime.SessionOptions()
        options.enable_profiling = True
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        options.profile_file_prefix = str(Path(scratch) / "profile")
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        for _ in range(_PROFILED_RUNS):
            session.run(None, feed)
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    spent: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith(_KERNEL):
            spent[event["name"].removesuffix(_KERNEL)] += event["dur"]
    return spent


def _stem(name: str) -> str:
    """What is left of an operator's name before ONNX Runtime fused and renamed it."""
    return re.sub(r"(_token_\d+|_nchwc|_quant|/.*)$", "", name.removeprefix("node_"))
