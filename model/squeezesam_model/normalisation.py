"""Pixel normalisation, a module of its own for export to fold."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Mean and standard deviation of ImageNet in 0…255, RGB: what the authors' published code used.
MEAN = (123.675, 116.28, 103.53)
STD = (58.395, 57.12, 57.375)
# EfficientNet-Lite's: −1…1, nearly.
SYMMETRIC_MEAN, SYMMETRIC_STD = (127.0,) * 3, (128.0,) * 3
_KINDS = {"imagenet": (MEAN, STD), "symmetric": (SYMMETRIC_MEAN, SYMMETRIC_STD)}
# The colour of the letterbox, as close to the mean as 8 bits allow.
PAD_VALUE = (124, 116, 104)


class PixelNormalisation(nn.Module):
    """(image − mean) / std for B×3×H×W float32 RGB in 0…255.

    Args:
        kind: ``imagenet`` (the statistics of its photos) or ``symmetric`` (127 and 128).

    Raises:
        ValueError: another kind.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, kind: str = "imagenet") -> None:
        super().__init__()
        if kind not in _KINDS:
            raise ValueError(f"unknown normalisation '{kind}': choose one of {', '.join(_KINDS)}")
        mean, std = _KINDS[kind]
        self.register_buffer("mean", torch.tensor(mean).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).reshape(1, 3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        return (image - self.mean) / self.std
