"""SAM's losses: focal and dice on the masks (best candidate back-propagated), MSE on the IoU head.

Source: SqueezeSAM, "Training"; Kirillov et al., appendix A. A plain cross-entropy may stand in for
the focal term: on few steps it learns faster.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from squeezesam_model.segmenter import final_scores
from torch import Tensor


@dataclass(frozen=True)
class LossWeights:
    """Weights of the terms.

    ``all_masks`` weighs the mean over the candidates beside the best, ``iou`` the IoU head's error,
    ``choice`` what the choice among the candidates loses. ``dice_squares``: see :func:`dice_loss`.
    """

    focal: float
    dice: float
    bce: float
    all_masks: float
    iou: float
    choice: float = 0.0
    dice_squares: bool = False


@dataclass(frozen=True)
class SegmenterLoss:
    """The loss to minimise and two figures to watch (both means over the batch)."""

    total: Tensor
    best_iou: Tensor
    chosen_iou: Tensor


def dice_loss(logits: Tensor, target: Tensor, weight: Tensor, squares: bool = False) -> Tensor:
    """1 − soft dice per plane: B×M×P, B×1×P, B×1×P → B×M.

    With ``squares`` the denominator sums squares (Milletari et al., "V-Net", section 3): the loss
    of a mask that equals its target is then 0 even where the target is an area average, which
    otherwise costs small objects up to a tenth.
    """
    probability = logits.sigmoid() * weight
    wanted = target * weight
    overlap = (probability * wanted).sum(-1)
    if squares:
        total = (probability * probability).sum(-1) + (wanted * wanted).sum(-1)
    else:
        total = probability.sum(-1) + wanted.sum(-1)
    return 1 - (2 * overlap + 1) / (total + 1)


def focal_loss(logits: Tensor, target: Tensor, weight: Tensor, gamma: float = 2.0) -> Tensor:
    """Focal loss per plane (Lin et al., alpha 0.25): B×M×P, B×1×P, B×1×P → B×M."""
    target = target.expand_as(logits)
    crossed = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    probability = logits.sigmoid()
    off = probability * (1 - target) + (1 - probability) * target
    alpha = 0.25 * target + 0.75 * (1 - target)
    return (alpha * off**gamma * crossed * weight).sum(-1) / weight.sum(-1).clamp(min=1)


def bce_loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy per plane: B×M×P, B×1×P, B×1×P → B×M."""
    crossed = F.binary_cross_entropy_with_logits(logits, target.expand_as(logits), reduction="none")
    return (crossed * weight).sum(-1) / weight.sum(-1).clamp(min=1)


def plane_iou(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """IoU of thresholded planes, ignoring pixels of weight 0: B×M×P, B×1×P, B×1×P → B×M."""
    valid = weight > 0
    mask = (logits > 0) & valid
    wanted = (target > 0.5) & valid
    union = (mask | wanted).sum(-1)
    return (mask & wanted).sum(-1) / union.clamp(min=1)


def choice_loss(scores: Tensor, iou: Tensor, temperature: float = 0.05) -> Tensor:
    """IoU lost by the choice among the candidates: B×M scores, B×M true IoU → B.

    The best candidate's IoU less the one expected when a candidate is drawn by the softmax of the
    scores. A squared error teaches how good a mask is; which of four alike ones is the best, it
    hardly tells.
    """
    expected = ((scores / temperature).softmax(1) * iou).sum(1)
    return iou.max(1).values - expected


def segmenter_loss(
    masks: Tensor,
    scores: Tensor,
    target: Tensor,
    weight: Tensor,
    weights: LossWeights,
    single: Tensor | None = None,
) -> SegmenterLoss:
    """Loss of a batch.

    Args:
        masks: B×M×h×w logits.
        scores: B×M, the IoU head's.
        target: B×h×w in 0…1 (area average of the mask).
        weight: B×h×w, 0 where ignored, else 1.
        weights: of the terms.
        single: B bool, the samples that the first candidate alone has to answer (SAM's rule for
            two and more prompts); None: none.
    """
    logits = masks.flatten(2).float()
    wanted = target.flatten(1).unsqueeze(1)
    valid = weight.flatten(1).unsqueeze(1)
    per_mask = weights.dice * dice_loss(logits, wanted, valid, weights.dice_squares)
    if weights.bce:
        per_mask = per_mask + weights.bce * bce_loss(logits, wanted, valid)
    if weights.focal:
        per_mask = per_mask + weights.focal * focal_loss(logits, wanted, valid)
    iou = plane_iou(logits.detach(), wanted, valid)
    best = per_mask.min(1).values
    every = per_mask.mean(1)
    if single is not None:
        best = torch.where(single, per_mask[:, 0], best)
        every = torch.where(single, per_mask[:, 0], every)
    mask_loss = (best + weights.all_masks * every).mean()
    scores = scores.float()
    # As in use: the finished masks have a say, which the head has to complete.
    final = final_scores(scores, masks.detach().float())
    total = mask_loss + weights.iou * F.mse_loss(scores, iou)
    if weights.choice:
        total = total + weights.choice * choice_loss(final, iou).mean()
    choice = final.argmax(1)
    if single is not None:
        choice = choice.masked_fill(single, 0)
    chosen = iou.gather(1, choice.unsqueeze(1)).mean()
    return SegmenterLoss(total, iou.max(1).values.mean().detach(), chosen.detach())


def saliency_loss(heat: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy plus dice of the heat map B×1×h×w against B×h×w."""
    logits = heat.flatten(2).float()
    wanted = target.flatten(1).unsqueeze(1)
    valid = weight.flatten(1).unsqueeze(1)
    return (bce_loss(logits, wanted, valid) + dice_loss(logits, wanted, valid)).mean()


def downsample(mask: Tensor, stride: int = 4) -> Tensor:
    """Area average of B×H×W to B×H/stride×W/stride."""
    return F.avg_pool2d(mask.unsqueeze(1), stride, stride).squeeze(1)


def nan_safe(value: Tensor) -> bool:
    """Whether a loss is a finite number."""
    return bool(torch.isfinite(value).item())
