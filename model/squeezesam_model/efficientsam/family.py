"""EfficientSAM as a family: presets efficientsam-ti and efficientsam-s.

What its checkpoints hold is written down in tests/model/families_reference.json, as the
state_dict of the published code at commit d525f62 has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from squeezesam_model.efficientsam.decoder import SLOTS, MaskDecoder, PromptEncoder
from squeezesam_model.efficientsam.encoder import PlainVit
from squeezesam_model.sam.family import SplitFamily
from squeezesam_model.sam.network import CHANNELS, STRIDE, Decoder, SplitModel


class EfficientSam(SplitModel):
    """The three parts, under the names of the published checkpoints."""

    def __init__(self, image_encoder: PlainVit) -> None:
        super().__init__()
        self.image_encoder = image_encoder
        self.prompt_encoder = PromptEncoder(CHANNELS)
        self.mask_decoder = MaskDecoder(CHANNELS)


class Decode(Decoder):
    """The program `decode`: three candidates for any prompt, the highest predicted IoU answers.

    It was trained on foreground points and boxes: what a background point does nobody has said.
    """

    slots = SLOTS
    takes_mask = False
    able = ("box", "automatic")
    grid: Tensor

    def __init__(self, model: EfficientSam, height: int, width: int) -> None:
        super().__init__()
        self.prompt_encoder, self.mask_decoder = model.prompt_encoder, model.mask_decoder
        self.height, self.width = height, width
        with torch.no_grad():
            grid = model.prompt_encoder.grid(height // STRIDE, width // STRIDE)
        self.register_buffer("grid", grid, persistent=False)

    def forward(self, embedding: Tensor, points: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """1×256×H/16×W/16, 1×6×2, 1×6 → 1×3×H/4×W/4 logits and 1×3 scores."""
        prompts = self.prompt_encoder.tokens(points, labels, self.height, self.width)
        found: tuple[Tensor, Tensor] = self.mask_decoder(embedding, self.grid, prompts)
        return found


class EfficientSamFamily(SplitFamily):
    """A :class:`squeezesam_model.network.Family`.

    Attributes:
        shapes: preset → width and heads of the encoder.
        depth: its blocks.
    """

    name = "efficientsam"
    presets = ("efficientsam-ti", "efficientsam-s")
    shapes: Mapping[str, tuple[int, int]] = {
        "efficientsam-ti": (192, 3),
        "efficientsam-s": (384, 6),
    }
    depth = 12

    def build(self, preset: str) -> EfficientSam:
        """Tensors named as in the checkpoints."""
        return EfficientSam(PlainVit(*self.shapes[preset], self.depth))

    def decoder(self, model: Any, height: int, width: int) -> Decode:
        """Without a last mask."""
        return Decode(model, height, width)


FAMILY = EfficientSamFamily()
