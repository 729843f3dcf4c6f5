"""Exponential moving average of weights and BatchNorm statistics."""

from __future__ import annotations

import copy

import torch
from torch import nn


class WeightAverage:
    """Keeps an averaged copy of a model; that copy is what is evaluated and saved."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.model = copy.deepcopy(model).eval()
        self.model.requires_grad_(False)

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Move the average towards ``model``; early steps count more, so that it starts well."""
        decay = min(self.decay, (1 + step) / (10 + step))
        averaged = self.model.state_dict()
        floating = [n for n, v in averaged.items() if v.is_floating_point()]
        current = model.state_dict()
        torch._foreach_lerp_(
            [averaged[n] for n in floating], [current[n] for n in floating], 1 - decay
        )
        for name, value in averaged.items():
            if not value.is_floating_point():
                value.copy_(current[name])
