"""Container formats of photos: recognise them, measure them, and prove that they are whole.

OpenCV decodes, but it must not be asked to decode what is not whole: depending on version and
format it answers a file cut in half with a picture whose lower half is grey. So the container is
walked first, which also yields the size before a single pixel is allocated. Formats: JPEG
(ITU-T T.81 annex B), PNG (W3C PNG, third edition, section 5), WebP (RFC 9649); BMP and TIFF are
measured and proved whole by the decoder, which refuses them when they are cut.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass

from .errors import PhotoError

READABLE = "JPEG, PNG, WebP, BMP and TIFF"

# A marker is 0xFF, perhaps repeated as fill, and a byte that is neither 0x00 (a stuffed 0xFF of the
# entropy-coded data) nor one of the restart markers, which belong to that data.
_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_STANDALONE = frozenset({0x01, 0xD8}) | frozenset(range(0xD0, 0xD8))

_FOREIGN_BRANDS = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"heim": "HEIC",
    b"heis": "HEIC",
    b"mif1": "HEIF",
    b"msf1": "HEIF",
}


@dataclass(frozen=True, slots=True)
class Container:
    """What the container says about its picture; width and height in stored pixels, or None."""

    format: str
    width: int | None = None
    height: int | None = None


def inspect(data: bytes, name: str) -> Container:
    """Recognises the format of `data` and checks that nothing is missing from it.

    Raises PhotoError, whose sentence starts with `name`, for an empty file, for one that is no
    photo, for a format that squeezesam does not read, and for a truncated or damaged file.
    """
    if not data:
        raise PhotoError(f"{name}: the file is empty")
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data, name)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data, name)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data, name)
    if data[:4] in (b"II*\0", b"MM\0*"):
        return Container("tiff")
    if data[:2] == b"BM" and len(data) >= 26 and data[6:10] == b"\0\0\0\0":
        width, height = struct.unpack_from("<ii", data, 18)
        return Container("bmp", abs(width), abs(height))
    foreign = _foreign_format(data)
    if foreign is not None:
        raise PhotoError(
            f"{name}: {foreign} pictures are not supported; convert it to one of {READABLE}"
        )
    raise PhotoError(f"{name}: not a photo that squeezesam can read ({READABLE})")


def _foreign_format(data: bytes) -> str | None:
    if data[4:8] == b"ftyp":
        return _FOREIGN_BRANDS.get(data[8:12])
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if data[:12] == b"\0\0\0\x0cjP  \r\n\x87\n" or data[:4] == b"\xff\x4f\xff\x51":
        return "JPEG 2000"
    if data[:2] == b"\xff\x0a" or data[:12] == b"\0\0\0\x0cJXL \r\n\x87\n":
        return "JPEG XL"
    if data.lstrip()[:5].lower() in (b"<svg ", b"<?xml"):
        return "SVG"
    return None


def _truncated(name: str, kind: str) -> PhotoError:
    return PhotoError(f"{name}: the {kind} file is truncated; part of the photo is missing")


def _jpeg(data: bytes, name: str) -> Container:
    width = height = None
    position, end = 2, len(data)
    while True:
        found = _JPEG_MARKER.search(data, position)
        if found is None:
            raise _truncated(name, "JPEG")
        marker = found.group(1)[0]
        position = found.end()
        if marker == 0xD9:
            break
        if marker in _JPEG_STANDALONE:
            continue
        if position + 2 > end:
            raise _truncated(name, "JPEG")
        length = int.from_bytes(data[position : position + 2], "big")
        if length < 2 or position + length > end:
            raise _truncated(name, "JPEG")
        if marker in _JPEG_FRAMES and length >= 8:
            height, width = struct.unpack_from(">HH", data, position + 3)
        position += length
    if width is None:
        raise PhotoError(f"{name}: the JPEG file contains no picture")
    return Container("jpeg", width, height)


def _png(data: bytes, name: str) -> Container:
    width = height = None
    position = 8
    view = memoryview(data)
    while True:
        if position + 12 > len(data):
            raise _truncated(name, "PNG")
        length, kind = struct.unpack_from(">I4s", data, position)
        stop = position + 12 + length
        if stop > len(data):
            raise _truncated(name, "PNG")
        (checksum,) = struct.unpack_from(">I", data, stop - 4)
        if zlib.crc32(view[position + 4 : stop - 4]) != checksum:
            chunk = repr(kind.decode("latin-1"))
            raise PhotoError(f"{name}: the PNG file is damaged (chunk {chunk} fails its checksum)")
        if kind == b"IHDR" and length >= 8:
            width, height = struct.unpack_from(">II", data, position + 8)
        if kind == b"IEND":
            return Container("png", width, height)
        position = stop


def _webp(data: bytes, name: str) -> Container:
    (size,) = struct.unpack_from("<I", data, 4)
    if size + 8 > len(data):
        raise _truncated(name, "WebP")
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:
        raise _truncated(name, "WebP")
    if kind == b"VP8X":
        width = 1 + int.from_bytes(body[4:7], "little")
        height = 1 + int.from_bytes(body[7:10], "little")
    elif kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width = int.from_bytes(body[6:8], "little") & 0x3FFF
        height = int.from_bytes(body[8:10], "little") & 0x3FFF
    return Container("webp", width, height)
