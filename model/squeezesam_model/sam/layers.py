"""Layers that SAM's decoder and the encoders before it share, under the checkpoints' names."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn


class ChannelNorm(nn.Module):
    """Normalises each pixel of B×C×H×W over its channels, then scales and shifts every channel.

    The variance is the mean of squares, and the epsilon 1e-6, as in the published networks.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        centred = x - x.mean(1, keepdim=True)
        spread = (centred * centred).mean(1, keepdim=True) + 1e-6
        scaled = centred * spread.rsqrt()
        return scaled * self.weight.reshape(1, -1, 1, 1) + self.bias.reshape(1, -1, 1, 1)


class Perceptron(nn.Module):
    """Linear layers with ReLU between them: ``layers.0`` … ``layers.{depth − 1}``."""

    def __init__(self, inputs: int, hidden: int, outputs: int, depth: int = 3) -> None:
        super().__init__()
        widths = [inputs, *[hidden] * (depth - 1), outputs]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        last: Tensor = self.layers[-1](x)
        return last


class Attention(nn.Module):
    """Multi-head attention whose inner width may be narrower than its outer one."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads, self.inner = heads, inner
        self.q_proj = nn.Linear(width, inner)
        self.k_proj = nn.Linear(width, inner)
        self.v_proj = nn.Linear(width, inner)
        self.out_proj = nn.Linear(inner, width)

    def _split(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, unseen: Tensor | None = None
    ) -> Tensor:
        """B×Q×C, B×K×C, B×K×C → B×Q×C.

        ``unseen``, B×1×1×K, is added before the softmax: a large negative number hides a key.
        """
        q = self._split(self.q_proj(query)) * (self.inner // self.heads) ** -0.5
        weights = q @ self._split(self.k_proj(key)).transpose(-2, -1)
        if unseen is not None:
            weights = weights + unseen
        merged = weights.softmax(dim=-1) @ self._split(self.v_proj(value))
        merged = merged.transpose(1, 2).reshape(query.shape[0], query.shape[1], self.inner)
        out: Tensor = self.out_proj(merged)
        return out

    def product_macs(self, query: Tensor, key: Tensor, *_: Tensor) -> int:
        """Of the two products that are no layers."""
        return 2 * query.shape[0] * query.shape[1] * key.shape[1] * self.inner
