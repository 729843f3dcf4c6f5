"""Layers that SAM's decoder and the encoders before it share, under the checkpoints' names."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

# Pixels that a plain transformer makes one cell of, each way.
PATCH = 16


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


class Patches(nn.Module):
    """Each 16×16 pixels become one cell: B×3×H×W → B×C×H/16×W/16."""

    def __init__(self, width: int, side: int = PATCH) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, side, side)

    def forward(self, image: Tensor) -> Tensor:
        out: Tensor = self.proj(image)
        return out


def neck(width: int, embedding: int) -> nn.Sequential:
    """From the transformer's width to the embedding's."""
    return nn.Sequential(
        nn.Conv2d(width, embedding, 1, bias=False), ChannelNorm(embedding),
        nn.Conv2d(embedding, embedding, 3, padding=1, bias=False), ChannelNorm(embedding),
    )  # fmt: skip


def attended(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None) -> Tensor:
    """B×heads×T×C each, the query scaled here → B×T×(heads·C)."""
    batch, heads, cells, width = query.shape
    weights = (query * width**-0.5) @ key.transpose(-2, -1)
    if bias is not None:
        weights = weights + bias
    merged: Tensor = weights.softmax(dim=-1) @ value
    return merged.transpose(1, 2).reshape(batch, cells, heads * width)


def split_heads(mixed: Tensor, heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """B×T×(3·heads·C), queries first → three of B×heads×T×C; no tensor above rank 4."""
    batch, cells, _ = mixed.shape
    query, key, value = (
        part.reshape(batch, cells, heads, -1).transpose(1, 2) for part in mixed.chunk(3, dim=-1)
    )
    return query, key, value


@torch.no_grad()
def resized_positions(positions: Tensor, height: int, width: int) -> Tensor:
    """1×h×w×C → 1×height×width×C, bicubic where the sizes differ."""
    if positions.shape[1:3] == (height, width):
        return positions
    maps = functional.interpolate(
        positions.permute(0, 3, 1, 2), (height, width), mode="bicubic", align_corners=False
    )
    return maps.permute(0, 2, 3, 1)


def cut_windows(cells: Tensor, side: int) -> Tensor:
    """B×H×W×C, padded with zeros to whole windows → (windows)×(side·side)×C.

    A window's row of cells stays together, so that rank 4 is enough to exchange the axes.
    """
    batch, height, width, channels = cells.shape
    down, across = -height % side, -width % side
    if down or across:
        cells = functional.pad(cells, (0, 0, 0, across, 0, down))
    rows, columns = (height + down) // side, (width + across) // side
    bands = cells.reshape(batch * rows, side, columns, side * channels).transpose(1, 2)
    return bands.reshape(batch * rows * columns, side * side, channels)


def join_windows(windows: Tensor, side: int, batch: int, height: int, width: int) -> Tensor:
    """What :func:`cut_windows` made, back to B×H×W×C without the padding."""
    rows, columns, channels = -(-height // side), -(-width // side), windows.shape[-1]
    bands = windows.reshape(batch * rows, columns, side, side * channels).transpose(1, 2)
    whole = bands.reshape(batch, rows * side, columns * side, channels)
    cut = whole.shape[1:3] != (height, width)
    return whole[:, :height, :width] if cut else whole
