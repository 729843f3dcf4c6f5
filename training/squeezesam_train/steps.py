"""One forward pass with its loss, for each task."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from squeezesam_model import SegmenterPreset, segmenter_preset
from squeezesam_model.planes import prompt_planes
from squeezesam_model.points import PADDING
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
from squeezesam_train.precision import autocast


@dataclass(frozen=True)
class StepResult:
    """The loss (with its graph until the step is done) and the figures to watch."""

    loss: Tensor
    iou: float
    best_iou: float
    rate: float = 0.0


def segmenter_step(
    model: nn.Module,
    batch: dict[str, Tensor],
    config: TrainConfig,
    phase: Phase,
    rounds: int,
    seed: tuple[int, ...] = (0,),
) -> StepResult:
    """Loss of a batch of :class:`~squeezesam_train.dataset.SegmenterSamples`.

    Args:
        model: the network, perhaps wrapped.
        batch: of the loader.
        config: of the run.
        phase: of the run at this step.
        rounds: correction clicks to add first, one after the other.
        seed: of what is drawn here: who forgets the previous mask.
    """
    preset = segmenter_preset(config.preset)
    image = batch["image"].float().contiguous(memory_format=torch.channels_last)
    target = downsample(batch["target"].float())
    valid = (downsample(batch["valid"].float()) > 0.5).float()
    points, labels = batch["points"], batch["labels"]
    previous = no_mask(image) if preset.previous_mask else None
    for _ in range(rounds):
        with torch.no_grad():
            outputs = _forward(model, image, points, labels, config.precision, previous)
            chosen = best_masks(*outputs, choosing_first(preset, labels))
        points, labels = add_corrections(points, labels, chosen, target, valid)
        previous = None if previous is None else enlarged_probability(chosen)
    if previous is not None and rounds:
        forgetting = np.random.default_rng(seed).random(len(image)) < config.forgotten
        previous[torch.from_numpy(forgetting).to(previous.device)] = 0
    masks, scores = _forward(model, image, points, labels, config.precision, previous)
    weights = LossWeights(
        config.focal, config.dice, config.bce, phase.all_masks, phase.iou, phase.choice,
        config.dice_squares,
    )  # fmt: skip
    single = choosing_first(preset, labels)
    loss = segmenter_loss(masks, scores, target, valid, weights, single)
    return StepResult(loss.total, float(loss.chosen_iou), float(loss.best_iou))


def choosing_first(preset: SegmenterPreset, labels: Tensor) -> Tensor | None:
    """B bool: samples of two and more prompts, for presets whose first candidate answers those."""
    return (labels != PADDING).sum(1) > 1 if preset.single_choice else None


def no_mask(image: Tensor) -> Tensor:
    """The previous mask before there is one: B×1×H×W zeros."""
    return image.new_zeros(len(image), 1, *image.shape[-2:])


def enlarged_probability(logits: Tensor, stride: int = 4) -> Tensor:
    """Logits B×h×w as the next previous mask: probabilities B×1×(h·stride)×(w·stride).

    Bilinear in the logits with pixel centres at halves, then the sigmoid, as the runtime does it.
    """
    larger = F.interpolate(
        logits.unsqueeze(1), scale_factor=stride, mode="bilinear", align_corners=False
    )
    return larger.sigmoid()


def _forward(
    model: nn.Module,
    image: Tensor,
    points: Tensor,
    labels: Tensor,
    precision: str,
    previous: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    planes = prompt_planes(points, labels, image.shape[-2], image.shape[-1])
    more = () if previous is None else (previous,)
    with autocast(image.device, precision):
        masks, scores = model(image, planes, points, labels, *more)
    return masks, scores


def best_masks(masks: Tensor, scores: Tensor, first: Tensor | None = None) -> Tensor:
    """The candidate with the highest score of each sample: B×M×h×w, B×M → B×h×w float32.

    ``first``: B bool, samples that take the first candidate whatever its score.
    """
    best = scores.argmax(1)
    if first is not None:
        best = best.masked_fill(first, 0)
    return masks[torch.arange(len(best), device=best.device), best].float()


@torch.no_grad()
def predict(model: nn.Module, batch: dict[str, Tensor], config: TrainConfig) -> Tensor:
    """Logits B×S/4×S/4 of a batch (float32), of the chosen candidate or of the saliency map."""
    image = batch["image"].float().contiguous(memory_format=torch.channels_last)
    if config.task == "segmenter":
        preset = segmenter_preset(config.preset)
        previous = no_mask(image) if preset.previous_mask else None
        points, labels = batch["points"], batch["labels"]
        outputs = _forward(model, image, points, labels, config.precision, previous)
        return best_masks(*outputs, choosing_first(preset, labels))
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
