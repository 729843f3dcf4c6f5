"""What the families of SAM's kind share: checkpoints loaded strictly, or seeded random weights."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from squeezesam_model.heat import HEAT
from squeezesam_model.presets import DEFAULT_SALIENCY
from squeezesam_model.sam.checkpoint import load_checkpoint
from squeezesam_model.sam.network import (
    SAM,
    Decoder,
    SplitModel,
    SplitNetwork,
    split_capabilities,
    split_origin,
)
from squeezesam_model.sam.seeded import fill_seeded
from squeezesam_model.weights import WeightsError, load_saliency, shipped_weights

# The weights themselves, the copy that is folded, the graph and the written program.
_COPIES = 4


class SplitFamily(ABC):
    """A :class:`squeezesam_model.network.Family` of an encoder and a prompt decoder.

    Whoever inherits says how a preset's network and its decode program are built.
    """

    name: str
    presets: tuple[str, ...]
    parts: tuple[str, ...] = (SAM, HEAT)
    size = (1024, 1024)
    # Sides are multiples of it.
    stride = 16
    # What is in the checkpoints but takes no part in a mask.
    unused: Mapping[str, tuple[int, ...]] = {}

    @abstractmethod
    def build(self, preset: str) -> SplitModel:
        """The whole network, tensors named as in the checkpoints."""

    @abstractmethod
    def decoder(self, model: Any, height: int, width: int) -> Decoder:
        """Its program `decode`, for an encoder's input of this size."""

    def shipped(self, preset: str, part: str) -> Path | None:
        """Of the saliency network; the checkpoint of the other one is the user's to bring."""
        return shipped_weights(DEFAULT_SALIENCY) if part == HEAT else None

    def load(
        self, preset: str, weights: Mapping[str, Path], height: int, width: int
    ) -> SplitNetwork:
        """Build it (WeightsError where a file or the size does not fit)."""
        if height % self.stride or width % self.stride:
            raise WeightsError(
                f"the preset '{preset}' takes sides that are multiples of {self.stride}, not "
                f"{height}×{width}"
            )
        self._look_for_room(preset)
        model = self.build(preset)
        if SAM in weights:
            load_checkpoint(model, weights[SAM], preset, self.unused)
        else:
            fill_seeded(model)
        model.image_encoder.fix(height, width)
        saliency = load_saliency(weights[HEAT])
        decoder = self.decoder(model, height, width).eval()
        able = split_capabilities(weights, decoder.able)
        return SplitNetwork(
            self.name, preset, model.eval(), decoder, saliency, (height, width),
            split_origin(weights), able,
        )  # fmt: skip

    def _look_for_room(self, preset: str) -> None:
        """Refuse what this machine cannot hold, before the system ends it without a word."""
        with torch.device("meta"):
            weights = sum(4 * value.numel() for value in self.build(preset).state_dict().values())
        there = memory_bytes()
        if there is not None and _COPIES * weights > there:
            raise WeightsError(
                f"the preset '{preset}' has {weights / 1e9:.1f} GB of weights, which takes about "
                f"{_COPIES * weights / 1e9:.0f} GB to load and lower; this machine has "
                f"{there / 1e9:.1f} GB"
            )


def memory_bytes() -> int | None:
    """Of this machine; None where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
