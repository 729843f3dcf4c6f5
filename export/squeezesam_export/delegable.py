"""Rewrites that keep a network's values and let a delegate take it over in one piece."""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn


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
        """B×T×C → B×T×C."""
        batch, count, _ = x.shape
        plane = x.reshape(batch, count, self.side, self.width // self.side)
        centred = plane - plane.mean((2, 3), keepdim=True)
        variance = (centred * centred).mean((2, 3), keepdim=True)
        scaled = centred * torch.rsqrt(variance + self.eps)
        return scaled.reshape(batch, count, self.width) * self.weight + self.bias


def delegable(module: nn.Module) -> nn.Module:
    """A copy in which every LayerNorm over one axis is a :class:`PooledLayerNorm`."""
    rewritten = copy.deepcopy(module)
    for parent in list(rewritten.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.LayerNorm) and len(child.normalized_shape) == 1:
                setattr(parent, name, PooledLayerNorm(child))
    return rewritten
