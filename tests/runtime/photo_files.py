"""Photo files of every awkward kind, made from photos of scikit-image, and ICC profiles."""

from __future__ import annotations

import io
import struct
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


D50 = np.array([0.9642, 1.0, 0.8249])
D65 = np.array([0.95047, 1.0, 1.08883])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _curve(gamma: float | tuple[float, ...]) -> bytes:
    """parametricCurveType 0 or 3."""
    values = gamma if isinstance(gamma, tuple) else (gamma,)
    return b"para\0\0\0\0" + struct.pack(">HH", 3 if len(values) > 1 else 0, 0) + _fixed(*values)


def _text(words: str) -> bytes:
    raw = words.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(raw), 28) + raw


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body = b"", b""
    at = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        value += bytes(-len(value) % 4)
        table += struct.pack(">4sII", name, at + len(body), len(value))
        body += value
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"", 0x04300000, b"mntr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + _fixed(*D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def matrix_profile(
    primaries: tuple[float, ...], gamma: float | tuple[float, ...], white: np.ndarray = D65
) -> bytes:
    """From the xy of red, green and blue; adapted to D50 by Bradford."""
    xy = np.reshape(primaries, (3, 2)).T
    columns = np.vstack([xy[0] / xy[1], np.ones(3), (1 - xy.sum(axis=0)) / xy[1]])
    matrix = columns * np.linalg.solve(columns, white)
    cones = np.diag((_BRADFORD @ D50) / (_BRADFORD @ white))
    adapted = np.linalg.solve(_BRADFORD, cones @ _BRADFORD) @ matrix
    tags = {b"desc": _text("made for a test"), b"cprt": _text("none"), b"wtpt": _xyz(D50)}
    for index, channel in enumerate(b"rgb"):
        tags[bytes([channel]) + b"XYZ"] = _xyz(adapted[:, index])
        tags[bytes([channel]) + b"TRC"] = _curve(gamma)
    return _profile(b"RGB ", tags)


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


DISPLAY_P3 = matrix_profile((0.68, 0.32, 0.265, 0.69, 0.15, 0.06), _SRGB_CURVE)
ADOBE_RGB = matrix_profile((0.64, 0.33, 0.21, 0.71, 0.15, 0.06), 2.2)
GREY_GAMMA = _profile(
    b"GRAY",
    {b"desc": _text("grey"), b"cprt": _text("none"), b"wtpt": _xyz(D50), b"kTRC": _curve(1.4)},
)
