"""A mask in every form it can be saved in, as the bytes of a file."""

from __future__ import annotations

from .documents import account, result_json, rle_json, svg
from .overlay import overlay
from .pictures import encode, mask_picture
from .subject import Subject

__all__ = [
    "account",
    "encode",
    "mask_picture",
    "overlay",
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
