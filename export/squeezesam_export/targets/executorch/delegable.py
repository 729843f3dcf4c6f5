"""Rewrites that keep a network's values and let a delegate take it over in one piece."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram

_ARITHMETIC = (
    torch.ops.aten.add.Tensor, torch.ops.aten.sub.Tensor, torch.ops.aten.mul.Tensor,
    torch.ops.aten.div.Tensor, torch.ops.aten.rsub.Scalar,
)  # fmt: skip


class PooledLayerNorm(nn.Module):
    """LayerNorm over the last axis by means over two axes of four, which XNNPACK can take.

    Args:
        norm: of one axis, whose length is a multiple of 4.
    """

    def __init__(self, norm: nn.LayerNorm) -> None:
        super().__init__()
        (self.width,) = norm.normalized_shape
        self.side = math.gcd(self.width, 1 << (self.width.bit_length() // 2))
        self.eps = norm.eps
        self.weight, self.bias = norm.weight, norm.bias

    def forward(self, x: Tensor) -> Tensor:
        """B×T×C → B×T×C, or B×H×W×C → B×H×W×C."""
        cells = math.prod(x.shape[1:-1])
        plane = x.reshape(x.shape[0], cells, self.side, self.width // self.side)
        centred = plane - plane.mean((2, 3), keepdim=True)
        variance = (centred * centred).mean((2, 3), keepdim=True)
        scaled = centred * torch.rsqrt(variance + self.eps)
        return scaled.reshape(x.shape) * self.weight + self.bias


def delegable(module: nn.Module) -> nn.Module:
    """A copy in which every LayerNorm over one axis is a :class:`PooledLayerNorm`."""
    rewritten = copy.deepcopy(module)
    for parent in list(rewritten.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.LayerNorm) and len(child.normalized_shape) == 1:
                setattr(parent, name, PooledLayerNorm(child))
    return rewritten


def float_scalars(exported: ExportedProgram) -> int:
    """Write the 1 of ``1 - x`` as 1.0 where x is floating point, in place; returns how many.

    ExecuTorch makes a tensor of whole numbers of it and casts that at every run, outside of the
    delegate, which must then be cut in two.
    """
    changed = 0
    for node in exported.graph.nodes:
        value = node.meta.get("val")
        if node.target not in _ARITHMETIC or not isinstance(value, Tensor):
            continue
        if value.is_floating_point() and type(node.args[1]) is int:
            node.update_arg(1, float(node.args[1]))
            changed += 1
    exported.graph_module.recompile()
    return changed
