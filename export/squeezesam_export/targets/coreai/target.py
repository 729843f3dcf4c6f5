"""The target `coreai`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from squeezesam_export.targets.protocol import Lowering, Option, Target

if TYPE_CHECKING:
    from squeezesam_export.program import Execute, LoweredProgram, SourceProgram
    from squeezesam_export.tracing.layers import Tracer


class CoreAITarget(Target):
    """Core AI assets, run on this machine by Apple's own runtime."""

    name = "coreai"
    engine = "coreai"
    backends = ("coreai",)
    precisions = ("fp32", "fp16", "int8")
    options = (
        Option(
            "int8",
            ("weights", "w8a8", "palette6"),
            "what int8 means for Core AI: weights alone, activations of convolutions too, or "
            "weights in tables of 64 values, 6 bits each",
        ),
    )
    tools = ("coreai-core", "coreai-torch", "coreai-opt")
    install = "pip install 'squeezesam[export,coreai]'"

    def lower(self, program: SourceProgram, how: Lowering, folder: Path) -> LoweredProgram:
        from squeezesam_export.targets.coreai import lowering

        return lowering.lower(program, how.precision, how.options["int8"], folder)

    def execute(
        self, path: Path, backend: str, inputs: Sequence[str], outputs: Sequence[str]
    ) -> Execute | None:
        from squeezesam_export.targets.coreai import lowering

        return lowering.executor(path, inputs, outputs)

    def label(self, how: Lowering) -> tuple[str, str]:
        mode = how.options["int8"]
        return self.name, mode if how.precision == "int8" and mode != "weights" else how.precision

    def trace(self, program: SourceProgram, how: Lowering, made: LoweredProgram) -> Tracer | None:
        from squeezesam_export.targets.coreai.layers import CoreAITracer

        return CoreAITracer(program, how.precision, how.options["int8"])


TARGET = CoreAITarget()
