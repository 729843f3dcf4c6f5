"""Named architectures. A preset fixes channels and depth; the input size is free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

P = TypeVar("P")


@dataclass(frozen=True)
class SegmenterPreset:
    """Architecture of the promptable segmenter.

    Attributes:
        name: what users type after ``--preset``.
        stem: channels at stride 2.
        encoder: channels at strides 4, 8, …; the transformer works on the last one.
        decoder: channels from the stride above the bottom back to stride 4.
        heads: attention heads.
        mlp_width: hidden width of the transformer's MLPs.
        num_masks: mask tokens, hence candidate masks.
    """

    name: str
    stem: int
    encoder: tuple[int, ...]
    decoder: tuple[int, ...]
    heads: int = 8
    mlp_width: int = 512
    num_masks: int = 4

    @property
    def bottom_stride(self) -> int:
        """Input pixels per token of the transformer's grid."""
        return 2 << len(self.encoder)


@dataclass(frozen=True)
class SaliencyPreset:
    """Architecture of the saliency network (the same UNet family, without a transformer)."""

    name: str
    stem: int
    encoder: tuple[int, ...]
    decoder: tuple[int, ...]
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
        # Ours: half the width where the time goes (strides 4 and 8), and the transformer at stride
        # 64, where its attention has 8×8 cells at 512 instead of a single one.
        SegmenterPreset(
            name="squeezesam",
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
    )
}

DEFAULT_SEGMENTER = "squeezesam"
DEFAULT_SALIENCY = "saliency"


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
