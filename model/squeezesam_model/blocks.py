"""Convolutional blocks of the UNet: Conv → BatchNorm → ReLU, in that order.

The order matters: a BatchNorm that directly follows its convolution can be folded into it exactly,
which the export relies on (the authors' published code normalised after the activation, where
folding is not exact).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ConvBNReLU(nn.Sequential):
    """3×3 convolution without bias, BatchNorm, ReLU. Keeps height and width."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


class DoubleConv(nn.Sequential):
    """Two :class:`ConvBNReLU` in a row."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(
            ConvBNReLU(in_channels, out_channels), ConvBNReLU(out_channels, out_channels)
        )


def halve(features: Tensor) -> Tensor:
    """2×2 max pooling that rounds up: a side of 3 becomes 2, a side of 1 stays 1.

    The paper's encoder reaches stride 1024; with smaller inputs the deepest levels would run out
    of pixels. Rounding up lets the same weights run at 256 or 384×512, and is the paper's network
    exactly at 1024×1024, where nothing is ever odd. The features come out of a ReLU, so a zero
    beyond the edge never wins the maximum.
    """
    height, width = features.shape[-2:]
    if height == 1 and width == 1:
        return features
    kernel = (min(2, height), min(2, width))
    odd_rows, odd_columns = height % 2 if height > 1 else 0, width % 2 if width > 1 else 0
    if odd_rows or odd_columns:
        features = F.pad(features, (0, odd_columns, 0, odd_rows))
    # The stride is spelled out: ExecuTorch's XNNPACK partitioner fails on the one-argument form.
    return F.max_pool2d(features, kernel, kernel)


class DoubleConvDown(nn.Module):
    """Pooling by two, then :class:`DoubleConv`: B×C_in×H×W → B×C_out×⌈H/2⌉×⌈W/2⌉."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.convs = DoubleConv(in_channels, out_channels)

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = self.convs(halve(features))
        return out


def cropped(features: Tensor, skip: Tensor) -> Tensor:
    """``features`` cut to the height and width of ``skip``."""
    if features.shape[-2:] == skip.shape[-2:]:
        return features
    return features[..., : skip.shape[-2], : skip.shape[-1]]


class DoubleConvUp(nn.Module):
    """Transposed convolution k2 s2 to half the channels, skip concatenation, :class:`DoubleConv`.

    The upsampled map is cropped to the skip's size, which matters only where the encoder's pooling
    rounded up (see :func:`halve`).
    """

    def __init__(self, in_channels: int, skip_channels: int, out_channels: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(in_channels, in_channels // 2, 2, stride=2)
        self.convs = DoubleConv(in_channels // 2 + skip_channels, out_channels)

    def forward(self, features: Tensor, skip: Tensor) -> Tensor:
        out: Tensor = self.convs(torch.cat([cropped(self.up(features), skip), skip], dim=1))
        return out


class AddedSkipUp(nn.Module):
    """Transposed convolution k2 s2 and a 1×1 of the skip, added; then :class:`ConvBNReLU`.

    Half the multiply-adds of :class:`DoubleConvUp` at the same width: nothing is concatenated.

    Args:
        in_channels: of the coarser features.
        skip_channels: of the encoder's map.
        out_channels: of the level.
        convs: 3×3 convolutions after the sum.
    """

    def __init__(self, in_channels: int, skip_channels: int, out_channels: int, convs: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(in_channels, out_channels, 2, stride=2)
        self.skip = nn.Conv2d(skip_channels, out_channels, 1)
        self.convs = nn.Sequential(*(ConvBNReLU(out_channels, out_channels) for _ in range(convs)))

    def forward(self, features: Tensor, skip: Tensor) -> Tensor:
        out: Tensor = self.convs(cropped(self.up(features), skip) + self.skip(skip))
        return out
