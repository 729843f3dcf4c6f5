"""The target `coreml`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from squeezesam_export.targets.protocol import Lowering, Option, Target

if TYPE_CHECKING:
    from squeezesam_export.program import Execute, LoweredProgram, SourceProgram
    from squeezesam_export.tracing.layers import Tracer


class CoreMlTarget(Target):
    """Core ML packages, run on this machine by the MIL interpreter."""

    name = "coreml"
    engine = "coreml"
    backends = ("coreml",)
    precisions = ("fp32", "fp16", "int8")
    options = (
        Option(
            "int8",
            ("weights", "w8a8", "palette6"),
            "what int8 means for Core ML: weights alone, activations too (iOS 17), or weights in "
            "tables of 64 values, 6 bits each",
        ),
    )
    tools = ("coremltools", "torchao")

    def lower(self, program: SourceProgram, how: Lowering, folder: Path) -> LoweredProgram:
        from squeezesam_export.targets.coreml import lowering

        return lowering.lower(program, how.precision, how.options["int8"], folder)

    def execute(
        self, path: Path, backend: str, inputs: Sequence[str], outputs: Sequence[str]
    ) -> Execute | None:
        from squeezesam_export.targets.coreml import lowering

        return lowering.executor(path, inputs, outputs)

    def label(self, how: Lowering) -> tuple[str, str]:
        mode = how.options["int8"]
        return self.name, mode if how.precision == "int8" and mode != "weights" else how.precision

    def trace(self, program: SourceProgram, how: Lowering, made: LoweredProgram) -> Tracer | None:
        from squeezesam_export.targets.coreml import lowering
        from squeezesam_export.targets.coreml.layers import CoreMlTracer

        with tempfile.TemporaryDirectory() as scratch:
            plain = lowering.lower(program, "fp32", "weights", Path(scratch)).path
            return CoreMlTracer(program, plain, made.path)


TARGET = CoreMlTarget()
