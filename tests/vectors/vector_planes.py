"""planes.json: prompts drawn as planes, by the torch code that the networks are trained with."""

from __future__ import annotations

from typing import Any

import torch
from squeezesam_model.planes import click_radius, prompt_planes
from vector_reference import Random, rows_of

ABOUT = (
    "ssam_draw_planes. points: x, y in input pixels, each exactly a float32; labels: 1 foreground, "
    "0 background, 2 and 3 box corners, -1 padding. box: rows of '#' (1) and '.' (0); null: "
    "box_default everywhere. clicks: rows of '+' (1), '-' (-1) and '.' (0)."
)
TOLERANCE = {"box": "exact", "clicks": "exact"}


def cases() -> list[dict[str, Any]]:
    """All cases, as the JSON holds them."""
    by_hand: list[tuple[int, int, list[tuple[float, float, int]]]] = [
        (32, 32, []),
        (32, 32, [(10, 12, 1)]),
        (64, 32, [(10.5, 12.5, 1), (11, 12.5, 0)]),
        (32, 64, [(5, 5, 0), (5.25, 40, 1), (31, 63, 0)]),
        (32, 32, [(3, 4, 2), (20, 25, 3)]),
        (32, 32, [(3.5, 4.5, 2), (20.5, 25.5, 3), (8, 8, 1)]),
        (32, 32, [(-0.5, -0.5, 2), (31.5, 31.5, 3), (-0.5, -0.5, 1)]),
        (32, 32, [(7.125, 7.125, 2), (7.25, 7.25, 3)]),
        (32, 32, [(8, 8, -1), (9, 9, 1), (0, 0, -1)]),
        (32, 32, [(8, 8, 2), (9, 9, 1)]),
    ]
    rng = Random(7)
    for _ in range(6):
        width, height = 32 * (1 + rng.below(2)), 32 * (1 + rng.below(2))
        prompts = [(rng.below(8 * width) / 8, rng.below(8 * height) / 8, rng.below(2))
                   for _ in range(1 + rng.below(9))]  # fmt: skip
        by_hand.append((width, height, prompts))
    return [_case(*entry) for entry in by_hand]


def _case(width: int, height: int, prompts: list[tuple[float, float, int]]) -> dict[str, Any]:
    points = torch.tensor([p[:2] for p in prompts], dtype=torch.float32).reshape(1, -1, 2)
    labels = torch.tensor([[float(p[2]) for p in prompts]])
    box, clicks = prompt_planes(points, labels, height, width)[0].numpy()
    kinds = {p[2] for p in prompts}
    return {
        "width": width,
        "height": height,
        "radius": click_radius(height, width),
        "box_default": 1.0,
        "points": [list(p[:2]) for p in prompts],
        "labels": [p[2] for p in prompts],
        "box": rows_of(box) if {2, 3} <= kinds else None,
        "clicks": rows_of(clicks, ".+-"),
    }
