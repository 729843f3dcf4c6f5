"""What the reference implementation and ours are both asked: a photo and sets of prompts.

Every sixteenth row and column of an embedding and of a mask are kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from skimage import data
from torch import Tensor

SIDE, PHOTO_ROWS, SLOTS, SMALL = 1024, 768, 16, 256
MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """Points (x, y, label), a box (x0, y0, x1, y1), and the case whose third mask is given."""

    points: tuple[tuple[float, float, int], ...] = ()
    box: tuple[float, float, float, float] | None = None
    previous: str = ""


CASES = {
    "a point": Case(((430.0, 205.5, 1),)),
    "a point and one outside": Case(((430.0, 205.5, 1), (900.25, 60.0, 0))),
    "a box": Case((), (210.0, 35.0, 700.5, 740.0)),
    "a box and a point": Case(((400.0, 600.0, 1),), (210.0, 35.0, 700.5, 740.0)),
    "three points on a mask": Case(
        ((430.0, 205.5, 1), (300.0, 650.0, 1), (60.0, 60.0, 0)), previous="a point"
    ),
}


def smaller(case: Case) -> Case:
    """The same for an input of 256×256."""
    box = None if case.box is None else tuple(one / 4 for one in case.box)
    return Case(tuple((x / 4, y / 4, label) for x, y, label in case.points), box)  # type: ignore[arg-type]


SMALL_CASES = {name: smaller(case) for name, case in CASES.items() if not case.previous}


def photo(side: int = SIDE, rows: int = PHOTO_ROWS) -> Tensor:
    """1×3×side×side normalised: the astronaut, cut off below, the rest as SAM pads it."""
    rgb = torch.from_numpy(data.astronaut().copy()).float().permute(2, 0, 1)[None]
    step = 512 * 2 // side
    rgb = rgb.repeat_interleave(2, 2).repeat_interleave(2, 3)[..., ::step, ::step]
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1) for v in (MEAN, STD))
    normalised = (rgb - mean) / std
    normalised[:, :, rows:] = 0
    return normalised


def slots(case: Case, count: int = SLOTS) -> tuple[Tensor, Tensor]:
    """1×N×2 and 1×N, as our programs take them; a box is its corners, before the points."""
    points, labels = torch.zeros(1, count, 2), torch.full((1, count), -1.0)
    corners = () if case.box is None else ((*case.box[:2], 2), (*case.box[2:], 3))
    for slot, (x, y, label) in enumerate((*corners, *case.points)):
        points[0, slot], labels[0, slot] = torch.tensor([x, y]), label
    return points, labels


def kept_embedding(embedding: Tensor) -> Tensor:
    """1×256×64×64 → 256×4×4."""
    return embedding[0, :, ::16, ::16]


def kept_masks(masks: Tensor) -> Tensor:
    """1×4×256×256 → 4×16×16."""
    return masks[0, :, ::16, ::16]


def kept_small(maps: Tensor) -> Tensor:
    """1×C×h×w → C×8×8 at most."""
    step = max(1, maps.shape[-1] // (8 if maps.shape[1] < 9 else 2))
    return maps[0, :, step // 2 :: step, step // 2 :: step]


def short(values: Tensor) -> list[float]:
    """Six digits."""
    return [float(f"{value:.6g}") for value in values.flatten().tolist()]


def close(found: Tensor, values: list[float]) -> bool:
    """To a five hundredth of what the values spread: the order of a sum may differ."""
    wanted = torch.tensor(values).reshape(found.shape)
    return float((found - wanted).abs().max()) < 2e-3 * float(wanted.std())


def recorded(name: str) -> dict[str, Any]:
    """What a recorder wrote: `tensors` (name → shape), `embedding` and `cases`."""
    found: dict[str, Any] = json.loads((HERE / f"{name}_reference.json").read_text())
    found["tensors"] = {key: tuple(shape) for key, shape in found["tensors"].items()}
    return found
