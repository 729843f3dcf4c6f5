"""The int8 ONNX program as the search for layers that stay in float wants it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import onnx

from squeezesam_export.program import F32, Execute, SourceProgram
from squeezesam_export.targets.onnx import lowering
from squeezesam_export.targets.onnx.floating import operators_of, to_float
from squeezesam_export.targets.onnx.layers import OnnxTracer
from squeezesam_export.toolchain.quiet import quiet
from squeezesam_export.tracing.layers import LayerReport, measure


class OnnxMixable:
    """The int8 program and its fp32 twin, made once."""

    def __init__(self, source: SourceProgram) -> None:
        self._source = source
        self._scratch = tempfile.TemporaryDirectory()
        folder = Path(self._scratch.name)
        for precision in ("fp32", "int8"):
            (folder / precision).mkdir()
        with quiet():
            self._plain = lowering.lower(source, "fp32", folder / "fp32").path
            self._int8 = lowering.lower(source, "int8", folder / "int8").path

    def layers(self, inputs: Sequence[tuple[F32, ...]]) -> list[LayerReport]:
        """Its int8 layers, the one that adds most noise first."""
        tracer = OnnxTracer(self._source, self._plain, self._int8)
        return [r for r in measure(tracer, inputs) if r.node.precision == "int8"]

    def execute(self, in_float: frozenset[str]) -> Execute:
        """The program with the named layers in float, ready to be run."""
        path = Path(self._scratch.name) / "mixed.onnx"
        model = onnx.load(self._int8)
        plain = onnx.load(self._plain)
        to_float(model, plain, operators_of(plain, self._source, in_float))
        onnx.save_model(model, path)
        return lowering.executor(path)
