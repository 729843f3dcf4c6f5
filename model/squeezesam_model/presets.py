"""Named architectures. A preset fixes channels and depth; the input size is free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

P = TypeVar("P")


@dataclass(frozen=True)
class UNetShape:
    """Encoder and decoder.

    Attributes:
        name: what users type after ``--preset``.
        stem: channels at stride 2.
        encoder: channels at strides 4, 8, …; the transformer works on the last one.
        decoder: channels from the stride above the bottom back to stride 4.
        backbone: name of the encoder, see :mod:`squeezesam_model.encoders`.
        width: channels of the bottom map and the tokens; 0: the encoder's.
        added_skips: 3×3 convolutions of each level of a decoder that adds its skips; empty for the
            paper's, which concatenates them and has two.
        normalisation: of the pixels, see :mod:`squeezesam_model.normalisation`.
    """

    name: str
    stem: int
    encoder: tuple[int, ...]
    decoder: tuple[int, ...]
    backbone: str = "plain"
    width: int = 0
    added_skips: tuple[int, ...] = ()
    normalisation: str = "imagenet"

    @property
    def bottom_width(self) -> int:
        """Channels of the bottom map, which the decoder climbs from."""
        return self.width or self.encoder[-1]

    @property
    def bottom_stride(self) -> int:
        """Input pixels per pixel of the bottom map."""
        return 2 << len(self.encoder)


@dataclass(frozen=True)
class SegmenterPreset(UNetShape):
    """Architecture of the promptable segmenter.

    Attributes:
        heads: attention heads.
        mlp_width: hidden width of the transformer's MLPs.
        num_masks: mask tokens, hence candidate masks.
        previous_mask: whether the last mask is an input (RITM).
        single_choice: whether the first candidate alone answers two and more prompts (SAM's rule).
    """

    heads: int = 8
    mlp_width: int = 512
    num_masks: int = 4
    previous_mask: bool = False
    single_choice: bool = False


@dataclass(frozen=True)
class SaliencyPreset(UNetShape):
    """Architecture of the saliency network (the same UNet family, without a transformer).

    Attributes:
        size: longer side of its input, pixels.
    """

    size: int = 256


SEGMENTER_PRESETS: dict[str, SegmenterPreset] = {
    preset.name: preset
    for preset in (
        # The paper's table (Figure 4) to the letter.
        SegmenterPreset(
            name="paper",
            stem=64,
            encoder=(64, 128, 128, 128, 128, 164, 256, 256, 256),
            decoder=(164, 128, 128, 128, 128, 128, 128, 64),
        ),
        # An encoder that has seen ImageNet, without the blocks that cost more than they bring; the
        # transformer at stride 32.
        SegmenterPreset(
            name="squeezesam",
            backbone="efficientnet-lite0-lean",
            normalisation="symmetric",
            stem=32,
            encoder=(24, 40, 112, 320),
            width=256,
            decoder=(96, 64, 48),
            added_skips=(2, 2, 1),
            previous_mask=True,
            single_choice=True,
        ),
        # The smallest: half the width where the time goes (strides 4 and 8), and the transformer
        # at stride 64, where its attention has 8×8 cells at 512 instead of a single one.
        SegmenterPreset(
            name="squeezesam-fast",
            stem=32,
            encoder=(32, 64, 96, 128, 256),
            decoder=(128, 96, 64, 48),
        ),
    )
}

SALIENCY_PRESETS: dict[str, SaliencyPreset] = {
    preset.name: preset
    for preset in (
        SaliencyPreset(
            name="saliency", stem=16, encoder=(32, 48, 80, 112, 160), decoder=(96, 64, 48, 32)
        ),
        # A slice of the same pretrained encoder.
        SaliencyPreset(
            name="saliency-lite0",
            size=320,
            backbone="efficientnet-lite0",
            normalisation="symmetric",
            stem=32,
            encoder=(24, 40, 112, 192),
            width=128,
            decoder=(64, 48, 32),
            added_skips=(1, 1, 1),
        ),
    )
}

DEFAULT_SEGMENTER = "squeezesam-fast"
DEFAULT_SALIENCY = "saliency-lite0"


def segmenter_preset(name: str) -> SegmenterPreset:
    """The segmenter preset called ``name``; ValueError names the known ones."""
    return _look_up(SEGMENTER_PRESETS, name)


def saliency_preset(name: str) -> SaliencyPreset:
    """The saliency preset called ``name``; ValueError names the known ones."""
    return _look_up(SALIENCY_PRESETS, name)


def _look_up(presets: dict[str, P], name: str) -> P:
    if name not in presets:
        raise ValueError(f"unknown preset '{name}': choose one of {', '.join(sorted(presets))}")
    return presets[name]
