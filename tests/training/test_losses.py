"""Losses against plain formulas."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from squeezesam_train.losses import (
    LossWeights,
    bce_loss,
    choice_loss,
    dice_loss,
    downsample,
    focal_loss,
    plane_iou,
    segmenter_loss,
)


@pytest.fixture
def planes() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 4, 60, generator=generator)
    target = (torch.rand(2, 1, 60, generator=generator) > 0.6).float()
    weight = (torch.rand(2, 1, 60, generator=generator) > 0.2).float()
    return logits, target, weight


def test_dice_focal_and_cross_entropy_follow_their_formulas(
    planes: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> None:
    logits, target, weight = (t.double().numpy() for t in planes)
    p = 1 / (1 + np.exp(-logits))
    dice = 1 - (2 * (p * target * weight).sum(-1) + 1) / (
        (p * weight).sum(-1) + (target * weight).sum(-1) + 1
    )
    log = -(target * np.log(p) + (1 - target) * np.log(1 - p))
    bce = (log * weight).sum(-1) / weight.sum(-1)
    pt = np.where(target == 1, p, 1 - p)
    alpha = np.where(target == 1, 0.25, 0.75)
    focal = (alpha * (1 - pt) ** 2 * -np.log(pt) * weight).sum(-1) / weight.sum(-1)
    np.testing.assert_allclose(dice_loss(*planes), dice, rtol=1e-5)
    np.testing.assert_allclose(bce_loss(*planes), bce, rtol=1e-5)
    np.testing.assert_allclose(focal_loss(*planes), focal, rtol=1e-5)


@pytest.mark.parametrize("radius", [1.5, 3.0, 8.0])
def test_squared_dice_costs_a_perfect_small_disc_nothing(radius: float) -> None:
    y, x = np.mgrid[:128, :128]
    disc = torch.tensor((x - 60.3) ** 2 + (y - 61.7) ** 2 <= (4 * radius) ** 2)[None].float()
    target = downsample(disc).flatten(1).unsqueeze(1)
    perfect = torch.logit(target.clamp(1e-6, 1 - 1e-6))
    everywhere = torch.ones_like(target)
    assert dice_loss(perfect, target, everywhere, squares=True).item() == pytest.approx(0, abs=1e-4)
    assert dice_loss(perfect, target, everywhere).item() > 0.01


def test_squared_dice_follows_its_formula(
    planes: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> None:
    logits, target, weight = (t.double().numpy() for t in planes)
    p, t = weight / (1 + np.exp(-logits)), target * weight
    dice = 1 - (2 * (p * t).sum(-1) + 1) / ((p * p).sum(-1) + (t * t).sum(-1) + 1)
    np.testing.assert_allclose(dice_loss(*planes, squares=True), dice, rtol=1e-5)


def test_the_first_candidate_alone_learns_from_samples_of_several_prompts() -> None:
    target = torch.zeros(2, 8, 8)
    target[:, 2:6, 2:6] = 1
    logits = torch.full((2, 4, 8, 8), -3.0)
    # The third is the best one; only the first sample may take it.
    logits[:, 2] = (target[0] * 2 - 1) * 3
    logits.requires_grad_()
    weights = LossWeights(focal=0, dice=1, bce=1, all_masks=0.25, iou=0)
    single = torch.tensor([False, True])
    loss = segmenter_loss(logits, torch.zeros(2, 4), target, torch.ones(2, 8, 8), weights, single)
    loss.total.backward()
    assert logits.grad is not None
    taught = logits.grad.abs().sum((2, 3)) > 0
    assert taught.tolist() == [[True] * 4, [True, False, False, False]]
    assert loss.best_iou.item() == pytest.approx(1.0)
    assert loss.chosen_iou.item() < 1


def test_iou_leaves_ignored_pixels_out(
    planes: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> None:
    logits, target, weight = planes
    changed = torch.where(weight == 0, -logits * 9, logits)
    assert torch.equal(plane_iou(logits, target, weight), plane_iou(changed, target, weight))


def test_only_the_best_candidate_is_trained_when_the_mean_has_no_weight() -> None:
    target = torch.zeros(1, 8, 8)
    target[:, 2:6, 2:6] = 1
    logits = torch.full((1, 4, 8, 8), -3.0)
    logits[:, 2] = (target[0] * 2 - 1) * 3
    logits.requires_grad_()
    weights = LossWeights(focal=20, dice=1, bce=0, all_masks=0, iou=0)
    loss = segmenter_loss(logits, torch.zeros(1, 4), target, torch.ones_like(target), weights)
    loss.total.backward()
    moved = logits.grad.abs().sum((0, 2, 3)) > 0
    assert moved.tolist() == [False, False, True, False]
    assert loss.best_iou == 1


def test_the_choice_loses_nothing_when_the_best_candidate_scores_clearly_highest() -> None:
    iou = torch.tensor([[0.2, 0.9, 0.5, 0.1], [0.7, 0.3, 0.3, 0.3]])
    scores = torch.tensor([[0.1, 0.9, 0.1, 0.1], [0.9, 0.1, 0.1, 0.1]])
    torch.testing.assert_close(choice_loss(scores, iou), torch.zeros(2), atol=1e-6, rtol=0)


def test_the_choice_among_equal_scores_loses_what_the_mean_lacks_to_the_best() -> None:
    iou = torch.tensor([[0.2, 0.9, 0.5, 0.4]])
    lost = choice_loss(torch.full((1, 4), 0.6), iou)
    torch.testing.assert_close(lost, iou.max(1).values - iou.mean(1))


def test_the_weight_of_the_choice_raises_the_best_candidates_score_alone() -> None:
    target = torch.zeros(1, 8, 8)
    target[:, 2:6, 2:6] = 1
    logits = torch.full((1, 4, 8, 8), -3.0)
    logits[:, 1] = (target[0] * 2 - 1) * 3
    scores = torch.full((1, 4), 0.5, requires_grad=True)
    weights = LossWeights(focal=0, dice=0, bce=0, all_masks=0, iou=0, choice=1)
    loss = segmenter_loss(logits, scores, target, torch.ones_like(target), weights)
    loss.total.backward()
    assert (scores.grad < 0).tolist() == [[False, True, False, False]]
