"""The UNet without its heads: an encoder, and a decoder that climbs back to stride 4."""

from __future__ import annotations

from torch import Tensor, nn

from squeezesam_model.blocks import AddedSkipUp, DoubleConvUp
from squeezesam_model.encoders import build_encoder
from squeezesam_model.presets import UNetShape


class UNetTrunk(nn.Module):
    """Encoder and decoder, shared by the promptable network and the heat map's.

    Args:
        in_channels: planes of the input.
        shape: encoder, channels and kind of decoder.

    Raises:
        ValueError: the decoder has not one level fewer than the encoder, or the encoder's name is
            not known.
    """

    def __init__(self, in_channels: int, shape: UNetShape) -> None:
        super().__init__()
        if len(shape.decoder) != len(shape.encoder) - 1:
            raise ValueError("the decoder has one level fewer than the encoder")
        self.encoder = build_encoder(shape.backbone, in_channels, shape.stem, shape.encoder)
        skips = shape.encoder[-2::-1]
        inputs = (shape.bottom_width, *shape.decoder[:-1])
        if shape.added_skips:
            self.up = nn.ModuleList(
                AddedSkipUp(i, s, o, n)
                for i, s, o, n in zip(inputs, skips, shape.decoder, shape.added_skips, strict=True)
            )
        else:
            self.up = nn.ModuleList(
                DoubleConvUp(i, s, o) for i, s, o in zip(inputs, skips, shape.decoder, strict=True)
            )
        self.neck = neck(shape.encoder[-1], shape.bottom_width)

    def encode(self, planes: Tensor) -> list[Tensor]:
        """B×C×H×W → the maps at strides 4, 8, …, bottom; the last one ``bottom_width`` wide."""
        maps: list[Tensor] = self.encoder(planes)
        return [*maps[:-1], self.neck(maps[-1])]

    def decode(self, maps: list[Tensor], bottom: Tensor) -> Tensor:
        """Climb from ``bottom`` (in place of the deepest map) to B×decoder[-1]×H/4×W/4."""
        features = bottom
        for level, skip in zip(self.up, maps[-2::-1], strict=True):
            features = level(features, skip)
        return features


def neck(in_channels: int, width: int) -> nn.Module:
    """What brings the deepest map to the width of the bottom: nothing where they agree."""
    if in_channels == width:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(in_channels, width, 1, bias=False), nn.BatchNorm2d(width))
