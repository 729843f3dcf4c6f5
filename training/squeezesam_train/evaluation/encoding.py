"""Prompts in the wire form of the networks: points and SAM's labels."""

from __future__ import annotations

import torch
from squeezesam_model.points import (
    BACKGROUND,
    BOX_BOTTOM_RIGHT,
    BOX_TOP_LEFT,
    FOREGROUND,
    PADDING,
)
from torch import Tensor

from squeezesam_train.evaluation.letterbox import Letterbox
from squeezesam_train.evaluation.prompts import Prompts


def encode(prompts: Prompts, box: Letterbox, slots: int | None) -> tuple[Tensor, Tensor]:
    """Points 1×N×2 in input pixels and labels 1×N: box corners first, then clicks.

    Args:
        prompts: in photo pixels.
        box: of the network's input.
        slots: N; the newest clicks are kept where there are more. None: as many as needed.
    """
    rows: list[tuple[float, float, float]] = []
    if prompts.box is not None:
        x0, y0, x1, y1 = prompts.box
        rows.append((*box.point(x0, y0), BOX_TOP_LEFT))
        rows.append((*box.point(x1, y1), BOX_BOTTOM_RIGHT))
    clicks = prompts.clicks
    if slots is not None:
        clicks = clicks[max(0, len(clicks) - (slots - len(rows))) :]
    rows += [(*box.point(c.x, c.y), FOREGROUND if c.foreground else BACKGROUND) for c in clicks]
    rows += [(0.0, 0.0, PADDING)] * ((slots or 0) - len(rows))
    table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 3)
    return table[None, :, :2].contiguous(), table[None, :, 2].contiguous()
