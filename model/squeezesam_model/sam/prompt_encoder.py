"""SAM's prompt encoder: points, a box and the last mask become tokens and a map.

Source: Kirillov et al., "Segment Anything", appendix A; the behaviour of the published code, at
commit dca509f, where the paper is silent (which tokens are there, the padding token).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from squeezesam_model.sam.layers import ChannelNorm

# Background and foreground point, a box's top left and bottom right: their embeddings' order.
_LABELS = (0.0, 1.0, 2.0, 3.0)
# Added before a softmax: nothing of the key is left, in half precision too.
HIDDEN = -1e4


class Frequencies(nn.Module):
    """Random Fourier features of a position."""

    positional_encoding_gaussian_matrix: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("positional_encoding_gaussian_matrix", torch.randn(2, features))

    def forward(self, unit: Tensor) -> Tensor:
        """…×2 positions in 0…1 (x, y) → …×2F."""
        angles = (2 * math.pi) * ((2 * unit - 1) @ self.positional_encoding_gaussian_matrix)
        return torch.cat([angles.sin(), angles.cos()], dim=-1)


class PromptEncoder(nn.Module):
    """Prompts in fixed slots → the tokens that SAM would make of those in use."""

    label_values: Tensor

    def __init__(self, width: int = 256, mask_channels: int = 16) -> None:
        super().__init__()
        self.pe_layer = Frequencies(width // 2)
        self.point_embeddings = nn.ModuleList(nn.Embedding(1, width) for _ in _LABELS)
        self.not_a_point_embed = nn.Embedding(1, width)
        self.mask_downscaling = nn.Sequential(
            nn.Conv2d(1, mask_channels // 4, 2, 2), ChannelNorm(mask_channels // 4), nn.GELU(),
            nn.Conv2d(mask_channels // 4, mask_channels, 2, 2), ChannelNorm(mask_channels),
            nn.GELU(), nn.Conv2d(mask_channels, width, 1),
        )  # fmt: skip
        self.no_mask_embed = nn.Embedding(1, width)
        self.register_buffer("label_values", torch.tensor(_LABELS), persistent=False)

    def tokens(
        self, points: Tensor, labels: Tensor, height: int, width: int
    ) -> tuple[Tensor, Tensor]:
        """Tokens of the slots, and which of them are not there.

        SAM makes a token of every point and corner, and one more, which means nothing, where there
        is no box. Here every slot has a token, and the one more stands behind them; those that SAM
        would not make are to be hidden from every attention, which gives the same result.

        Args:
            points: B×N×2 float32, (x, y) in input pixels, pixel centres at integers.
            labels: B×N float32: 1, 0, 2, 3 or −1 (free slot).
            height: of the encoder's input, pixels.
            width: of the same.

        Returns:
            B×(N+1)×C, and B×1×1×(N+1): 0, or :data:`HIDDEN`.
        """
        size = torch.tensor([width, height], dtype=points.dtype, device=points.device)
        # By arithmetic, exact for whole labels: accelerators know a clamp but no comparison.
        one_hot = torch.relu(1 - (labels.unsqueeze(-1) - self.label_values).abs())
        used = (labels + 1).clamp(0, 1)
        own: Iterable[nn.Embedding] = self.point_embeddings  # type: ignore[assignment]
        known = torch.cat([embedding.weight for embedding in own])
        of_slots = self.pe_layer((points + 0.5) / size) * used.unsqueeze(-1) + one_hot @ known
        nothing = self.not_a_point_embed.weight.unsqueeze(0).expand(points.shape[0], -1, -1)
        slots = labels.shape[1]
        corners = (labels - 1).clamp(0, 1).reshape(-1, 1, 1, slots)
        box = (corners.mean((2, 3), keepdim=True) * slots).clamp(0, 1)
        hidden = torch.cat([1 - used.reshape(-1, 1, 1, slots), box], dim=-1) * HIDDEN
        return torch.cat([of_slots, nothing], dim=1), hidden

    def dense(self, previous: Tensor, flag: Tensor) -> Tensor:
        """What is added to the embedding.

        Args:
            previous: B×1×4h×4w float32, logits of the last mask.
            flag: one number: 1 where there is such a mask, else 0.

        Returns:
            B×C×h×w.
        """
        there = flag.reshape(1, 1, 1, 1)
        none: Tensor = self.no_mask_embed.weight.reshape(1, -1, 1, 1)
        made: Tensor = self.mask_downscaling(previous)
        return made * there + none * (1 - there)

    def grid(self, height: int, width: int) -> Tensor:
        """Encoding of every cell of an embedding: 1×(height·width)×C."""
        device = self.label_values.device
        y = (torch.arange(height, device=device, dtype=torch.float32) + 0.5) / height
        x = (torch.arange(width, device=device, dtype=torch.float32) + 0.5) / width
        cells = torch.stack(torch.meshgrid(y, x, indexing="ij"), dim=-1).flip(-1)
        encoded: Tensor = self.pe_layer(cells.reshape(1, height * width, 2))
        return encoded
