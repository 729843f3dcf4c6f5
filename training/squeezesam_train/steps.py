"""One forward pass with its loss, for each task."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from squeezesam_model.planes import prompt_planes
from torch import Tensor, nn

from squeezesam_train.config import Phase, TrainConfig
from squeezesam_train.correction import add_corrections
from squeezesam_train.losses import (
    LossWeights,
    downsample,
    plane_iou,
    saliency_loss,
    segmenter_loss,
)


@dataclass(frozen=True)
class StepResult:
    """The loss (with its graph until the step is done) and the figures to watch."""

    loss: Tensor
    iou: float
    best_iou: float
    rate: float = 0.0


@cache
def uses_bf16(precision: str) -> bool:
    """Whether a run autocasts to bfloat16 (see :class:`~squeezesam_train.config.TrainConfig`)."""
    if precision == "auto":
        return torch.cuda.is_available() or torch.cpu.get_capabilities().get("avx512_bf16", False)
    return precision == "bf16"


def segmenter_step(
    model: nn.Module, batch: dict[str, Tensor], config: TrainConfig, phase: Phase, correct: bool
) -> StepResult:
    """Loss of a batch of :class:`~squeezesam_train.dataset.SegmenterSamples`."""
    image = batch["image"].float().contiguous(memory_format=torch.channels_last)
    target = downsample(batch["target"].float())
    valid = (downsample(batch["valid"].float()) > 0.5).float()
    points, labels = batch["points"], batch["labels"]
    if correct:
        with torch.no_grad():
            masks, scores = _forward(model, image, points, labels, uses_bf16(config.precision))
        best = scores.argmax(1)
        chosen = masks[torch.arange(len(best)), best].float()
        points, labels = add_corrections(points, labels, chosen, target, valid)
    masks, scores = _forward(model, image, points, labels, uses_bf16(config.precision))
    weights = LossWeights(config.focal, config.dice, config.bce, phase.all_masks, phase.iou)
    loss = segmenter_loss(masks, scores, target, valid, weights)
    return StepResult(loss.total, float(loss.chosen_iou), float(loss.best_iou))


def _forward(
    model: nn.Module, image: Tensor, points: Tensor, labels: Tensor, bf16: bool
) -> tuple[Tensor, Tensor]:
    planes = prompt_planes(points, labels, image.shape[-2], image.shape[-1])
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        masks, scores = model(image, planes, points, labels)
    return masks, scores


def saliency_step(model: nn.Module, batch: dict[str, Tensor], config: TrainConfig) -> StepResult:
    """Loss of a batch of :class:`~squeezesam_train.dataset.SaliencySamples`."""
    image = batch["image"].float().contiguous(memory_format=torch.channels_last)
    target = downsample(batch["target"].float())
    valid = (downsample(batch["valid"].float()) > 0.5).float()
    with torch.autocast("cpu", torch.bfloat16, enabled=uses_bf16(config.precision)):
        heat = model(image)
    loss = saliency_loss(heat, target, valid)
    flat, wanted, weight = heat.flatten(2).float(), target.flatten(1), valid.flatten(1)
    iou = float(plane_iou(flat.detach(), wanted.unsqueeze(1), weight.unsqueeze(1)).mean())
    return StepResult(loss, iou, iou)
