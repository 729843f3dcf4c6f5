"""Files that were made to cost more than they are worth."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace

import numpy as np
from photo_files import chunk, encoded, tiff_of_parts
from PIL import Image
from skimage import data
from tiff_files import LONG, Tag, sound

SIDE = 30000


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
        chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) for side in (8, SIDE)
    )
    pixels = zlib.compress(bytes(1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + small + large + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


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


def large_tile() -> bytes:
    """A TIFF of 10×10 pixels in one tile of 30000×30000: 0.9 GB for 146 bytes."""
    content = zlib.compress(b"\0" * 100)
    tags = {256: 10, 257: 10, 258: 8, 259: 8, 262: 1, 277: 1, 322: SIDE, 323: SIDE}
    start = 8 + 2 + 12 * (len(tags) + 2) + 4
    tags |= {324: start, 325: len(content)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    head = struct.pack("<4sIH", b"II*\0", 8, len(tags))
    return head + entries + struct.pack("<I", 0) + content


def tiles_of_a_pixel() -> bytes:
    """A TIFF of 16 million tiles, one of which is listed."""
    return tiff_of_parts([b"\0\0\0"], (4096, 4096), tile=1)


def tile_of_an_unknown_type() -> bytes:
    """A TIFF whose tile is large in an entry of BigTIFF's type 17, and small in the next one."""
    tiff = sound("<", "tiles", "Deflate")
    large = [Tag(tag, 17, (SIDE,), 1) for tag in (322, 323)]
    tags = sorted([*large, *tiff.tags], key=lambda tag: tag.tag)
    return replace(tiff, tags=tuple(tags)).file()


def many_listed_strips() -> bytes:
    """A TIFF of a million strips, each of which is listed at the same place."""
    tiff = sound("<", "strips", "plain")
    number = 1 << 20
    longs = {257: (number,), 278: (1,), 273: (8,) * number, 279: (1,) * number}
    tags = [Tag(t.tag, LONG, longs[t.tag]) if t.tag in longs else t for t in tiff.tags]
    return replace(tiff, tags=tuple(tags)).file()


def skipping_bmp() -> bytes:
    """A run-length BMP of one very long row, which is told to skip 255 of them."""
    content = b"\0\2\0\xff" * 4
    start = 14 + 40 + 1024
    return (
        struct.pack("<2sIII", b"BM", start + len(content), 0, start)
        + struct.pack("<IiiHHIIiiII", 40, 1 << 27, 1, 1, 8, 1, len(content), 0, 0, 256, 0)
        + bytes(1024)
        + content
    )


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def many_scans(luma: int, scans: int, side: int = 8000) -> bytes:
    """A progressive JPEG of `side`² whose scans bring nothing, each a pass over all of it.

    luma: the sampling factors of the first component, in hexadecimal; the others have 1×1.
    """
    components = b"".join(bytes([i, factors, 0]) for i, factors in enumerate((luma, 0x11, 0x11), 1))
    one_code = bytes([1, *bytes(15)])
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xDB, b"\0" + b"\1" * 64),
            _segment(0xC2, struct.pack(">BHHB", 8, side, side, 3) + components),
            _segment(0xC4, b"\0" + one_code + b"\0"),
            _segment(0xC4, b"\x10" + one_code + b"\0"),
            (_segment(0xDA, bytes([1, 1, 0, 1, 63, 0])) + bytes(4)) * scans,
            b"\xff\xd9",
        )
    )


def packed_texts(kind: bytes) -> bytes:
    """A PNG of 64×64 with 300 texts that unpack to 8 MB each."""
    packed = zlib.compress(b"a" * 7_900_000, 9)
    text = b"k\0\0" + packed if kind == b"zTXt" else b"k\0\1\0\0\0" + packed
    whole = encoded(data.astronaut()[:64, :64], "png")
    return whole[:33] + chunk(kind, text) * 300 + whole[33:]


def box(kind: bytes, *parts: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, parts)), kind) + b"".join(parts)


def full(kind: bytes, version: int, *parts: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24), *parts)


def grid(brand: bytes, side: int, cells: list[int], parts: list[bytes], across: int) -> bytes:
    """A HEIC or AVIF of cells, by their numbers among items, which lie where `parts` are first.

    The codec's head is left out: what is read before a decoder is told nothing of it.
    """
    items, first, places = len(parts), {}, []
    for part in parts:
        places.append(first.setdefault(part, sum(map(len, first))))
    numbers = [2 + number for number in range(items)]
    down = len(cells) // across
    size = (across * side, down * side)
    about = struct.pack(">BBBBII", 0, 1, down - 1, across - 1, *size)
    kind = b"av01" if brand == b"avif" else b"hvc1"
    names = [full(b"infe", 2, struct.pack(">HH4s", 1, 0, b"grid"), b"\0")]
    names += [full(b"infe", 2, struct.pack(">HH4s", n, 0, kind), b"\0") for n in numbers]
    sizes = [full(b"ispe", 0, struct.pack(">II", *of)) for of in (size, (side, side))]
    has = struct.pack(">IHBB", items + 1, 1, 1, 1)
    has += b"".join(struct.pack(">HBB", n, 1, 2) for n in numbers)
    of = struct.pack(f">HH{len(cells)}H", 1, len(cells), *(2 + cell for cell in cells))
    head = box(b"ftyp", brand, bytes(4), b"mif1", brand)

    def meta(start: int) -> bytes:
        where = struct.pack(">BBHHHHHII", 0x44, 0, items + 1, 1, 1, 0, 1, 0, len(about))
        for number, place, part in zip(numbers, places, parts, strict=True):
            where += struct.pack(">HHHHII", number, 0, 0, 1, start + place, len(part))
        return full(
            b"meta", 0, full(b"pitm", 0, struct.pack(">H", 1)), full(b"iloc", 1, where),
            full(b"iinf", 0, struct.pack(">H", items + 1), *names),
            box(b"iprp", box(b"ipco", *sizes), full(b"ipma", 0, has)),
            full(b"iref", 0, box(b"dimg", of)), box(b"idat", about),
        )  # fmt: skip

    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", *first)


PACKED = {"zTXt": b"zTXt", "iTXt": b"iTXt"}

BOMBS = {
    "second JPEG frame header": second_frame_header,
    "huge JPEG frame header": huge_frame_header,
    "second PNG header": second_ihdr,
    "TIFF": large_tiff,
    "BMP": large_bmp,
    "WebP canvas": large_webp,
    "TIFF tile": large_tile,
    "BMP of runs": skipping_bmp,
    "TIFF of tiles of a pixel": tiles_of_a_pixel,
    "TIFF tile of an unknown type": tile_of_an_unknown_type,
    "TIFF of many listed strips": many_listed_strips,
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
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
    + chunk(b"teSt", b"") * (MEGABYTE // 12),
    "scans of usual sampling": many_scans(0x22, 20_000),
    "scans of unusual sampling": many_scans(0x31, 20_000),
}
