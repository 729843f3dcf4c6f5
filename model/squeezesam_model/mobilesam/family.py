"""MobileSAM as a family: TinyViT before SAM's decoder.

What its checkpoints hold is written down in tests/model/mobilesam_reference.json, as the state_dict
of the published code at commit 34bbbfd has it.
"""

from __future__ import annotations

from typing import Any

from squeezesam_model.mobilesam.tiny_vit import TinyVit, TinyVitShape
from squeezesam_model.sam.family import SplitFamily
from squeezesam_model.sam.network import Decode, Sam

# TinyViT's classifier travels in the checkpoints.
UNUSED: dict[str, tuple[int, ...]] = {
    "image_encoder.norm_head.weight": (320,),
    "image_encoder.norm_head.bias": (320,),
    "image_encoder.head.weight": (1000, 320),
    "image_encoder.head.bias": (1000,),
}


class MobileSamFamily(SplitFamily):
    """A :class:`squeezesam_model.network.Family`.

    Attributes:
        shape: of the encoder.
    """

    name = "mobilesam"
    presets = ("mobilesam",)
    unused = UNUSED
    shape = TinyVitShape()

    def build(self, preset: str) -> Sam:
        """Tensors named as in the checkpoints."""
        return Sam(TinyVit(self.shape))

    def decoder(self, model: Any, height: int, width: int) -> Decode:
        """SAM's."""
        return Decode(model, height, width)


FAMILY = MobileSamFamily()
