"""A network of SAM's family as two programs: `embed` once a photo, `decode` at every prompt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from squeezesam_model.heat import HEAT, heat_program
from squeezesam_model.network import (
    Capabilities,
    FromProgram,
    Input,
    Labels,
    MaskFlag,
    Origin,
    Output,
    Photo,
    Points,
    PreviousMask,
    Program,
    Prompts,
)
from squeezesam_model.normalisation import MEAN, STD
from squeezesam_model.saliency import SaliencyNet
from squeezesam_model.sam.checkpoint import checkpoint_metadata
from squeezesam_model.sam.mask_decoder import MaskDecoder
from squeezesam_model.sam.prompt_encoder import PromptEncoder
from squeezesam_model.segmenter import others_penalty

EMBED, DECODE, SAM = "embed", "decode", "sam"
MAX_POINTS = 16
STRIDE = 16
CHANNELS = 256
# SAM pads what is normalised with zeros: with the mean, which is no whole number of a byte.
SAM_PHOTO = Photo(mean=MEAN, std=STD, padding=MEAN)


class Decoder(nn.Module):
    """A program `decode`: what it takes beside the embedding, and what a person can do with it.

    Attributes:
        slots: N of points and labels.
        takes_mask: whether the last mask and its flag are its last two inputs.
        able: names of the capabilities.
    """

    slots: int = MAX_POINTS
    takes_mask: bool = True
    able: tuple[str, ...] = ("negative_points", "box", "automatic", "previous_mask")


class SplitModel(nn.Module):
    """A network whose ``image_encoder`` gives 256 channels at a sixteenth of the size."""

    image_encoder: Any


class Sam(SplitModel):
    """The three parts, under the names of the published checkpoints."""

    def __init__(self, image_encoder: nn.Module) -> None:
        super().__init__()
        self.image_encoder = image_encoder
        self.prompt_encoder = PromptEncoder()
        self.mask_decoder = MaskDecoder()


class Decode(Decoder):
    """The program `decode`, for one size of the encoder's input.

    The four candidates are SAM's in its order. Their scores are the predicted IoU, less one for
    those that do not answer such prompts: a single prompt is answered by the last three (a part, a
    whole, what is between), more than one by the first. A box counts as two prompts.
    """

    grid: Tensor

    def __init__(self, sam: Sam, height: int, width: int) -> None:
        super().__init__()
        self.prompt_encoder, self.mask_decoder = sam.prompt_encoder, sam.mask_decoder
        self.height, self.width = height, width
        with torch.no_grad():
            grid = sam.prompt_encoder.grid(height // STRIDE, width // STRIDE)
        self.register_buffer("grid", grid, persistent=False)

    def forward(
        self, embedding: Tensor, points: Tensor, labels: Tensor, previous: Tensor, flag: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Run the decoder.

        Args:
            embedding: 1×256×H/16×W/16.
            points: 1×N×2, pixels of the encoder's input.
            labels: 1×N.
            previous: 1×1×H/4×W/4, logits.
            flag: (1,), 1 where ``previous`` is a mask.

        Returns:
            1×4×H/4×W/4 logits and 1×4 scores.
        """
        prompts, hidden = self.prompt_encoder.tokens(points, labels, self.height, self.width)
        source = embedding + self.prompt_encoder.dense(previous, flag)
        masks, scores = self.mask_decoder(source, self.grid, prompts, hidden)
        others = others_penalty(labels, scores.shape[1])
        first = 1 - others[:, 1:2]
        return masks, scores - torch.cat([first, others[:, 1:]], dim=1)


@dataclass(frozen=True, eq=False)
class SplitNetwork:
    """Loaded, at one input size; a :class:`squeezesam_model.network.Network`.

    Attributes:
        family: its name.
        preset: of it.
        sam: in evaluation mode.
        decoder: its program `decode`.
        saliency: for the automatic first mask.
        size: (height, width), multiples of 16.
        origin: of the weights.
        capabilities: as the weights say; all where they say nothing.
    """

    family: str
    preset: str
    sam: SplitModel
    decoder: Decoder
    saliency: SaliencyNet
    size: tuple[int, int]
    origin: Origin
    capabilities: Capabilities

    @property
    def prompts(self) -> Prompts:
        """As many slots as the decoder has, no planes."""
        return Prompts(self.decoder.slots)

    @property
    def programs(self) -> tuple[Program, ...]:
        """`embed`, `decode` and `heat`."""
        height, width = self.size
        return (
            Program(
                EMBED, "photo", self.sam.image_encoder,
                (Input("image", (1, 3, height, width), SAM_PHOTO),),
                (Output("embedding", "embedding"),),
            ),
            Program(
                DECODE, "prompt", self.decoder, self._decode_inputs(),
                (Output("masks", "masks"), Output("scores", "scores")),
            ),
            heat_program(self.saliency, height, width),
        )  # fmt: skip

    def _decode_inputs(self) -> tuple[Input, ...]:
        height, width = (side // STRIDE for side in self.size)
        slots = self.decoder.slots
        inputs = (
            Input("embedding", (1, CHANNELS, height, width), FromProgram(EMBED, "embedding")),
            Input("points", (1, slots, 2), Points()),
            Input("labels", (1, slots), Labels()),
        )
        if not self.decoder.takes_mask:
            return inputs
        previous = (1, 1, 4 * height, 4 * width)
        mask = Input("previous", previous, PreviousMask("logits"))
        return (*inputs, mask, Input("flag", (1,), MaskFlag()))


def split_origin(weights: Mapping[str, Path]) -> Origin:
    """What the files say; random weights where there is no checkpoint."""
    known = {part: checkpoint_metadata(path) for part, path in weights.items()}
    seeded = SAM not in weights
    words = [known[HEAT].provenance] if known[HEAT].provenance else []
    words.insert(0, "random weights, seed 0" if seeded else known[SAM].provenance)
    licence = "unspecified" if seeded else known[SAM].licence
    if known[HEAT].licence != licence:
        licence = f"{SAM}: {licence}; {HEAT}: {known[HEAT].licence}"
    return Origin(dict(weights), licence, "; ".join(word for word in words if word), seeded)


def split_capabilities(weights: Mapping[str, Path], able: Collection[str]) -> Capabilities:
    """All that the decoder can, less what a file denies."""
    said: dict[str, bool] = {}
    for path in weights.values():
        said.update(checkpoint_metadata(path).capabilities)
    every = ("negative_points", "box", "automatic", "previous_mask")
    return Capabilities(**{name: name in able and said.get(name, True) for name in every})
