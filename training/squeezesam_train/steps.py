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
def uses_bf16(precision: str, device: str) -> bool:
    """Whether a run autocasts to bfloat16 (see :class:`~squeezesam_train.config.TrainConfig`).

    Args:
        precision: the configuration's.
        device: the kind of device that computes, ``cpu`` or ``cuda``.
    """
    if precision != "auto":
        return precision == "bf16"
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """The autocast under which the network runs forward."""
    enabled = uses_bf16(precision, device.type)
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


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
            chosen = best_masks(*_forward(model, image, points, labels, config.precision))
        points, labels = add_corrections(points, labels, chosen, target, valid)
    masks, scores = _forward(model, image, points, labels, config.precision)
    weights = LossWeights(
        config.focal, config.dice, config.bce, phase.all_masks, phase.iou, phase.choice
    )
    loss = segmenter_loss(masks, scores, target, valid, weights)
    return StepResult(loss.total, float(loss.chosen_iou), float(loss.best_iou))


def _forward(
    model: nn.Module, image: Tensor, points: Tensor, labels: Tensor, precision: str
) -> tuple[Tensor, Tensor]:
    planes = prompt_planes(points, labels, image.shape[-2], image.shape[-1])
    with autocast(image.device, precision):
        masks, scores = model(image, planes, points, labels)
    return masks, scores


def best_masks(masks: Tensor, scores: Tensor) -> Tensor:
    """The candidate with the highest score of each sample: B×M×h×w, B×M → B×h×w float32."""
    best = scores.argmax(1)
    return masks[torch.arange(len(best), device=best.device), best].float()


@torch.no_grad()
def predict(model: nn.Module, batch: dict[str, Tensor], config: TrainConfig) -> Tensor:
    """Logits B×S/4×S/4 of a batch (float32), of the chosen candidate or of the saliency map."""
    image = batch["image"].float().contiguous(memory_format=torch.channels_last)
    if config.task == "segmenter":
        return best_masks(
            *_forward(model, image, batch["points"], batch["labels"], config.precision)
        )
    with autocast(image.device, config.precision):
        heat: Tensor = model(image)
    return heat[:, 0].float()


def saliency_step(model: nn.Module, batch: dict[str, Tensor], config: TrainConfig) -> StepResult:
    """Loss of a batch of :class:`~squeezesam_train.dataset.SaliencySamples`."""
    image = batch["image"].float().contiguous(memory_format=torch.channels_last)
    target = downsample(batch["target"].float())
    valid = (downsample(batch["valid"].float()) > 0.5).float()
    with autocast(image.device, config.precision):
        heat = model(image)
    loss = saliency_loss(heat, target, valid)
    flat, wanted, weight = heat.flatten(2).float(), target.flatten(1), valid.flatten(1)
    iou = float(plane_iou(flat.detach(), wanted.unsqueeze(1), weight.unsqueeze(1)).mean())
    return StepResult(loss, iou, iou)
