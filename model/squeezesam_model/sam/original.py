"""SAM itself, presets sam-b, sam-l and sam-h: a ViT that attends in windows, in places everywhere.

Source: Kirillov et al., "Segment Anything", appendix A ("Image encoder"); Li et al., "Exploring
Plain Vision Transformer Backbones for Object Detection"; names and behaviour of the published code
at commit dca509f. Other sizes than 1024×1024 resize the positions, which that code cannot.
What its checkpoints hold is written down in tests/model/families_reference.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from squeezesam_model.sam.family import SplitFamily
from squeezesam_model.sam.layers import (
    PATCH,
    Patches,
    attended,
    cut_windows,
    join_windows,
    neck,
    resized_positions,
    split_heads,
)
from squeezesam_model.sam.network import Decode, Sam


@dataclass(frozen=True)
class VitShape:
    """Of the encoder.

    Attributes:
        width: channels.
        depth: blocks.
        heads: of the attention.
        everywhere: numbers of the blocks whose attention is among all cells.
        window: side of the others' windows, cells.
        grid: side of the embedding that the checkpoint has positions for, cells.
    """

    width: int
    depth: int
    heads: int
    everywhere: tuple[int, ...]
    window: int = 14
    grid: int = 64


class RelativeAttention(nn.Module):
    """Self-attention on a grid; each query adds what its distances down and across mean to it."""

    fixed_down: Tensor | None
    fixed_across: Tensor | None

    def __init__(self, width: int, heads: int, side: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.rel_pos_h = nn.Parameter(torch.zeros(2 * side - 1, width // heads))
        self.rel_pos_w = nn.Parameter(torch.zeros(2 * side - 1, width // heads))
        self.register_buffer("fixed_down", None, persistent=False)
        self.register_buffer("fixed_across", None, persistent=False)

    def forward(self, cells: Tensor, height: int, width: int) -> Tensor:
        """B×(height·width)×C → the same."""
        query, key, value = split_heads(self.qkv(cells), self.heads)
        bias = self._bias(query, height, width)
        out: Tensor = self.proj(attended(query, key, value, bias))
        return out

    def _bias(self, query: Tensor, height: int, width: int) -> Tensor:
        """B×heads×T×T, of rank 4 all the way."""
        batch, heads, count, channels = query.shape
        known = self.fixed_down, self.fixed_across
        down = distances(self.rel_pos_h, height) if known[0] is None else known[0]
        across = distances(self.rel_pos_w, width) if known[1] is None else known[1]
        rows = query.reshape(batch * heads, height, width, channels)
        of_rows = rows @ down
        of_columns = (rows.transpose(1, 2) @ across).transpose(1, 2)
        both = of_rows.reshape(batch * heads, count, height, 1) + of_columns.reshape(
            batch * heads, count, 1, width
        )
        return both.reshape(batch, heads, count, count)

    def fix(self, height: int, width: int) -> None:
        """Keep the distances of a grid of this size, cells, as constants."""
        self.fixed_down = distances(self.rel_pos_h, height)
        self.fixed_across = distances(self.rel_pos_w, width)

    def product_macs(self, cells: Tensor, height: int, width: int) -> int:
        """Of the four products that are no layers."""
        batch, count, channels = cells.shape
        return batch * count * channels * (2 * count + height + width)


@torch.no_grad()
def distances(known: Tensor, side: int) -> Tensor:
    """(2·s − 1)×C → 1×side×C×side: for the query in each line, a column for each key's line."""
    wanted = 2 * side - 1
    if known.shape[0] != wanted:
        known = functional.interpolate(known.T.unsqueeze(0), wanted, mode="linear")[0].T
    line = torch.arange(side, device=known.device)
    found = known[line[:, None] - line[None] + side - 1]
    return found.transpose(1, 2).unsqueeze(0).contiguous()


class WidePerceptron(nn.Module):
    """Wider by four, GELU, narrow again."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.lin1 = nn.Linear(width, 4 * width)
        self.lin2 = nn.Linear(4 * width, width)
        self.act = nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.lin2(self.act(self.lin1(x)))
        return out


class WindowedBlock(nn.Module):
    """Attention, in windows or everywhere, and a perceptron, each behind its norm and added."""

    def __init__(self, shape: VitShape, everywhere: bool) -> None:
        super().__init__()
        self.window = 0 if everywhere else shape.window
        self.norm1 = nn.LayerNorm(shape.width, eps=1e-6)
        self.attn = RelativeAttention(shape.width, shape.heads, self.window or shape.grid)
        self.norm2 = nn.LayerNorm(shape.width, eps=1e-6)
        self.mlp = WidePerceptron(shape.width)

    def forward(self, x: Tensor) -> Tensor:
        """B×H×W×C → the same."""
        batch, height, width, channels = x.shape
        normed, side = self.norm1(x), self.window
        if side:
            mixed = self.attn(cut_windows(normed, side), side, side)
            mixed = join_windows(mixed, side, batch, height, width)
        else:
            mixed = self.attn(normed.reshape(batch, height * width, channels), height, width)
            mixed = mixed.reshape(batch, height, width, channels)
        x = x + mixed
        out: Tensor = x + self.mlp(self.norm2(x))
        return out

    def fix(self, height: int, width: int) -> None:
        """For a grid of this size, cells."""
        self.attn.fix(self.window or height, self.window or width)


class WindowedVit(nn.Module):
    """B×3×H×W, normalised → B×256×H/16×W/16."""

    fixed_positions: Tensor | None

    def __init__(self, shape: VitShape, embedding: int = 256) -> None:
        super().__init__()
        self.patch_embed = Patches(shape.width)
        self.pos_embed = nn.Parameter(torch.zeros(1, shape.grid, shape.grid, shape.width))
        self.blocks = nn.ModuleList(
            WindowedBlock(shape, i in shape.everywhere) for i in range(shape.depth)
        )
        self.neck = neck(shape.width, embedding)
        self.register_buffer("fixed_positions", None, persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        x = self.patch_embed(image).permute(0, 2, 3, 1)
        known = self.fixed_positions
        if known is None:
            known = resized_positions(self.pos_embed, x.shape[1], x.shape[2])
        x = x + known
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.neck(x.permute(0, 3, 1, 2))
        return out

    @torch.no_grad()
    def fix(self, height: int, width: int) -> None:
        """Keep as constants what depends on the input's size, pixels, alone."""
        height, width = height // PATCH, width // PATCH
        self.fixed_positions = resized_positions(self.pos_embed, height, width).clone()
        blocks: Any = self.blocks
        for block in blocks:
            block.fix(height, width)


class SamFamily(SplitFamily):
    """A :class:`squeezesam_model.network.Family`.

    Attributes:
        shapes: preset → its encoder's.
    """

    name = "sam"
    presets = ("sam-b", "sam-l", "sam-h")
    shapes: Mapping[str, VitShape] = {
        "sam-b": VitShape(768, 12, 12, (2, 5, 8, 11)),
        "sam-l": VitShape(1024, 24, 16, (5, 11, 17, 23)),
        "sam-h": VitShape(1280, 32, 16, (7, 15, 23, 31)),
    }

    def build(self, preset: str) -> Sam:
        """Tensors named as in the checkpoints."""
        return Sam(WindowedVit(self.shapes[preset]))

    def decoder(self, model: Any, height: int, width: int) -> Decode:
        """SAM's."""
        return Decode(model, height, width)


FAMILY = SamFamily()
