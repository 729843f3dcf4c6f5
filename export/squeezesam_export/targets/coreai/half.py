"""16 bits inside, float32 at the boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import fx

if TYPE_CHECKING:
    from torch.export import ExportedProgram

_CAST = torch.ops.aten._to_copy.default


def in_half(exported: ExportedProgram) -> ExportedProgram:
    """Compute a decomposed program in float16, with float32 inputs and outputs as before.

    Apple's pass (coreai-opt ``cast_to_16_bit_precision``) turns the boundary into float16 too;
    what the core gives and takes is float32, so one cast stands behind every input and before
    every output.

    Args:
        exported: changed in place.
    """
    from coreai_opt.casting import cast_to_16_bit_precision

    cast_to_16_bit_precision(exported)
    graph = exported.graph
    outside = {spec.arg.name for spec in exported.graph_signature.input_specs
               if spec.kind.name == "USER_INPUT"}  # fmt: skip
    for node in list(graph.nodes):
        if node.op == "placeholder" and node.name in outside:
            _float_before(graph, node)
    _float_after(exported)
    graph.lint()
    exported.graph_module.recompile()
    return exported


def _float_before(graph: fx.Graph, node: fx.Node) -> None:
    value = node.meta["val"]
    if value.dtype != torch.float16:
        return
    users = list(node.users)
    with graph.inserting_after(node):
        cast = graph.call_function(_CAST, (node,), {"dtype": torch.float16})
    cast.meta["val"] = value
    node.meta["val"] = value.to(torch.float32)
    for user in users:
        user.replace_input_with(node, cast)


def _float_after(exported: ExportedProgram) -> None:
    graph = exported.graph
    end = graph.output_node()
    (results,) = end.args
    cast = []
    for node in results:
        value = node.meta["val"]
        if value.dtype == torch.float16:
            with graph.inserting_before(end):
                widened = graph.call_function(_CAST, (node,), {"dtype": torch.float32})
            widened.meta["val"] = value.to(torch.float32)
            cast.append(widened)
        else:
            cast.append(node)
    end.args = (tuple(cast),)
    for spec, node in zip(exported.graph_signature.output_specs, cast, strict=True):
        spec.arg.name = node.name
