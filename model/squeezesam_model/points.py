"""Late fusion: points and their labels become tokens, SAM's way."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

FOREGROUND = 1
BACKGROUND = 0
BOX_TOP_LEFT = 2
BOX_BOTTOM_RIGHT = 3
PADDING = -1

_LABELS = (PADDING, BACKGROUND, FOREGROUND, BOX_TOP_LEFT, BOX_BOTTOM_RIGHT)


class PointEncoder(nn.Module):
    """Random Fourier features of the position plus a learnt embedding of the label.

    Source: Kirillov et al., "Segment Anything", appendix A (prompt encoder). The frequencies are a
    buffer, so that they travel with the weights.
    """

    frequencies: Tensor
    label_values: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.randn(2, width // 2))
        self.register_buffer(
            "label_values", torch.tensor(_LABELS, dtype=torch.float32), persistent=False
        )
        self.label_embedding = nn.Parameter(torch.randn(len(_LABELS), width) * 0.5)

    def encode_positions(self, unit: Tensor) -> Tensor:
        """…×2 positions in 0…1 (x, y) → …×C."""
        angles = (2 * math.pi) * ((2 * unit - 1) @ self.frequencies)
        return torch.cat([angles.sin(), angles.cos()], dim=-1)

    def forward(self, points: Tensor, labels: Tensor, height: int, width: int) -> Tensor:
        """Tokens of the prompts.

        Args:
            points: B×N×2 float32, (x, y) in input pixels, pixel centres at integers.
            labels: B×N float32: 1, 0, 2, 3 or −1 (padding).
            height: of the network's input, in pixels.
            width: of the network's input, in pixels.

        Returns:
            B×N×C float32.
        """
        size = torch.tensor([width, height], dtype=points.dtype, device=points.device)
        encoded = self.encode_positions((points + 0.5) / size)
        # One-hot by arithmetic (exact for whole labels): comparisons and gathers would fall out
        # of the mobile delegates.
        one_hot = torch.relu(1 - (labels.unsqueeze(-1) - self.label_values).abs())
        is_point = 1 - one_hot[..., :1]
        return encoded * is_point + one_hot @ self.label_embedding

    def dense(self, height: int, width: int) -> Tensor:
        """Encoding of every cell of a height×width grid: 1×(height·width)×C float32."""
        device = self.frequencies.device
        y = (torch.arange(height, device=device, dtype=torch.float32) + 0.5) / height
        x = (torch.arange(width, device=device, dtype=torch.float32) + 0.5) / width
        grid = torch.stack(torch.meshgrid(y, x, indexing="ij"), dim=-1).flip(-1)
        return self.encode_positions(grid.reshape(1, height * width, 2))
