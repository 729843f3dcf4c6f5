"""The picture for people: the photo, the mask tinted over it, and the prompts that made it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ..prompts import BackgroundPoint, Box, ForegroundPoint, Prompt

Rgb = tuple[int, int, int]

TINT: Rgb = (30, 136, 255)
OUTLINE: Rgb = (255, 255, 255)
SHADOW: Rgb = (10, 30, 60)
FOREGROUND: Rgb = (22, 196, 84)
BACKGROUND: Rgb = (232, 40, 48)
BOX: Rgb = (255, 196, 0)

TINT_STRENGTH = 0.32
DIMMED = 0.62  # brightness of what is not in the mask
_SHIFT = 4  # OpenCV draws at 1/16 pixel when coordinates are shifted by four bits


def overlay(
    pixels: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_], prompts: Sequence[Prompt]
) -> npt.NDArray[np.uint8]:
    """Draws the mask and the prompts over the photo.

    pixels: uint8 H×W×3 RGB. mask: bool H×W. prompts: in pixels of the photo; foreground clicks
    come out green, background clicks red, the box yellow, automatic clicks smaller.
    Returns uint8 H×W×3 RGB.
    """
    # Two tables instead of float arithmetic: a 12-megapixel photo stays at a few bytes a pixel.
    levels = np.arange(256, dtype=np.float32)
    dimmed = cv2.LUT(pixels, np.rint(levels * DIMMED).astype(np.uint8))
    tinted = cv2.LUT(
        pixels,
        np.stack(
            [np.rint(levels * (1 - TINT_STRENGTH) + c * TINT_STRENGTH) for c in TINT], axis=-1
        ).astype(np.uint8)[None],
    )
    drawn = np.asarray(dimmed, np.uint8).reshape(pixels.shape)
    np.copyto(drawn, tinted.reshape(pixels.shape), where=mask[:, :, None])
    del tinted
    unit = max(1.0, max(mask.shape) / 512)
    _outline(drawn, mask, unit)
    for prompt in prompts:
        if isinstance(prompt, Box):
            _box(drawn, prompt, unit)
    for prompt in prompts:
        if not isinstance(prompt, Box):
            _click(drawn, prompt, unit)
    return drawn


def _outline(drawn: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_], unit: float) -> None:
    contours, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    thin = max(2, round(1.4 * unit))
    cv2.drawContours(drawn, contours, -1, SHADOW, thin + max(2, round(1.2 * unit)), cv2.LINE_AA)
    cv2.drawContours(drawn, contours, -1, OUTLINE, thin, cv2.LINE_AA)


def _box(drawn: npt.NDArray[np.uint8], box: Box, unit: float) -> None:
    corners = _fixed(box.x0, box.y0), _fixed(box.x1, box.y1)
    thin = max(1, round(1.6 * unit))
    cv2.rectangle(
        drawn, *corners, SHADOW, thin + 2 * max(1, round(0.6 * unit)), cv2.LINE_AA, _SHIFT
    )
    cv2.rectangle(drawn, *corners, BOX, thin, cv2.LINE_AA, _SHIFT)


def _click(
    drawn: npt.NDArray[np.uint8], point: ForegroundPoint | BackgroundPoint, unit: float
) -> None:
    foreground = isinstance(point, ForegroundPoint)
    radius = (4.0 if point.automatic else 6.5) * unit
    centre = _fixed(point.x, point.y)
    colour = FOREGROUND if foreground else BACKGROUND
    for grow, paint in ((2.0 * unit, SHADOW), (1.4 * unit, OUTLINE), (0.0, colour)):
        size = round((radius + grow) * (1 << _SHIFT))
        cv2.circle(drawn, centre, size, paint, cv2.FILLED, cv2.LINE_AA, _SHIFT)
    arm, thin = 0.55 * radius, max(1, round(0.3 * radius))
    for dx, dy in ((arm, 0.0), (0.0, arm))[: 2 if foreground else 1]:
        start = _fixed(point.x - dx, point.y - dy)
        end = _fixed(point.x + dx, point.y + dy)
        cv2.line(drawn, start, end, OUTLINE, thin, cv2.LINE_AA, _SHIFT)


def _fixed(x: float, y: float) -> tuple[int, int]:
    return round(x * (1 << _SHIFT)), round(y * (1 << _SHIFT))
