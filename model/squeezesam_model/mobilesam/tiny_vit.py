"""TinyViT-5M as MobileSAM has it: the image encoder, at any size whose sides are multiples of 16.

Sources: Wu et al., "TinyViT: Fast Pretraining Distillation for Small Vision Transformers"; Zhang et
al., "Faster Segment Anything: Towards Lightweight SAM for Mobile Applications". Written here and
not taken from timm, whose network of that name halves the map before its last stage too (that of
MobileSAM stays at stride 16), names its tensors otherwise, has no neck, and brings torchvision
along; and because Core ML takes no tensor above rank 5: windows are cut here with rank 4.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from squeezesam_model.sam.layers import ChannelNorm, cut_windows, join_windows

EMBEDDING_STRIDE = 16


@dataclass(frozen=True)
class TinyVitShape:
    """Of the four stages; the first is convolutional, the others have windowed attention.

    Attributes:
        widths: channels.
        depths: blocks.
        heads: of the attention; the first stage's is not used.
        windows: sides of the attention's windows, cells.
        neck: channels of the embedding.
    """

    widths: tuple[int, int, int, int] = (64, 128, 160, 320)
    depths: tuple[int, int, int, int] = (2, 2, 6, 2)
    heads: tuple[int, int, int, int] = (2, 4, 5, 10)
    windows: tuple[int, int, int, int] = (7, 7, 14, 7)
    neck: int = 256


class ConvNorm(nn.Sequential):
    """Convolution without bias and BatchNorm, which the export folds."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1
    ) -> None:
        conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        super().__init__(OrderedDict(c=conv, bn=nn.BatchNorm2d(outputs)))


class PatchEmbedding(nn.Module):
    """Two convolutions of stride 2."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.seq = nn.Sequential(
            ConvNorm(3, width // 2, 3, 2), nn.GELU(), ConvNorm(width // 2, width, 3, 2)
        )

    def forward(self, image: Tensor) -> Tensor:
        out: Tensor = self.seq(image)
        return out


class ConvBlock(nn.Module):
    """Wider by four, depthwise, narrow again, and the input added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = ConvNorm(width, 4 * width)
        self.conv2 = ConvNorm(4 * width, 4 * width, 3, groups=4 * width)
        self.conv3 = ConvNorm(4 * width, width)
        self.act = nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        wide = self.act(self.conv2(self.act(self.conv1(x))))
        out: Tensor = self.act(x + self.conv3(wide))
        return out


class Merging(nn.Module):
    """To the next stage's width, and to half the size where the stride is 2."""

    def __init__(self, width: int, wanted: int, stride: int) -> None:
        super().__init__()
        self.conv1 = ConvNorm(width, wanted)
        self.conv2 = ConvNorm(wanted, wanted, 3, stride, groups=wanted)
        self.conv3 = ConvNorm(wanted, wanted)
        self.act = nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv3(self.act(self.conv2(self.act(self.conv1(x)))))
        return out


class WindowAttention(nn.Module):
    """Attention among the cells of a window, with a learnt bias for each distance."""

    offsets: Tensor
    fixed_bias: Tensor | None

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads, self.head_width = heads, width // heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        # One number for every distance down and across, in raster order.
        self.attention_biases = nn.Parameter(torch.zeros(heads, window * window))
        cell = torch.arange(window * window)
        down = (cell[:, None] // window - cell[None] // window).abs()
        across = (cell[:, None] % window - cell[None] % window).abs()
        self.register_buffer("offsets", down * window + across, persistent=False)
        self.register_buffer("fixed_bias", None, persistent=False)

    def bias(self) -> Tensor:
        """1×heads×T×T."""
        return self.attention_biases[:, self.offsets].unsqueeze(0)

    def forward(self, windows: Tensor) -> Tensor:
        """W×T×C → W×T×C."""
        count, cells, width = windows.shape
        mixed = self.qkv(self.norm(windows)).reshape(count, cells, self.heads, -1).transpose(1, 2)
        query, key, value = mixed.split(self.head_width, dim=-1)
        bias = self.bias() if self.fixed_bias is None else self.fixed_bias
        weights = (query * self.head_width**-0.5) @ key.transpose(-2, -1) + bias
        merged = (weights.softmax(dim=-1) @ value).transpose(1, 2).reshape(count, cells, width)
        out: Tensor = self.proj(merged)
        return out

    def product_macs(self, windows: Tensor) -> int:
        """Of the two products that are no layers."""
        count, cells, width = windows.shape
        return 2 * count * cells * cells * width


class CellPerceptron(nn.Module):
    """LayerNorm, wider by four, GELU, narrow again."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)
        self.act = nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(self.act(self.fc1(self.norm(x))))
        return out


class AttentionBlock(nn.Module):
    """Attention in windows, a depthwise convolution across their borders, a perceptron."""

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.attn = WindowAttention(width, heads, window)
        self.mlp = CellPerceptron(width)
        self.local_conv = ConvNorm(width, width, 3, groups=width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self._attended(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        x = self.local_conv(x)
        mixed: Tensor = self.mlp(x.permute(0, 2, 3, 1))
        return x + mixed.permute(0, 3, 1, 2)

    def _attended(self, cells: Tensor) -> Tensor:
        """B×H×W×C, padded with zeros to whole windows for the time of the attention."""
        batch, height, width, _ = cells.shape
        windows = self.attn(cut_windows(cells, self.window))
        return join_windows(windows, self.window, batch, height, width)


class Stage(nn.Module):
    """Blocks, and the way to the next stage."""

    def __init__(self, blocks: list[nn.Module], downsample: nn.Module | None) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x if self.downsample is None else self.downsample(x)


class TinyVit(nn.Module):
    """B×3×H×W, normalised → B×256×H/16×W/16."""

    def __init__(self, shape: TinyVitShape | None = None) -> None:
        super().__init__()
        shape = shape or TinyVitShape()
        widths = shape.widths
        self.patch_embed = PatchEmbedding(widths[0])
        self.layers = nn.ModuleList()
        for i, (width, depth) in enumerate(zip(widths, shape.depths, strict=True)):
            blocks: list[nn.Module] = [
                AttentionBlock(width, shape.heads[i], shape.windows[i]) if i else ConvBlock(width)
                for _ in range(depth)
            ]
            # The last stage stays at the stride of the one before: SAM's decoder wants 16.
            merging = Merging(width, widths[i + 1], 2 if i < 2 else 1) if i < 3 else None
            self.layers.append(Stage(blocks, merging))
        self.neck = nn.Sequential(
            nn.Conv2d(widths[3], shape.neck, 1, bias=False), ChannelNorm(shape.neck),
            nn.Conv2d(shape.neck, shape.neck, 3, padding=1, bias=False), ChannelNorm(shape.neck),
        )  # fmt: skip

    def forward(self, image: Tensor) -> Tensor:
        x = self.patch_embed(image)
        for stage in self.layers:
            x = stage(x)
        out: Tensor = self.neck(x)
        return out

    @torch.no_grad()
    def fix(self, height: int, width: int) -> None:
        """Keep the attention's biases as constants: what never changes is not computed again."""
        del height, width  # the windows are the same at every size
        for module in self.modules():
            if isinstance(module, WindowAttention):
                module.fixed_bias = module.bias()
