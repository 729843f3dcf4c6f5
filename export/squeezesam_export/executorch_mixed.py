"""Single layers of an int8 graph for XNNPACK taken back to float, calibrated once."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from squeezesam_export.lean import lean
from squeezesam_export.program import F32, Execute, SourceProgram
from squeezesam_export.pt2e import Observed
from squeezesam_export.quiet import quiet
from squeezesam_export.report.layers import LayerReport, measure
from squeezesam_export.sources import PreparedView


class ExecuTorchMixable:
    """The graph that XNNPACK's delegate gets, run by torch: lowering each try takes minutes."""

    def __init__(self, source: SourceProgram) -> None:
        self._source = source
        with quiet(), lean():
            exported = torch.export.export(source.module, source.example)
            self._observed = Observed(source, exported, dynamic=True)

    def layers(self, photos: Sequence[PreparedView]) -> list[LayerReport]:
        """Its int8 layers, the one that adds most noise first."""
        from squeezesam_export.report.executorch_layers import ExecuTorchTracer

        with quiet(), lean():
            tracer = ExecuTorchTracer(self._source, self._observed.convert(), {})
        inputs = [tuple(t.numpy() for t in view.segmenter) for view in photos]
        return [r for r in measure(tracer, inputs) if r.node.precision == "int8"]

    def execute(self, in_float: frozenset[str]) -> Execute:
        """The graph with the named layers in float, ready to be run."""
        with quiet(), lean():
            module = self._observed.convert(in_float).module()

        def run(inputs: Sequence[F32]) -> list[F32]:
            with torch.inference_mode():
                return [out.numpy() for out in module(*map(torch.from_numpy, inputs))]

        return run
