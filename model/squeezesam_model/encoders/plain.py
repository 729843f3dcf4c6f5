"""The paper's encoder: a k2 s2 stem, then pooling and two convolutions a level."""

from __future__ import annotations

import itertools

from torch import Tensor, nn

from squeezesam_model.blocks import DoubleConvDown
from squeezesam_model.encoders.protocol import Encoder


class PlainEncoder(Encoder):
    """Stem at stride 2, then one :class:`DoubleConvDown` per level (paper, Figure 4).

    Args:
        in_channels: planes of the input.
        stem: channels after the stem.
        widths: channels at strides 4, 8, 16, …
    """

    def __init__(self, in_channels: int, stem: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.channels = widths
        self.strides = tuple(4 << level for level in range(len(widths)))
        # No padding in the stem: that is what makes folding the pixel normalisation exact.
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, stem, 2, stride=2, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(inplace=True),
        )
        self.down = nn.ModuleList(
            DoubleConvDown(a, b) for a, b in itertools.pairwise((stem, *widths))
        )

    def forward(self, planes: Tensor) -> list[Tensor]:
        features = self.stem(planes)
        maps = []
        for level in self.down:
            features = level(features)
            maps.append(features)
        return maps
