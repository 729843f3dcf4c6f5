"""Photo files of every awkward kind, made from photos that come with scikit-image."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Array = npt.NDArray[Any]

# What a viewer does to the stored rows and columns for each EXIF orientation (Exif 2.32, 4.6.4 A).
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a.swapaxes(0, 1)[:, ::-1],
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1],
    8: lambda a: a.swapaxes(0, 1)[::-1],
}
# The inverse: how a camera must store an upright picture. Only 6 and 8 are not their own inverse.
STORED = {**UPRIGHT, 6: UPRIGHT[8], 8: UPRIGHT[6]}


def encoded(picture: Array | Image.Image, form: str, **options: Any) -> bytes:
    """The bytes of a picture file, written by PIL."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def with_orientation(upright: Array, orientation: int, form: str = "jpeg", **options: Any) -> bytes:
    """A file that stores `upright` turned, with the tag that turns it back."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation](upright))
    return encoded(stored, form, exif=exif, **options)


def scene(
    width: int = 256, height: int = 192, things: tuple[tuple[int, int, int, int], ...] = ()
) -> Array:
    """Black uint8 H×W×3 with white rectangles (x0, y0, x1, y1), right and bottom excluded."""
    pixels = np.zeros((height, width, 3), np.uint8)
    for x0, y0, x1, y1 in things:
        pixels[y0:y1, x0:x1] = 255
    return pixels


def save_scene(path: Path, *things: tuple[int, int, int, int], **size: int) -> Path:
    """Writes such a scene as PNG or JPEG, by the suffix."""
    form = "png" if path.suffix == ".png" else "jpeg"
    path.write_bytes(encoded(scene(things=things, **size), form))
    return path
