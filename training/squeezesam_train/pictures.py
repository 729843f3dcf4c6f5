"""Pictures of samples: the photo with its prompts, the wanted mask, the predicted one."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from squeezesam_model.points import (
    BACKGROUND,
    BOX_BOTTOM_RIGHT,
    BOX_TOP_LEFT,
    FOREGROUND,
)
from torch import Tensor

_COLOURS = {FOREGROUND: (40, 220, 60), BACKGROUND: (230, 40, 40)}
_BOX = (250, 200, 30)
_IGNORED = 128


def mask_table(batch: dict[str, Tensor], logits: Tensor, rows: int = 4) -> NDArray[np.uint8]:
    """A row per sample: photo with prompts, target (ignored pixels grey), prediction.

    Args:
        batch: of :mod:`squeezesam_train.dataset`, at S×S.
        logits: B×S/4×S/4, above 0 where the mask is.
        rows: at most this many samples.

    Returns:
        (rows·S)×(3·S)×3 uint8 RGB.
    """
    table = []
    for index in range(min(rows, len(logits))):
        sample = {name: value[index].cpu() for name, value in batch.items()}
        photo = np.ascontiguousarray(sample["image"].permute(1, 2, 0).numpy())
        target = np.where(sample["valid"].numpy(), sample["target"].numpy() * 255, _IGNORED)
        mask = (logits[index] > 0).to(torch.uint8).cpu().numpy() * 255
        mask = cv2.resize(mask, photo.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        draw_prompts(photo, sample["points"].numpy(), sample["labels"].numpy())
        planes = [np.repeat(p.astype(np.uint8)[..., None], 3, 2) for p in (target, mask)]
        table.append(np.concatenate([photo, *planes], axis=1))
    return np.concatenate(table)


def draw_prompts(
    photo: NDArray[np.uint8], points: NDArray[np.float32], labels: NDArray[np.float32]
) -> None:
    """Clicks (green on the object, red off it) and the box onto an H×W×3 photo, in place."""
    radius = max(2, photo.shape[0] // 64)
    corners: dict[int, tuple[int, int]] = {}
    for (x, y), label in zip(points.round().astype(int), labels.astype(int), strict=True):
        place = (int(x), int(y))
        if label in _COLOURS:
            cv2.circle(photo, place, radius, _COLOURS[label], -1)
        elif label in (BOX_TOP_LEFT, BOX_BOTTOM_RIGHT):
            corners[int(label)] = place
    if len(corners) == 2:
        cv2.rectangle(photo, corners[BOX_TOP_LEFT], corners[BOX_BOTTOM_RIGHT], _BOX, radius // 2)
