"""EfficientNet-Lite0: depthwise convolutions and ReLU6, made for int8 on phones.

Source: Tan and Le, "EfficientNet" (2019), Table 1, without squeeze-and-excitation and with ReLU6,
as Google's EfficientNet-Lite has it; the head (1×1 to 1280, classifier) is left out. Written here
rather than taken from timm: a hundred lines keep torch the only thing that the export needs, every
convolution directly before its BatchNorm in a Sequential, which is what folding looks for, and the
padding ours to choose.

Padding: TensorFlow pads "SAME", on even sides the bottom and right first, which an asymmetric pad
costs on phones; ours is symmetric, and training gets used to it. ``tensorflow_padding`` switches
the original on, to compare with the reference implementation.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from squeezesam_model.encoders.protocol import Encoder

# Of TensorFlow's BatchNorm in these networks.
_EPSILON = 1e-3
# Repeats, kernel, stride, expansion, channels out (EfficientNet-B0, Table 1).
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM = 32
# Channels of the maps that can be taken, and the block after which each is: the last ones of
# strides 4, 8 and 16, and two of stride 32.
_TAPS = {24: 2, 40: 4, 112: 10, 192: 14, 320: 15}
# Residual blocks that a trained segmenter can do without: left out one by one, without any further
# training, these four of the nine cost the least (docs/training.md).
LEAN = (7, 12, 13, 14)
_STRIDES = {24: 4, 40: 8, 112: 16, 192: 32, 320: 32}


class SameConv2d(nn.Conv2d):
    """A convolution of odd kernel that keeps ⌈side / stride⌉.

    ``tensorflow`` pads as TensorFlow's SAME does, else (k − 1) / 2 pixels on every side.
    Depthwise ones stay in float32 under autocast: on processors that multiply matrices in bfloat16
    the backward pass of a 5×5 depthwise convolution is several times slower in it.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel, stride, kernel // 2, groups=groups, bias=False
        )
        self.tensorflow = False

    def forward(self, features: Tensor) -> Tensor:
        if self.groups > 1 and torch.is_autocast_enabled("cpu") and features.device.type == "cpu":
            with torch.autocast("cpu", enabled=False):
                return self._convolved(features.float())
        return self._convolved(features)

    def _convolved(self, features: Tensor) -> Tensor:
        if not self.tensorflow or self.stride[0] == 1:
            same: Tensor = self._conv_forward(features, self.weight, self.bias)
            return same
        pads: list[int] = []
        for side in (features.shape[-1], features.shape[-2]):
            total = max(0, (-(-side // 2) - 1) * 2 + self.kernel_size[0] - side)
            pads += [total // 2, total - total // 2]
        return F.conv2d(F.pad(features, pads), self.weight, None, 2, 0, 1, self.groups)


def _unit(
    in_channels: int, out_channels: int, kernel: int, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    """Convolution, BatchNorm, ReLU6."""
    return nn.Sequential(
        SameConv2d(in_channels, out_channels, kernel, stride, groups),
        nn.BatchNorm2d(out_channels, eps=_EPSILON),
        nn.ReLU6(inplace=True),
    )


class InvertedResidual(nn.Module):
    """1×1 expansion, depthwise convolution, 1×1 projection; a residual where shapes allow it."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: int, expansion: int
    ) -> None:
        super().__init__()
        inner = in_channels * expansion
        self.residual = stride == 1 and in_channels == out_channels
        self.expand = _unit(in_channels, inner, 1) if expansion > 1 else nn.Identity()
        self.depthwise = _unit(inner, inner, kernel, stride, inner)
        self.project = nn.Sequential(
            nn.Conv2d(inner, out_channels, 1, bias=False),
            nn.BatchNorm2d(out_channels, eps=_EPSILON),
        )

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = self.project(self.depthwise(self.expand(features)))
        return features + out if self.residual else out


class EfficientNetLite0(Encoder):
    """Maps of 24, 40, 112 and 320 channels at strides 4, 8, 16 and 32.

    Args:
        in_channels: planes of the input; RGB comes first, as (value − 127) / 128.
        channels: of the maps wanted, finest first; 192 in place of 320 leaves the last block out,
            as whatever lies behind the deepest map is.
        without: residual blocks that pass their input on, counted from 0; the others keep the
            names of their weights.

    Raises:
        ValueError: there is no map of such channels, or a block to leave out is not residual.
    """

    def __init__(
        self,
        in_channels: int,
        channels: tuple[int, ...] = (24, 40, 112, 320),
        without: tuple[int, ...] = (),
    ) -> None:
        super().__init__()
        if unknown := [width for width in channels if width not in _TAPS]:
            raise ValueError(f"efficientnet-lite0 has no map of {unknown[0]} channels")
        self._taps = tuple(_TAPS[width] for width in channels)
        self.stem = _unit(in_channels, _STEM, 3, 2)
        blocks: list[nn.Module] = []
        width = _STEM
        for repeats, kernel, stride, expansion, out in _STAGES:
            for repeat in range(repeats):
                step = stride if repeat == 0 else 1
                block = InvertedResidual(width, out, kernel, step, expansion)
                if len(blocks) in without and not block.residual:
                    raise ValueError(f"block {len(blocks)} of efficientnet-lite0 is not residual")
                blocks.append(nn.Identity() if len(blocks) in without else block)
                width = out
        self.blocks = nn.ModuleList(blocks[: self._taps[-1] + 1])
        self.channels = channels
        self.strides = tuple(_STRIDES[width] for width in channels)

    def forward(self, planes: Tensor) -> list[Tensor]:
        features = self.stem(planes)
        maps = []
        for index, block in enumerate(self.blocks):
            features = block(features)
            if index in self._taps:
                maps.append(features)
        return maps

    def tensorflow_padding(self, enabled: bool) -> None:
        """Pad as the network was trained on ImageNet, for comparing with the original."""
        for module in self.modules():
            if isinstance(module, SameConv2d):
                module.tensorflow = enabled
