"""Photos put together from two, so that alpha and the colours of both are known."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from heat_maps import bundled_photos

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
WIDTH, HEIGHT, SCALE = 280, 210, 4


@dataclass(frozen=True)
class Composite:
    """photo: uint8 H×W×3. alpha: float H×W, 0…1. front: uint8 H×W×3, the object's own colours."""

    photo: Pixels
    alpha: Floats
    front: Pixels


def composite(kind: str) -> Composite:
    """The coffee before the cat, cut out along a disc: sharp, soft, with hair, or moved."""
    canvas = np.zeros((HEIGHT * SCALE, WIDTH * SCALE), np.uint8)
    centre = (WIDTH * SCALE // 2, HEIGHT * SCALE // 2)
    cv2.circle(canvas, centre, 50 * SCALE, 255, -1)
    if kind == "hair":
        rng = np.random.default_rng(5)
        for angle in rng.uniform(0, 2 * np.pi, 300):
            bend = angle + rng.normal(0, 0.15)
            reach = 50 * SCALE * rng.uniform(1.05, 1.25)
            root = (np.array([np.cos(angle), np.sin(angle)]) * 46 * SCALE + centre).astype(int)
            tip = (np.array([np.cos(bend), np.sin(bend)]) * reach + centre).astype(int)
            cv2.line(canvas, root.tolist(), tip.tolist(), 255, 5, cv2.LINE_AA)
    alpha = cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) / 255.0
    if kind == "soft":
        alpha = cv2.GaussianBlur(alpha, (0, 0), 1.5)
    if kind == "moved":
        alpha = cv2.blur(alpha, (9, 1))
    photos = bundled_photos()
    front, behind = (np.ascontiguousarray(photos[n][:HEIGHT, :WIDTH]) for n in ("coffee", "cat"))
    mixed = alpha[..., None] * front + (1 - alpha[..., None]) * behind
    return Composite(np.round(mixed).astype(np.uint8), alpha, front)
