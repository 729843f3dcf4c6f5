"""Layers of Core ML packages: every tensor in our interpreter, beside the fp32 package's."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from mil_interpreter import Program
from mil_interpreter.step import Reference, Step

from squeezesam_export.program import SourceProgram
from squeezesam_export.targets.coreml.opening import opened
from squeezesam_export.tracing.layers import F32, LayerNode
from squeezesam_export.tracing.parameters import parameter_names, title

_LAYERS = ("conv", "conv_transpose", "linear", "matmul", "layer_norm", "softmax")
# Rounding and what an engine fuses into the layer before.
_FUSED = ("relu", "cast")
_ROUNDING = ("quantize", "dequantize")
_COMPRESSED = {
    "constexpr_affine_dequantize": "int8 weights",
    "constexpr_blockwise_shift_scale": "int8 weights",
    "constexpr_lut_to_dense": "palette weights",
}
# Time of what is no layer.
OTHER = "everything else"


class CoreMlTracer:
    """Of a package: `exported` is the one in the bundle, `plain` the same in fp32."""

    def __init__(self, source: SourceProgram, plain: Path, exported: Path) -> None:
        self._names = list(source.inputs)
        self._reference, self._found = opened(plain), opened(exported)
        self._pairs = _pair_outputs(self._reference, self._found)
        parameters = parameter_names(source)
        readers = _readers(self._reference)
        matches = _matches(self._reference, self._found)
        makers = {name: step for step in self._found.steps for name in step.outputs}
        layers = [
            (_layer(step, self._reference, readers, parameters, other, makers), other)
            for step in self._reference.steps
            if step.operator.name in _LAYERS and (other := matches.get(_first(step)))
        ]
        self.nodes = [node for node, _ in layers if node.output in self._pairs]
        self._titles = {_first(other): node.name for node, other in layers}
        self.time_share = self._time_shares(source)
        self.left_over: dict[str, int] = {}

    def trace(self, inputs: tuple[F32, ...]) -> Iterator[tuple[str, F32, F32]]:
        """Run both and pair the tensors."""
        feed = dict(zip(self._names, inputs, strict=True))
        wanted = {
            name: array
            for name, array in self._reference.watch(feed)
            if name in self._pairs and isinstance(array, np.ndarray)
        }
        back = {other: name for name, other in self._pairs.items()}
        for other, array in self._found.watch(feed):
            name = back.get(other)
            if name is not None and isinstance(array, np.ndarray):
                yield name, wanted[name], array.astype(np.float32)

    def _time_shares(self, source: SourceProgram) -> dict[str, float]:
        """Of the second of two runs: the first one warms up."""
        feed = {name: tensor.numpy() for name, tensor in source.inputs.items()}
        spent: dict[str, float] = {}
        for _ in range(2):
            spent.clear()
            before = time.perf_counter()
            for name, _ in self._found.watch(feed):
                now = time.perf_counter()
                layer = self._titles.get(name, OTHER)
                spent[layer] = spent.get(layer, 0.0) + now - before
                before = time.perf_counter()
        total = sum(spent.values()) or 1.0
        return {name: seconds / total for name, seconds in spent.items()}


def _first(step: Step) -> str:
    return next(iter(step.outputs))


def _matches(reference: Program, found: Program) -> dict[str, Step]:
    """fp32 output → step of the exported program: the k-th of an operator is the same in both.

    Both come from one graph, and quantising inserts operators but never reorders; an operator that
    the two have in different numbers (casts, say) is left out.
    """
    steps: dict[str, list[Step]] = {}
    for step in found.steps:
        steps.setdefault(step.operator.name, []).append(step)
    counts = Counter(step.operator.name for step in reference.steps)
    used: Counter[str] = Counter()
    matches = {}
    for step in reference.steps:
        kind = step.operator.name
        others = steps.get(kind, [])
        if len(others) == counts[kind]:
            matches[_first(step)] = others[used[kind]]
        used[kind] += 1
    return matches


def _pair_outputs(reference: Program, found: Program) -> dict[str, str]:
    """fp32 tensor → exported tensor, there behind its quantisation where it has one."""
    readers = _readers(found)
    pairs = {}
    for name, step in _matches(reference, found).items():
        wanted = next(s for s in reference.steps if _first(s) == name).outputs[name]
        other = _first(step)
        if wanted.element.name == "fp32" and wanted.shape == step.outputs[other].shape:
            pairs[name] = _behind(other, readers, _ROUNDING)
    return pairs


def _readers(program: Program) -> dict[str, list[Step]]:
    readers: dict[str, list[Step]] = {}
    for step in program.steps:
        for name in sorted(step.reads):
            readers.setdefault(name, []).append(step)
    return readers


def _behind(name: str, readers: dict[str, list[Step]], kinds: tuple[str, ...]) -> str:
    """The last of a chain of single readers of certain operators."""
    while len(readers.get(name, ())) == 1 and readers[name][0].operator.name in kinds:
        name = _first(readers[name][0])
    return name


def _layer(
    step: Step,
    program: Program,
    readers: dict[str, list[Step]],
    parameters: dict[bytes, str],
    other: Step,
    makers: dict[str, Step],
) -> LayerNode:
    weight = step.arguments.get("weight")
    named = title(weight, parameters) if isinstance(weight, np.ndarray) else None
    return LayerNode(
        name=named or _first(step),
        kind=step.operator.name,
        inputs=tuple(sorted(step.reads)),
        output=_behind(_first(step), readers, _FUSED),
        macs=_macs(step, program),
        precision=_precision(other, makers),
        delegated=None,
    )


def _macs(step: Step, program: Program) -> int:
    kind = step.operator.name
    made = int(np.prod([size or 0 for size in step.outputs[_first(step)].shape]))
    if kind == "conv":
        return made * int(np.prod(step.arguments["weight"].shape[1:]))
    if kind == "linear":
        return made * int(step.arguments["weight"].shape[-1])
    if kind == "conv_transpose":
        read = int(np.prod(_shape(step.arguments["x"], program)))
        return read * int(np.prod(step.arguments["weight"].shape[1:]))
    if kind == "matmul":
        shape = _shape(step.arguments["x"], program)
        return made * shape[-2 if bool(step.arguments.get("transpose_x", False)) else -1]
    return 0


def _shape(argument: object, program: Program) -> tuple[int, ...]:
    if isinstance(argument, np.ndarray):
        return tuple(argument.shape)
    if isinstance(argument, Reference):
        for step in program.steps:
            if argument.name in step.outputs:
                return tuple(size or 0 for size in step.outputs[argument.name].shape)
        if argument.name in program.inputs:
            return tuple(size or 0 for size in program.inputs[argument.name].shape)
    return (0, 0)


def _precision(step: Step, makers: dict[str, Step]) -> str:
    weight, data = step.arguments.get("weight"), step.arguments.get("x")
    weights = _COMPRESSED.get(step.compressed.get("weight", ""))
    if isinstance(weight, Reference) and _maker(weight, makers) == "dequantize":
        weights = "int8 weights"
    rounded = isinstance(data, Reference) and _maker(data, makers) == "dequantize"
    if weights == "int8 weights" and rounded:
        return "int8"
    return weights or next(iter(step.outputs.values())).element.name


def _maker(argument: Reference, makers: dict[str, Step]) -> str:
    step = makers.get(argument.name)
    return step.operator.name if step else ""
