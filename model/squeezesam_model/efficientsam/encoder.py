"""EfficientSAM's image encoder: a plain ViT with global attention in every block.

Source: Xiong et al., "EfficientSAM: Leveraged Masked Image Pretraining for Efficient Segment
Anything"; names and behaviour of the published code at commit d525f62.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from squeezesam_model.sam.layers import (
    PATCH,
    Patches,
    attended,
    neck,
    resized_positions,
    split_heads,
)

# Of the ImageNet pretraining, 224 pixels; one more position is the class token's, which is not
# used here.
_PRETRAINED_SIDE = 14


class SelfAttention(nn.Module):
    """Among all cells."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, cells: Tensor) -> Tensor:
        """B×T×C → B×T×C."""
        out: Tensor = self.proj(attended(*split_heads(self.qkv(cells), self.heads)))
        return out

    def product_macs(self, cells: Tensor) -> int:
        """Of the two products that are no layers."""
        batch, count, width = cells.shape
        return 2 * batch * count * count * width


class Perceptron(nn.Module):
    """Wider by four, GELU, narrow again."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)
        self.act = nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(self.act(self.fc1(x)))
        return out


class Block(nn.Module):
    """Attention and perceptron, each behind its norm and added."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = SelfAttention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Perceptron(width)

    def forward(self, cells: Tensor) -> Tensor:
        cells = cells + self.attn(self.norm1(cells))
        out: Tensor = cells + self.mlp(self.norm2(cells))
        return out


class PlainVit(nn.Module):
    """B×3×H×W, normalised → B×256×H/16×W/16."""

    fixed_positions: Tensor | None

    def __init__(self, width: int, heads: int, depth: int = 12, embedding: int = 256) -> None:
        super().__init__()
        self.patch_embed = Patches(width)
        self.pos_embed = nn.Parameter(torch.zeros(1, _PRETRAINED_SIDE**2 + 1, width))
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.neck = neck(width, embedding)
        self.register_buffer("fixed_positions", None, persistent=False)

    def positions(self, height: int, width: int) -> Tensor:
        """1×height×width×C, of the cells."""
        side = _PRETRAINED_SIDE
        grid = self.pos_embed[:, 1:].reshape(1, side, side, -1)
        return resized_positions(grid, height, width)

    def forward(self, image: Tensor) -> Tensor:
        x = self.patch_embed(image).permute(0, 2, 3, 1)
        batch, height, width, channels = x.shape
        known = self.fixed_positions
        cells = x + (self.positions(height, width) if known is None else known)
        cells = cells.reshape(batch, height * width, channels)
        for block in self.blocks:
            cells = block(cells)
        maps = cells.reshape(batch, height, width, channels).permute(0, 3, 1, 2)
        out: Tensor = self.neck(maps)
        return out

    @torch.no_grad()
    def fix(self, height: int, width: int) -> None:
        """Keep the positions of the cells of an input of this size, pixels, as a constant."""
        self.fixed_positions = self.positions(height // PATCH, width // PATCH).clone()
