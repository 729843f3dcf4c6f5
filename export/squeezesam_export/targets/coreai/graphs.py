"""From a torch program to the decomposed graph that Core AI's converter takes."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch

from squeezesam_export.program import ExportError, SourceProgram
from squeezesam_export.targets.coreai.half import in_half
from squeezesam_export.targets.coreai.quantised import in_core_ai_operators
from squeezesam_export.targets.pt2e import quantise

if TYPE_CHECKING:
    from torch.export import ExportedProgram

# The Neural Engine takes no tensors of more dimensions (Apple, coreai-models,
# skills/model-authoring/references/neural_engine_rules.md of 2026-08-21).
LARGEST_RANK = 5


def graph(program: SourceProgram, precision: str, int8_mode: str) -> ExportedProgram:
    """Export, quantise where activations become int8 too, decompose, and cast to 16 bits.

    Args:
        program: where module and calibration inputs come from.
        precision: ``fp32``, ``fp16`` or ``int8``; what is not int8 computes in fp16, except in
            ``fp32``.
        int8_mode: ``w8a8`` quantises here; the others compress the weights once converted.

    Raises:
        ExportError: a tensor has more dimensions than Apple's accelerator takes.
    """
    import coreai_torch

    exported: torch.export.ExportedProgram = torch.export.export(program.module, program.example)
    if (precision, int8_mode) == ("int8", "w8a8"):
        exported = quantise(program, exported, dynamic=False)
        exported = in_core_ai_operators(exported, program.example)
    decomposed: ExportedProgram = exported.run_decompositions(coreai_torch.get_decomp_table())
    if precision != "fp32":
        in_half(decomposed)
    rank, name = max(
        (value.dim(), node.name)
        for node in decomposed.graph.nodes
        if isinstance(value := node.meta.get("val"), torch.Tensor)
    )
    if rank > LARGEST_RANK:
        raise ExportError(
            f"the tensor {name} of '{program.name}' has {rank} dimensions; the Neural Engine takes "
            f"{LARGEST_RANK} at most"
        )
    return decomposed


def convert(exported: ExportedProgram, inputs: list[str], outputs: list[str]) -> Any:
    """A ``coreai.authoring.AIProgram`` with one function, ``main``.

    Args:
        exported: of :func:`graph`.
        inputs: names in the order of the graph's inputs.
        outputs: names in the order of its outputs.
    """
    from coreai_torch import TorchConverter

    # Release: without the stack traces of this machine, which would end up in the bundle.
    converter = TorchConverter(mode=TorchConverter.Mode.RELEASE)
    converter.add_exported_program(exported, input_names=inputs, output_names=outputs)
    with _names_without_chance():
        return converter.to_coreai()


@contextlib.contextmanager
def _names_without_chance() -> Iterator[None]:
    """Equal programs get equal bytes: the library draws the names of inner graphs by chance."""
    from coreai.authoring import graph_builder

    drawn = graph_builder.choice
    graph_builder.choice = random.Random(0).choice
    try:
        yield
    finally:
        graph_builder.choice = drawn
