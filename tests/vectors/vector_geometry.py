"""geometry.json: sizes in an input, turning, resizing, and the orientation written in a file."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from skimage import data
from vector_reference import UPRIGHT, Random, fit, hexed, resize

ABOUT = (
    "fit: ssam_fit; photo, input and size are [width, height]. "
    "orient: ssam_orient; stored and upright are RGB bytes. "
    "resize: ssam_resize of stored RGB bytes, to the upright width x height. "
    "exif: ssam_exif_orientation of the bytes of a file."
)
TOLERANCE = {"all": "exact"}


def cases() -> list[dict[str, Any]]:
    """All cases, as the JSON holds them."""
    return [*_fits(), *_turns(), *_resizes(), *_files()]


def _fits() -> list[dict[str, Any]]:
    photos = [
        (4000, 3000), (3000, 4000), (1, 1), (1, 5000), (65535, 4096), (640, 479), (512, 512),
        # A side of exactly n + 1/2 pixels: rounded up, whether n is even or odd.
        (1024, 5), (1024, 3), (2048, 1410), (2048, 1414), (100, 40), (1000, 1125), (5, 1024),
    ]  # fmt: skip
    inputs = [(512, 512), (256, 256), (512, 384), (32, 96)]
    found = [
        {"kind": "fit", "photo": list(photo), "input": list(size), "size": list(fit(photo, size))}
        for photo in photos
        for size in inputs
    ]
    halves = [c for c in found if _is_half(c["photo"], c["input"])]
    assert {c["size"][1] % 2 for c in halves if c["input"] == [512, 512]} == {0, 1}
    return found


def _is_half(photo: list[int], size: list[int]) -> bool:
    return 2 * photo[1] * size[0] % photo[0] == 0 and photo[1] * size[0] % photo[0] != 0


def _turns() -> list[dict[str, Any]]:
    stored = Random(1).array((3, 4, 3), 256).astype(np.uint8)
    return [
        {
            "kind": "orient",
            "orientation": orientation,
            "stored_width": 4,
            "stored_height": 3,
            "stored": hexed(stored),
            "width": turn(stored).shape[1],
            "height": turn(stored).shape[0],
            "upright": hexed(turn(stored)),
        }
        for orientation, turn in UPRIGHT.items()
    ]


def _resizes() -> list[dict[str, Any]]:
    noise = Random(2).array((13, 17, 3), 256).astype(np.uint8)
    photo = np.ascontiguousarray(data.chelsea()[40:104:2, 120:210:2])
    targets = [(noise, (5, 4)), (noise, (17, 13)), (noise, (1, 1)), (noise, (20, 9))]
    targets += [(noise, (9, 31)), (noise[:1, :1], (3, 2)), (photo, (16, 11)), (photo, (32, 32))]
    found = []
    for index, (stored, (width, height)) in enumerate(targets):
        orientation = 1 + index % 8
        upright = np.ascontiguousarray(UPRIGHT[orientation](stored))
        found.append(
            {
                "kind": "resize",
                "orientation": orientation,
                "stored_width": stored.shape[1],
                "stored_height": stored.shape[0],
                "stored": hexed(stored),
                "width": width,
                "height": height,
                "resized": hexed(resize(upright, width, height)),
            }
        )
    return found


def _tiff(value: int, order: str, *, kind: int = 3, count: int = 1) -> bytes:
    """A TIFF block with a description and an orientation tag."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    text = struct.pack(order + "HHI4s", 0x010E, 2, 3, b"me\0\0")
    form = "HHIH2x" if kind == 3 else "HHII"
    tag = struct.pack(order + form, 0x0112, kind, count, value)
    return head + struct.pack(order + "H", 2) + text + tag + struct.pack(order + "I", 0)


def _jpeg(*segments: tuple[int, bytes]) -> bytes:
    marked = (struct.pack(">BBH", 0xFF, m, len(body) + 2) + body for m, body in segments)
    return b"\xff\xd8" + b"".join(marked) + b"\xff\xd9"


def _png(*chunks: tuple[bytes, bytes]) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*c) for c in (*chunks, (b"IEND", b"")))


def _webp(tiff: bytes) -> bytes:
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(10)
    body += b"EXIF" + struct.pack("<I", len(tiff)) + tiff + bytes(len(tiff) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _files() -> list[dict[str, Any]]:
    exif = b"Exif\0\0"
    header = (b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0))
    files: list[tuple[str, bytes, int]] = []
    for value in range(1, 9):
        tags = exif + _tiff(value, "<>"[value % 2])
        files.append((f"jpeg, {value}", _jpeg((0xE0, b"JFIF\0"), (0xE1, tags)), value))
    files += [
        ("png", _png(header, (b"eXIf", _tiff(6, ">"))), 6),
        ("webp", _webp(_tiff(8, "<")), 8),
        ("tiff", _tiff(3, "<"), 3),
        ("a LONG instead of a SHORT", _jpeg((0xE1, exif + _tiff(5, "<", kind=4))), 5),
        ("no tag", _jpeg((0xE0, b"JFIF\0")), 1),
        ("0 is no orientation", _jpeg((0xE1, exif + _tiff(0, "<"))), 1),
        ("9 is no orientation", _jpeg((0xE1, exif + _tiff(9, ">"))), 1),
        ("two values", _jpeg((0xE1, exif + _tiff(6, ">", count=2))), 6),
        ("cut off inside the tag", _jpeg((0xE1, exif + _tiff(6, "<")))[:44], 1),
        ("another APP1 first", _jpeg((0xE1, b"http"), (0xE1, exif + _tiff(7, "<"))), 7),
        ("no photo", b"Dear diary", 1),
        ("nothing", b"", 1),
    ]  # fmt: skip
    return [
        {"kind": "exif", "name": name, "file": content.hex(), "orientation": value}
        for name, content, value in files
    ]
