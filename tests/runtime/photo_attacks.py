"""Files that were made to cost more than they are worth."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from photo_files import encoded
from PIL import Image
from skimage import data

SIDE = 30000


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def second_frame_header() -> bytes:
    """A JPEG whose frame header comes again, larger."""
    file = encoded(data.astronaut()[:64, :64], "jpeg")
    start = file.index(b"\xff\xc0")
    stop = start + 2 + int.from_bytes(file[start + 2 : start + 4], "big")
    head = file[start:stop]
    large = head[:5] + struct.pack(">HH", SIDE, SIDE) + head[9:]
    return file[:stop] + large + file[stop:]


def huge_frame_header() -> bytes:
    """A JPEG of 64×64 whose only frame header says 30000×30000."""
    file = bytearray(encoded(data.astronaut()[:64, :64], "jpeg"))
    at = file.index(b"\xff\xc0") + 5
    file[at : at + 4] = struct.pack(">HH", SIDE, SIDE)
    return bytes(file)


def second_ihdr() -> bytes:
    """A PNG whose header chunk comes again, larger, with pixels for the larger one."""
    small, large = (
        _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) for side in (8, SIDE)
    )
    pixels = zlib.compress(bytes(1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + small + large + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def large_tiff() -> bytes:
    """A TIFF of 30000×30000 in two megabytes."""
    buffer = io.BytesIO()
    Image.new("1", (SIDE, SIDE)).save(buffer, "tiff", compression="group4")
    return buffer.getvalue()


def large_bmp() -> bytes:
    """A BMP header of 30000×30000 and nothing behind it."""
    file = bytearray(encoded(np.zeros((8, 8, 3), np.uint8), "bmp"))
    file[18:26] = struct.pack("<ii", SIDE, SIDE)
    return bytes(file)


def large_webp() -> bytes:
    """A WebP whose canvas says 16384×16383 around a frame of 64×64."""
    file = bytearray(encoded(data.astronaut()[:64, :64], "webp", exif=b"Exif\0\0II*\0"))
    assert file[12:16] == b"VP8X"
    file[24:27] = (16383).to_bytes(3, "little")
    file[27:30] = (16382).to_bytes(3, "little")
    return bytes(file)


BOMBS = {
    "second JPEG frame header": second_frame_header,
    "huge JPEG frame header": huge_frame_header,
    "second PNG header": second_ihdr,
    "TIFF": large_tiff,
    "BMP": large_bmp,
    "WebP canvas": large_webp,
}

MEGABYTE = 1 << 20
SLOW = {
    "fill without an end": b"\xff\xd8" + b"\xff" * MEGABYTE + b"\0",
    "fill before every marker": b"\xff\xd8"
    + b"\xff" * MEGABYTE
    + encoded(data.astronaut()[:64, :64], "jpeg")[2:],
    "stuffed zeros": b"\xff\xd8" + b"\xff\0" * (MEGABYTE // 2),
    "empty segments": b"\xff\xd8" + b"\xff\xe1\0\x02" * (MEGABYTE // 4),
    "markers alone": b"\xff\xd8" + b"\xff\xd0" * (MEGABYTE // 2),
    "PNG of empty chunks": b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
    + _chunk(b"teSt", b"") * (MEGABYTE // 12),
}
