"""A small network of what mobile encoders are made of, as a program."""

from __future__ import annotations

import torch
from squeezesam_export.program import SourceProgram
from torch import Tensor, nn


class Mobile(nn.Module):
    """ReLU6, depthwise convolutions and a residual sum, as in a mobile encoder."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU6())
        self.expand, self.project = nn.Conv2d(8, 24, 1), nn.Conv2d(24, 8, 1)
        self.depthwise, self.last = nn.Conv2d(24, 24, 3, 1, 1, groups=24), nn.Conv2d(8, 4, 1)
        self.clip = nn.ReLU6()
        self.before, self.head = nn.Conv2d(8, 8, 1), nn.Linear(4, 4)

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """1×3×H×W → 1×4."""
        x = self.before(self.stem(image))
        inner = self.clip(self.depthwise(self.clip(self.expand(x))))
        made = self.last(x + self.project(inner))
        return (self.head(made.mean((2, 3), keepdim=True).flatten(1)).sigmoid().clamp(0.1, 0.9),)


def mobile_program() -> SourceProgram:
    """With four images of noise to calibrate on."""
    images = [torch.rand(1, 3, 32, 32) * 2 - 1 for _ in range(4)]
    # A name for its path, which the stem is known by.
    module = nn.Sequential()
    module.add_module("model", Mobile())
    return SourceProgram(
        "mobile", module.eval(), {"image": images[0]}, ("out",), tuple((i,) for i in images), 0
    )
