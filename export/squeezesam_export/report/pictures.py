"""One small picture per photo: fp32 mask, exported mask, difference."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.program import Execute
from squeezesam_export.verify.parity import chosen_mask, mask_iou

SIDE = 150
_GREEN, _RED, _BLUE = (60, 200, 90), (235, 60, 50), (60, 110, 240)

U8 = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Comparison:
    """One photo's outcome.

    Attributes:
        name: of the view.
        iou: of the two masks at the photo's resolution.
        jpeg: base64 of the picture, three panels side by side.
    """

    name: str
    iou: float
    jpeg: str


def compare_view(
    reference: Reference, executes: Mapping[str, Execute], view: PreparedView
) -> Comparison:
    """Run the fp32 and the written programs on a view and draw their masks."""
    program = reference.mask_program
    expected, found = reference.expected(view), reference.found(view, executes)
    wanted, _ = chosen_mask(program, view, expected[program.name])
    mask, _ = chosen_mask(program, view, found[program.name])
    drawn = _encode(_panels(view.view.rgb, wanted, mask))
    return Comparison(view.view.name, mask_iou(wanted, mask), drawn)


def _panels(rgb: U8, wanted: Mask, mask: Mask) -> U8:
    scale = SIDE / max(rgb.shape[:2])
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    a, b = _shrunk(wanted, size), _shrunk(mask, size)
    difference = _tinted(_tinted(small // 2 + 60, a & ~b, _RED), b & ~a, _BLUE)
    return np.concatenate([_tinted(small, a, _GREEN), _tinted(small, b, _GREEN), difference], 1)


def _shrunk(mask: Mask, size: tuple[int, int]) -> Mask:
    shrunk = cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk >= 128)


def _tinted(rgb: U8, mask: Mask, colour: tuple[int, int, int]) -> U8:
    out = rgb.copy()
    out[mask] = (0.45 * rgb[mask] + 0.55 * np.array(colour)).astype(np.uint8)
    return out


def _encode(rgb: U8) -> str:
    done, data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])
    if not done:
        raise ValueError("OpenCV could not encode a picture")
    return base64.b64encode(data.tobytes()).decode("ascii")
