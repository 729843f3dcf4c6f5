"""A quantised torch graph in the operators that Core AI's converter reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, fx

if TYPE_CHECKING:
    from torch.export import ExportedProgram

_PER_TENSOR = ("quantize_per_tensor", "dequantize_per_tensor")
_PER_CHANNEL = ("dequantize_per_channel",)


def in_core_ai_operators(exported: ExportedProgram, example: tuple[Tensor, ...]) -> ExportedProgram:
    """The same program with torch's quantised operators replaced by Core AI's.

    Args:
        exported: of PT2E: ``quantized_decomposed`` operators round whatever runs in int8.
        example: inputs to export it with once more.

    Returns:
        The program with ``coreai::quantize`` and ``coreai::dequantize``; scales and zero points
        are constants of the graph, as its converter wants them.
    """
    # Importing it registers the operators.
    import coreai_torch._compression.custom_layers  # noqa: F401

    module = exported.module()
    for node in list(module.graph.nodes):
        name = _name(node)
        if name in _PER_TENSOR:
            _replace_per_tensor(module, node, name)
        elif name in _PER_CHANNEL:
            _replace_per_channel(module, node)
    module.graph.eliminate_dead_code()
    module.recompile()
    return torch.export.export(module, example)


def _name(node: fx.Node) -> str:
    target = node.target
    if node.op != "call_function" or not isinstance(target, torch._ops.OpOverload):
        return ""
    namespace, _, name = str(target._schema.name).partition("::")
    return name if namespace == "quantized_decomposed" else ""


def _replace_per_tensor(module: fx.GraphModule, node: fx.Node, name: str) -> None:
    values, scale, zero_point, *_ = tuple[Any, ...](node.args)
    with module.graph.inserting_before(node):
        scales = _constant(module, node, "scale", torch.tensor(float(scale)))
        offset = _constant(module, node, "offset", torch.tensor(int(zero_point), dtype=torch.int8))
        if name == "quantize_per_tensor":
            made = module.graph.call_function(
                torch.ops.coreai.quantize.default, (values, scales, torch.int8, offset)
            )
        else:
            made = module.graph.call_function(
                torch.ops.coreai.dequantize.default, (values, scales, offset)
            )
    _put(module, node, made)


def _replace_per_channel(module: fx.GraphModule, node: fx.Node) -> None:
    values, scales, zero_points, axis, *_ = tuple[Any, ...](node.args)
    with module.graph.inserting_before(node):
        # Symmetric: the zero points are all zero, but their type has to be the weights'.
        zeros = _value(module, zero_points).to(torch.int8)
        offset = _constant(module, node, "offset", zeros)
        scale = _constant(module, node, "scale", _value(module, scales).float())
        made = module.graph.call_function(
            torch.ops.coreai.dequantize.default, (values, scale, offset, None, axis)
        )
    _put(module, node, made)


def _put(module: fx.GraphModule, old: fx.Node, new: fx.Node) -> None:
    old.replace_all_uses_with(new)
    module.graph.erase_node(old)


def _constant(module: fx.GraphModule, node: fx.Node, kind: str, value: Tensor) -> fx.Node:
    name = f"_{node.name}_{kind}"
    module.register_buffer(name, value)
    return module.graph.get_attr(name)


def _value(module: fx.GraphModule, node: Any) -> Tensor:
    """What a constant's node stands for."""
    found: Any = module
    for part in str(node.target).split("."):
        found = getattr(found, part)
    return torch.as_tensor(found)
