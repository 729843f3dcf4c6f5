"""A mask in every form it can be saved in, as the bytes of a file."""

from __future__ import annotations

import cv2
import numpy as np

from .documents import account, result_json, rle_json, svg
from .overlay import overlay
from .pictures import encode, mask_picture
from .subject import Subject

# A notebook keeps its pictures inside its own file.
PREVIEW = 768

__all__ = [
    "account",
    "encode",
    "mask_picture",
    "overlay",
    "preview",
    "rendered",
    "result_json",
    "rle_json",
    "svg",
]


def rendered(mask: Subject, form: str, suffix: str, *, crop: bool = False) -> bytes:
    """The bytes of a file with `suffix` (lower case) that holds `mask` in the form `form`."""
    if form == "mask":
        return encode(mask_picture(mask.array), suffix)
    if form == "cutout":
        return encode(mask.cutout(crop=crop), suffix)
    if form == "overlay":
        return encode(overlay(mask.photo.pixels, mask.array, mask.prompts), suffix)
    document = {"contour": svg, "rle": rle_json, "json": result_json}[form]
    return document(mask).encode(errors="replace")


def preview(mask: Subject) -> bytes:
    """A PNG of `mask` over its photo, longer side at most `PREVIEW` pixels, for notebooks."""
    picture = overlay(mask.photo.pixels, mask.array, mask.prompts)
    height, width = picture.shape[:2]
    scale = PREVIEW / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return encode(picture, ".png")
