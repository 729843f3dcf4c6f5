"""The network that a configuration trains, and which of its blocks do not learn."""

from __future__ import annotations

import torch
from squeezesam_model import SaliencyNet, Segmenter, saliency_preset, segmenter_preset
from squeezesam_model.encoders import load_pretrained
from torch import nn

from squeezesam_train.config import TrainConfig


def build_model(config: TrainConfig) -> nn.Module:
    """The network of a configuration, freshly initialised from its seed.

    Raises:
        PretrainedError: the encoder's pretrained weights are asked for and not to be had.
        ValueError: the encoder has fewer blocks than are to be held still.
    """
    torch.manual_seed(config.seed)
    model: Segmenter | SaliencyNet
    if config.task == "segmenter":
        model = Segmenter(segmenter_preset(config.preset))
    else:
        model = SaliencyNet(saliency_preset(config.preset))
    if config.pretrained:
        load_pretrained(model.trunk.encoder)
    freeze(model, config.frozen_blocks)
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def freeze(model: nn.Module, blocks: int) -> None:
    """The encoder's stem and its first ``blocks`` blocks no longer learn.

    Args:
        model: with a ``trunk`` whose encoder has a ``stem`` and ``blocks``.
        blocks: how many; 0 leaves everything free.

    Raises:
        ValueError: the encoder has no such blocks, or fewer.
    """
    for module in _held(model, blocks):
        module.requires_grad_(False)


def hold_still(model: nn.Module, blocks: int) -> None:
    """After ``model.train()``: the held blocks' BatchNorm keeps its running statistics."""
    for module in _held(model, blocks):
        module.eval()


def _held(model: nn.Module, blocks: int) -> list[nn.Module]:
    if blocks == 0:
        return []
    encoder = getattr(getattr(model, "trunk", None), "encoder", None)
    stem, found = getattr(encoder, "stem", None), getattr(encoder, "blocks", None)
    if not isinstance(stem, nn.Module) or not isinstance(found, nn.ModuleList):
        raise ValueError("frozen_blocks: this preset's encoder has no blocks to hold still")
    if blocks > len(found):
        raise ValueError(f"frozen_blocks is {blocks}, but the encoder has {len(found)} blocks")
    return [stem, *found[:blocks]]
