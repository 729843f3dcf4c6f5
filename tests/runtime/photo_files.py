"""Photo files of every awkward kind, made from photos that come with scikit-image."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
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


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2))  # fmt: skip
# Colour type → channels, and the depths that it may have (W3C PNG, table 11.1).
PNG_COLOURS = {
    0: (1, (1, 2, 4, 8, 16)), 2: (3, (8, 16)), 3: (1, (1, 2, 4, 8)), 4: (2, (8, 16)),
    6: (4, (8, 16)),
}  # fmt: skip
PngKind = tuple[int, int, int, bool]  # side, depth, colour type, interlaced


def png_rows(kind: PngKind) -> list[bytes]:
    """The rows of a picture of noise as its stream has them: every filter, then the bytes."""
    side, depth, colour, interlaced = kind
    noise = np.random.default_rng(side).integers(0, 256, 8 * side + 8, np.uint8).tobytes()
    rows = []
    for x, y, across, down in _ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns = len(range(x, side, across))
        length = (columns * depth * PNG_COLOURS[colour][0] + 7) // 8
        for number in range(len(range(y, side, down)) if columns else 0):
            rows.append(bytes([number % 5]) + noise[number % 7 :][:length])
    return rows


def png_of_stream(kind: PngKind, stream: bytes) -> bytes:
    """A PNG whose chunks and checksums are right, whatever they hold."""
    side, depth, colour, interlaced = kind
    palette = chunk(b"PLTE", bytes(range(48)) * 16) if colour == 3 else b""
    third = len(stream) // 3 + 1
    parts = [chunk(b"IDAT", stream[at : at + third]) for at in range(0, len(stream), third)]
    return b"".join((
        b"\x89PNG\r\n\x1a\n",
        chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, interlaced)),
        palette, *parts, chunk(b"IEND", b""),
    ))  # fmt: skip


def _with_filter(rows: list[bytes], at: int, number: int) -> bytes:
    return zlib.compress(b"".join([*rows[:at], bytes([number]) + rows[at][1:], *rows[at + 1 :]]))


def _compressed(rows: list[bytes]) -> bytes:
    return zlib.compress(b"".join(rows))


# What can be wrong inside of a stream whose chunks are right.
PNG_DAMAGE: dict[str, Callable[[list[bytes]], bytes]] = {
    "nothing": lambda rows: zlib.compress(b""),
    "the first row alone": lambda rows: _compressed(rows[:1]),
    "half of the rows": lambda rows: _compressed(rows[: len(rows) // 2]),
    "a row too few": lambda rows: _compressed(rows[:-1]),
    "a byte too few": lambda rows: zlib.compress(b"".join(rows)[:-1]),
    "a row too many": lambda rows: _compressed([*rows, rows[-1]]),
    "a byte too many": lambda rows: _compressed([*rows, b"x"]),
    "a wrong sum": lambda rows: _compressed(rows)[:-4] + bytes(4),
    "no sum": lambda rows: _compressed(rows)[:-4],
    "half of the stream": lambda rows: _compressed(rows)[: len(_compressed(rows)) // 2],
    "something behind it": lambda rows: _compressed(rows) + b"more",
    "no stream at all": lambda rows: b"".join(rows),
    "filter 5 in the first row": lambda rows: _with_filter(rows, 0, 5),
    "filter 9 in the middle": lambda rows: _with_filter(rows, len(rows) // 2, 9),
    "filter 255 in the last row": lambda rows: _with_filter(rows, len(rows) - 1, 255),
}


def tiff_of_parts(
    parts: list[bytes], size: tuple[int, int], *, compression: int = 1, rows: int = 0,
    tile: int = 0, planar: int = 1,
) -> bytes:  # fmt: skip
    """An RGB TIFF of strips of `rows` rows or square tiles: of `parts`, be they enough or not."""
    longs = {256: [size[0]], 257: [size[1]], 258: [8, 8, 8], 259: [compression], 262: [2],
             277: [3], 284: [planar]}  # fmt: skip
    longs |= {322: [tile], 323: [tile]} if tile else {278: [rows]}
    where, lengths = (324, 325) if tile else (273, 279)
    names = sorted([*longs, where, lengths])
    start = 8 + 2 + 12 * len(names) + 4
    values = {tag: struct.pack(f"<{len(of)}I", *of) for tag, of in longs.items()}
    values[lengths] = struct.pack(f"<{len(parts)}I", *map(len, parts))
    values[where] = bytes(4 * len(parts))  # their room
    behind = start + sum(len(values[tag]) for tag in names if len(values[tag]) > 4)
    offsets = [behind + sum(map(len, parts[:number])) for number in range(len(parts))]
    values[where] = struct.pack(f"<{len(parts)}I", *offsets)
    entries, heap = b"", b""
    for tag in names:
        value = values[tag]
        inline = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", start + len(heap))
        heap += value if len(value) > 4 else b""
        entries += struct.pack("<HHI", tag, 4, len(value) // 4) + inline
    head = struct.pack("<4sIH", b"II*\0", 8, len(names))
    return head + entries + bytes(4) + heap + b"".join(parts)
