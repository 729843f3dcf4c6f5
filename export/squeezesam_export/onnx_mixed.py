"""Single layers of an int8 ONNX program taken back to float, without calibrating again."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import onnx

from squeezesam_export.onnx_rewrite import drop_unused
from squeezesam_export.program import Execute, SourceProgram
from squeezesam_export.report.layers import LayerReport, measure
from squeezesam_export.sources import PreparedView


def to_float(quantised: onnx.ModelProto, plain: onnx.ModelProto, operators: set[str]) -> int:
    """Let the named operators of ``quantised`` read float data and float weights, in place.

    Args:
        quantised: QDQ model of ``plain``, whose operators have the same names.
        plain: the model in fp32: where the weights come from.
        operators: names of convolutions.

    Returns:
        how many operators were changed.
    """
    made_by = {output: node for node in quantised.graph.node for output in node.output}
    wanted = {node.name: node for node in plain.graph.node}
    weights = {tensor.name: tensor for tensor in plain.graph.initializer}
    plain_made_by = {output: node for node in plain.graph.node for output in node.output}
    added: set[str] = set()
    relus: dict[str, onnx.NodeProto] = {}
    changed = 0
    for node in quantised.graph.node:
        if node.name not in operators or node.name not in wanted:
            continue
        changed += 1
        for index, name in enumerate(wanted[node.name].input):
            if name in weights:
                # The old name belongs to the rounded one.
                node.input[index] = f"{name}_in_float"
                if name not in added:
                    tensor = quantised.graph.initializer.add()
                    tensor.CopyFrom(weights[name])
                    tensor.name = f"{name}_in_float"
                    added.add(name)
            else:
                source = _unrounded(node.input[index], made_by)
                lost = plain_made_by.get(name)
                maker = made_by.get(source)
                was_relu = lost is not None and lost.op_type == "Relu"
                if was_relu and maker is not None and maker.op_type != "Relu":
                    source = _restored(source, name, relus)
                node.input[index] = source
    _insert(quantised, relus)
    _drop_dead(quantised)
    return changed


def _restored(source: str, name: str, relus: dict[str, onnx.NodeProto]) -> str:
    """A ReLU's output; the quantiser leaves out what rounding to unsigned numbers does as well."""
    output = f"{name}_in_float"
    relus[source] = onnx.helper.make_node("Relu", [source], [output], name=output)
    return output


def _insert(model: onnx.ModelProto, behind: dict[str, onnx.NodeProto]) -> None:
    """Put each operator right behind the one that makes its input."""
    nodes = []
    for node in model.graph.node:
        nodes.append(node)
        nodes += [behind[output] for output in node.output if output in behind]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _unrounded(tensor: str, made_by: dict[str, onnx.NodeProto]) -> str:
    """What was rounded: the tensor before QuantizeLinear and DequantizeLinear."""
    expand = made_by.get(tensor)
    if expand is None or expand.op_type != "DequantizeLinear":
        return tensor
    shrink = made_by.get(expand.input[0])
    return str(shrink.input[0]) if shrink and shrink.op_type == "QuantizeLinear" else tensor


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


class OnnxMixable:
    """The int8 program and its fp32 twin, made once."""

    def __init__(self, source: SourceProgram) -> None:
        from squeezesam_export import target_onnx
        from squeezesam_export.quiet import quiet

        self._source = source
        self._scratch = tempfile.TemporaryDirectory()
        folder = Path(self._scratch.name)
        for precision in ("fp32", "int8"):
            (folder / precision).mkdir()
        with quiet():
            self._plain = target_onnx.lower(source, "fp32", folder / "fp32").path
            self._int8 = target_onnx.lower(source, "int8", folder / "int8").path

    def layers(self, photos: Sequence[PreparedView]) -> list[LayerReport]:
        """Its int8 layers, the one that adds most noise first."""
        from squeezesam_export.report.onnx_layers import OnnxTracer

        tracer = OnnxTracer(self._source, self._plain, self._int8)
        inputs = [tuple(t.numpy() for t in view.segmenter) for view in photos]
        return [r for r in measure(tracer, inputs) if r.node.precision == "int8"]

    def execute(self, in_float: frozenset[str]) -> Execute:
        """The program with the named layers in float, ready to be run."""
        from squeezesam_export import target_onnx

        path = Path(self._scratch.name) / "mixed.onnx"
        model = onnx.load(self._int8)
        plain = onnx.load(self._plain)
        to_float(model, plain, operators_of(plain, self._source, in_float))
        onnx.save_model(model, path)
        return target_onnx.executor(path)


def operators_of(
    plain: onnx.ModelProto, source: SourceProgram, layers: frozenset[str] | set[str]
) -> set[str]:
    """Names of the graph's operators that have these layer names."""
    from squeezesam_export.report.onnx_layers import layer_titles

    return {name for name, title in layer_titles(plain, source).items() if title in layers}
