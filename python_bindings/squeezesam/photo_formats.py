"""Container formats of photos: recognise them, and prove that nothing of the file is missing.

What the decoders prove by themselves is left to them (BMP, AVIF, HEIF); TIFF is looked at in
`photo_tiff`. PNG (W3C PNG, third edition, section 5) and WebP (RFC 9649) are walked here, in time
proportional to the file; what is inside of a PNG is looked at in `photo_png`.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from .errors import PhotoError

if TYPE_CHECKING:
    import io
    from collections.abc import Callable

    from PIL import Image

# Encoders write chunks of 8 KiB and more; walking over one takes microseconds, here and in Pillow.
_MANY_CHUNKS, _SMALL_CHUNK = 65_536, 1024

READABLE = "JPEG, PNG, WebP, TIFF, BMP, AVIF and, with pip install squeezesam[heif], HEIC"

NAMES = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WebP",
    "tiff": "TIFF",
    "bmp": "BMP",
    "avif": "AVIF",
    "heif": "HEIC",
}

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_BIG = "BigTIFF"
_FOREIGN = {
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"II+\0": _BIG,
    b"MM\0+": _BIG,
    b"8BPS": "Photoshop",
    b"%PDF": "PDF",
}


def recognise(data: bytes, name: str) -> str:
    """The format of `data`, a key of NAMES.

    Raises PhotoError, whose sentence starts with `name`, for an empty file, one that is no photo
    and one of a format that squeezesam does not read.
    """
    if not data:
        raise PhotoError(f"{name}: the file is empty")
    found = by_signature(data)
    if found in NAMES:
        return str(found)
    if found == _BIG:
        raise PhotoError(f"{name}: BigTIFF is not read; save it as an ordinary TIFF, or PNG")
    if found:
        raise PhotoError(
            f"{name}: {found} pictures are not supported; convert it to one of {READABLE}"
        )
    raise PhotoError(f"{name}: not a photo that squeezesam can read ({READABLE})")


def fault(data: bytes, form: str) -> str | None:
    """What is missing from a PNG or WebP file or contradicts its checksums; None if nothing is."""
    if form == "png":
        return _png_fault(data)
    return _webp_fault(data) if form == "webp" else None


def truncated(form: str) -> str:
    """The sentence about a file that ends too early."""
    return f"the {NAMES[form]} file is truncated; part of the photo is missing"


def by_signature(data: bytes) -> str | None:
    """A key of NAMES, the name of a format that is not read, or None; 512 bytes are enough."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:4] in (b"II*\0", b"MM\0*"):
        return "Canon raw" if data[8:10] == b"CR" else "tiff"
    if data[:2] == b"BM" and data[6:10] == bytes(4):
        # Its runs may skip any number of rows, and a file of one line fill all memory.
        run_lengths = (
            data[30:34] in (b"\1\0\0\0", b"\2\0\0\0")
            and int.from_bytes(data[14:18], "little") >= 40
        )
        return "run-length BMP" if run_lengths else "bmp"
    if data[4:8] == b"ftyp":
        return _by_brand(data)
    return next((name for start, name in _FOREIGN.items() if data.startswith(start)), None)


def _by_brand(data: bytes) -> str | None:
    """ISO/IEC 23008-12 and AVIF: the major brand, then the compatible ones, decide."""
    size = min(int.from_bytes(data[:4], "big"), 512)
    brands = {data[at : at + 4] for at in (8, *range(16, size, 4))}
    if brands & {b"avif", b"avis"}:
        return "avif"
    if data[8:12] == b"crx ":
        return "Canon raw"
    return "heif" if brands & _HEIF_BRANDS else None


def _png_fault(data: bytes) -> str | None:
    position = 8
    view = memoryview(data)
    chunks = 0
    while True:
        chunks += 1
        if chunks > _MANY_CHUNKS and position < chunks * _SMALL_CHUNK:
            return f"the PNG file is damaged (more than {_MANY_CHUNKS} chunks, almost empty)"
        if position + 12 > len(data):
            return truncated("png")
        length, kind = struct.unpack_from(">I4s", data, position)
        stop = position + 12 + length
        if stop > len(data):
            return truncated("png")
        (checksum,) = struct.unpack_from(">I", data, stop - 4)
        if zlib.crc32(view[position + 4 : stop - 4]) != checksum:
            chunk = repr(kind.decode("latin-1"))
            return f"the PNG file is damaged (chunk {chunk} fails its checksum)"
        if kind == b"IEND":
            return None
        position = stop


def _webp_fault(data: bytes) -> str | None:
    (size,) = struct.unpack_from("<I", data, 4)
    return truncated("webp") if size + 8 > len(data) or len(data) < 30 else None


class DamageError(Exception):
    """What is damaged inside of a picture, found while it was decoded."""


def heif_reader(name: str) -> Callable[[io.BytesIO], Image.Image]:
    """What makes Pillow's picture. Raises PhotoError, named `name`, where nothing reads HEIC."""
    try:
        import pillow_heif
    except ImportError:
        raise PhotoError(
            f"{name}: HEIC pictures need pip install squeezesam[heif]; or convert it to JPEG"
        ) from None
    reader: Callable[[io.BytesIO], Image.Image] = pillow_heif.HeifImageFile
    return reader
