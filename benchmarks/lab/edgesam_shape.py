"""A network of EdgeSAM's shape with random weights, for what does not depend on what it learnt.

RepViT-M1 as it runs on a phone, each block's branches joined in one convolution, the last two
stages added up at a sixteenth of the size, SAM's decoder behind. Widths, strides and blocks are
those of `edge_sam/modeling/rep_vit.py` of chongzhou96/EdgeSAM at a3757f3 (`m1`, `fuse`), read on
29 November 2026. It loads no checkpoint of theirs: released files come by `squeezesam-import`.
"""

from __future__ import annotations

from typing import Any

from squeezesam_model.sam.family import SplitFamily
from squeezesam_model.sam.layers import neck
from squeezesam_model.sam.network import CHANNELS, Decode, Sam
from torch import Tensor, nn
from torch.nn import functional

# Width of each stage; of each block whether it weighs its channels. Stages but the first begin
# with one more block that halves the map.
STAGES = ((48, "100"), (96, "100"), (192, "101010101010100"), (384, "10"))


def _depthwise(width: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(width, width, 3, stride, 1, groups=width)


class Weighing(nn.Module):
    """Each channel times a number of 0…1 that all of the map's means decide."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(width, width // 4, 1), nn.Conv2d(width // 4, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        means = x.mean((2, 3), keepdim=True)
        weights: Tensor = self.up(self.down(means).relu()).sigmoid()
        return x * weights


class Mixing(nn.Module):
    """What every block ends with: the channels of a pixel among one another."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.out, self.back = nn.Conv2d(width, 2 * width, 1), nn.Conv2d(2 * width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.back(functional.gelu(self.out(x)))
        return x + mixed


def _stage(before: int, width: int, weighing: str) -> nn.Sequential:
    blocks: list[nn.Module] = []
    if before != width:
        blocks += [_depthwise(before, 2), nn.Conv2d(before, width, 1), Mixing(width)]
    for weighs in weighing:
        blocks += [_depthwise(width, 1), *([Weighing(width)] if weighs == "1" else [])]
        blocks.append(Mixing(width))
    return nn.Sequential(*blocks)


class RepVit(nn.Module):
    """B×3×H×W → B×256×H/16×W/16; H and W are multiples of 32."""

    def __init__(self) -> None:
        super().__init__()
        first = STAGES[0][0]
        self.stem = nn.Sequential(
            nn.Conv2d(3, first // 2, 3, 2, 1), nn.GELU(), nn.Conv2d(first // 2, first, 3, 2, 1)
        )
        widths = [first, *(width for width, _ in STAGES)]
        self.stages = nn.ModuleList(
            _stage(before, width, weighing)
            for before, (width, weighing) in zip(widths, STAGES, strict=False)
        )
        self.fuse2 = nn.Conv2d(STAGES[2][0], CHANNELS, 1, bias=False)
        self.fuse3 = nn.Conv2d(STAGES[3][0], CHANNELS, 1, bias=False)
        self.neck = neck(CHANNELS, CHANNELS)

    def fix(self, height: int, width: int) -> None:
        """Nothing of it depends on the size."""

    def forward(self, image: Tensor) -> Tensor:
        maps = [self.stem(image)]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        deep = functional.interpolate(self.fuse3(maps[4]), scale_factor=2.0, mode="bicubic")
        out: Tensor = self.neck(self.fuse2(maps[3]) + deep)
        return out


class EdgeSamShape(SplitFamily):
    """A :class:`squeezesam_model.network.Family`."""

    name = "edgesam-shaped"
    presets: tuple[str, ...] = ("edgesam-shaped",)
    stride = 32

    def build(self, preset: str) -> Sam:
        """Random until its tensors are filled."""
        return Sam(RepVit())

    def decoder(self, model: Any, height: int, width: int) -> Decode:
        """SAM's."""
        return Decode(model, height, width)


FAMILY = EdgeSamShape()
