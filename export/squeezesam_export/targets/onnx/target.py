"""The target `onnx`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from squeezesam_export.targets.protocol import Lowering, Mixable, Option, Target

if TYPE_CHECKING:
    from squeezesam_export.program import Execute, LoweredProgram, SourceProgram
    from squeezesam_export.tracing.layers import Tracer


class OnnxTarget(Target):
    """ONNX for ONNX Runtime's CPU provider."""

    name = "onnx"
    engine = "onnxruntime"
    backends = ("cpu",)
    precisions = ("fp32", "fp16", "int8")
    options = (
        Option("format", ("onnx", "ort"), "ort is what the small builds of ONNX Runtime load"),
    )
    mixed_precisions = ("int8",)
    tools = ("onnx", "onnxruntime", "onnxscript")

    def lower(self, program: SourceProgram, how: Lowering, folder: Path) -> LoweredProgram:
        from squeezesam_export.targets.onnx import lowering

        made = lowering.lower(program, how.precision, folder, how.in_float)
        return lowering.to_ort(made) if how.options["format"] == "ort" else made

    def execute(
        self, path: Path, backend: str, inputs: Sequence[str], outputs: Sequence[str]
    ) -> Execute | None:
        from squeezesam_export.targets.onnx import lowering

        return lowering.executor(path)

    def label(self, how: Lowering) -> tuple[str, str]:
        return ("onnx-ort" if how.options["format"] == "ort" else "onnx"), how.precision

    def trace(self, program: SourceProgram, how: Lowering, made: LoweredProgram) -> Tracer | None:
        # ONNX's own library reads the other format only.
        if how.options["format"] == "ort":
            return None
        from squeezesam_export.targets.onnx import lowering
        from squeezesam_export.targets.onnx.layers import OnnxTracer

        with tempfile.TemporaryDirectory() as scratch:
            plain = lowering.lower(program, "fp32", Path(scratch)).path
            return OnnxTracer(program, plain, made.path)

    def mixable(self, program: SourceProgram) -> Mixable:
        from squeezesam_export.targets.onnx.mixed import OnnxMixable

        return OnnxMixable(program)


TARGET = OnnxTarget()
