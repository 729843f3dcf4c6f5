"""MobileSAM as a family: checkpoints loaded strictly, or seeded random weights where none is given.

What its checkpoints hold is written down in tests/model/mobilesam_reference.json, as the state_dict
of the published code at commit 34bbbfd has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from squeezesam_model.heat import HEAT
from squeezesam_model.metadata import read_metadata
from squeezesam_model.mobilesam.tiny_vit import TinyVit, TinyVitShape
from squeezesam_model.presets import DEFAULT_SALIENCY
from squeezesam_model.sam.checkpoint import load_checkpoint
from squeezesam_model.sam.network import (
    SAM,
    STRIDE,
    Sam,
    SplitNetwork,
    split_capabilities,
    split_origin,
)
from squeezesam_model.sam.seeded import fill_seeded
from squeezesam_model.weights import WeightsError, load_saliency, shipped_weights

# TinyViT's classifier travels in the checkpoints.
UNUSED: dict[str, tuple[int, ...]] = {
    "image_encoder.norm_head.weight": (320,),
    "image_encoder.norm_head.bias": (320,),
    "image_encoder.head.weight": (1000, 320),
    "image_encoder.head.bias": (1000,),
}


class MobileSamFamily:
    """A :class:`squeezesam_model.network.Family`.

    Attributes:
        shape: of the encoder.
    """

    name = "mobilesam"
    presets = ("mobilesam",)
    parts = (SAM, HEAT)
    size = (1024, 1024)
    shape = TinyVitShape()

    def shipped(self, preset: str, part: str) -> Path | None:
        """Of the saliency network; the checkpoint of the other one is the user's to bring."""
        return shipped_weights(DEFAULT_SALIENCY) if part == HEAT else None

    def load(
        self, preset: str, weights: Mapping[str, Path], height: int, width: int
    ) -> SplitNetwork:
        """Build it (WeightsError where a file or the size does not fit)."""
        if height % STRIDE or width % STRIDE:
            raise WeightsError(
                f"the preset '{preset}' takes sides that are multiples of {STRIDE}, not "
                f"{height}×{width}"
            )
        encoder = TinyVit(self.shape)
        sam = Sam(encoder)
        if SAM in weights:
            load_checkpoint(sam, weights[SAM], preset, UNUSED)
        else:
            fill_seeded(sam)
        encoder.fix()
        known = read_metadata(weights[HEAT])
        saliency = load_saliency(weights[HEAT], known.preset or DEFAULT_SALIENCY)
        return SplitNetwork(
            self.name, preset, sam.eval(), saliency, (height, width), split_origin(weights),
            split_capabilities(weights),
        )  # fmt: skip


FAMILY = MobileSamFamily()
