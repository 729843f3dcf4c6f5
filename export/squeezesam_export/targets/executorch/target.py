"""The target `executorch`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from squeezesam_export.targets.protocol import Lowering, Target

if TYPE_CHECKING:
    from squeezesam_export.program import Execute, LoweredProgram, SourceProgram
    from squeezesam_export.tracing.layers import Tracer


class ExecuTorchTarget(Target):
    """ExecuTorch programs; XNNPACK's are executed here, those of other delegates checked."""

    name = "executorch"
    engine = "executorch"
    backends = ("xnnpack", "coreml", "vulkan")
    precisions = ("fp32", "fp16", "int8")
    tools = ("executorch", "torchao", "coremltools")

    def lower(self, program: SourceProgram, how: Lowering, folder: Path) -> LoweredProgram:
        from squeezesam_export.targets.executorch import lowering

        return lowering.lower(program, how.precision, how.backend, folder)

    def execute(
        self, path: Path, backend: str, inputs: Sequence[str], outputs: Sequence[str]
    ) -> Execute | None:
        if backend != "xnnpack":
            return None
        from squeezesam_export.targets.executorch import lowering

        return lowering.executor(path)

    def trace(self, program: SourceProgram, how: Lowering, made: LoweredProgram) -> Tracer | None:
        # The graph of PT2E is what XNNPACK gets; in float it is the fp32 network's own.
        if how.backend != "xnnpack" or how.precision != "int8":
            return None
        import torch

        from squeezesam_export.targets.executorch.layers import ExecuTorchTracer
        from squeezesam_export.targets.pt2e import quantise
        from squeezesam_export.toolchain.quiet import quiet

        with quiet():
            plain = torch.export.export(program.module, program.example)
            graph = quantise(program, plain, dynamic=True)
        return ExecuTorchTracer(program, graph, made.notes["operators"])


TARGET = ExecuTorchTarget()
