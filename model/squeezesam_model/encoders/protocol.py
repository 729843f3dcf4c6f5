"""What the UNet expects of an encoder."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor, nn


class Encoder(nn.Module):
    """Input planes → feature maps of falling resolution.

    Attributes:
        channels: of the maps, finest first.
        strides: input pixels per pixel of each map, finest first; the decoder climbs back to the
            first one.
        stem: the first layers, a Sequential that begins with the one convolution which sees the
            input planes: where the export folds the pixel normalisation in.
    """

    channels: tuple[int, ...]
    strides: tuple[int, ...]
    stem: nn.Sequential

    @abstractmethod
    def forward(self, planes: Tensor) -> list[Tensor]:
        """B×C×H×W float32 (normalised RGB first, then prompts) → one map per stride.

        A map is B×channels[i]×⌈H/strides[i]⌉×⌈W/strides[i]⌉.
        """
