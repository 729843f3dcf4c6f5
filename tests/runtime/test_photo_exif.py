"""The core reads EXIF orientations as Pillow does, whatever the block looks like.

Python photos are turned by what Pillow reads, other platforms by what the core reads: one rule.
"""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from photo_files import encoded
from PIL import Image
from skimage import data
from squeezesam import _core
from squeezesam.photo import open_photo
from squeezesam.photo_decode import orientation_of

TURNED = 6
PLAIN = encoded(data.astronaut()[:40, :60], "jpeg")
MARK = b"Exif\0\0"


def block(
    *entries: tuple[int, int, int, bytes],
    order: str = "<",
    offset: int = 8,
    count: int | None = None,
    magic: int = 42,
) -> bytes:
    """A TIFF block with one directory of (tag, type, count, four bytes of value)."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", magic, offset)
    body = struct.pack(f"{order}H", len(entries) if count is None else count)
    for tag, kind, number, value in entries:
        body += struct.pack(f"{order}HHI", tag, kind, number) + value[:4].ljust(4, b"\0")
    return head + body + bytes(4)


def short(value: int, order: str = "<") -> bytes:
    return struct.pack(f"{order}H", value)


GOOD = block((0x0112, 3, 1, short(TURNED)))
OTHER = block((0x010F, 2, 4, b"abc\0"))


def segment(body: bytes, marker: int = 0xE1) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def xmp(text: str) -> bytes:
    return segment(b"http://ns.adobe.com/xap/1.0/\0" + text.encode())


def jpeg(*segments: bytes) -> bytes:
    return PLAIN[:2] + b"".join(segments) + PLAIN[2:]


def exif(*blocks: bytes) -> bytes:
    return jpeg(*(segment(MARK + each) for each in blocks))


BLOCKS = {
    "little endian": exif(GOOD),
    "big endian": exif(block((0x0112, 3, 1, short(TURNED, ">")), order=">")),
    "long": exif(block((0x0112, 4, 1, struct.pack("<I", TURNED)))),
    "byte": exif(block((0x0112, 1, 1, b"\6"))),
    "signed short": exif(block((0x0112, 8, 1, short(TURNED)))),
    "text": exif(block((0x0112, 2, 2, b"6\0"))),
    "undefined": exif(block((0x0112, 7, 2, short(TURNED)))),
    "rational": exif(block((0x0112, 5, 1, struct.pack("<I", 26))) + struct.pack("<II", 6, 1)),
    "count of 2": exif(block((0x0112, 3, 2, short(TURNED) + short(1)))),
    "count of 0": exif(block((0x0112, 3, 0, short(TURNED)))),
    "count far too large": exif(block((0x0112, 3, 1000, short(TURNED)))),
    "value 0": exif(block((0x0112, 3, 1, short(0)))),
    "value 9": exif(block((0x0112, 3, 1, short(9)))),
    "value 65535": exif(block((0x0112, 3, 1, short(65535)))),
    "given twice": exif(block((0x0112, 3, 1, short(3)), (0x0112, 3, 1, short(TURNED)))),
    "after another tag": exif(block((0x010F, 2, 4, b"abc\0"), (0x0112, 3, 1, short(TURNED)))),
    "unsorted": exif(block((0x8769, 4, 1, bytes(4)), (0x0112, 3, 1, short(TURNED)))),
    "more entries promised": exif(block((0x0112, 3, 1, short(TURNED)), count=40)),
    "no entries": exif(block()),
    "directory elsewhere": exif(GOOD[:4] + struct.pack("<I", 20) + bytes(12) + GOOD[8:]),
    "directory outside": exif(block((0x0112, 3, 1, short(TURNED)), offset=9999)),
    "directory at 0": exif(block((0x0112, 3, 1, short(TURNED)), offset=0)),
    "no TIFF": exif(b"nonsense" * 4),
    "wrong magic": exif(block((0x0112, 3, 1, short(TURNED)), magic=43)),
    "empty": exif(b""),
    "cut": exif(GOOD[:15]),
    "first segment without the tag": exif(OTHER, GOOD),
    "second segment with another value": exif(GOOD, block((0x0112, 3, 1, short(3)))),
    "first segment no TIFF": exif(b"nonsense" * 4, GOOD),
    "behind other segments": jpeg(segment(b"JFIF\0" + bytes(9), 0xE0), segment(MARK + GOOD)),
    "no zeros behind Exif": jpeg(segment(b"Exif" + GOOD)),
    "XMP attribute": jpeg(xmp('<x tiff:Orientation="6"/>')),
    "XMP element": jpeg(xmp("<tiff:Orientation>6</tiff:Orientation>")),
    "XMP and EXIF": jpeg(xmp('<x tiff:Orientation="3"/>'), segment(MARK + GOOD)),
    "XMP and EXIF without the tag": jpeg(segment(MARK + OTHER), xmp('tiff:Orientation="6"')),
    "XMP of 9": jpeg(xmp('tiff:Orientation="9"')),
    "none": PLAIN,
}


def by_pillow(file: bytes) -> int:
    return orientation_of(Image.open(io.BytesIO(file)))


@pytest.mark.parametrize("kind", BLOCKS)
def test_the_core_reads_a_block_as_pillow_does(kind: str) -> None:
    file = BLOCKS[kind]
    assert _core.exif_orientation(file) == by_pillow(file)
    assert open_photo(file).orientation == by_pillow(file)


def test_the_blocks_are_not_all_alike() -> None:
    found = [by_pillow(file) for file in BLOCKS.values()]
    assert found.count(TURNED) >= 8
    assert found.count(1) >= 8


@pytest.mark.parametrize("form", ["png", "webp"])
def test_png_and_webp_carry_the_same_blocks(form: str) -> None:
    picture = data.astronaut()[:40, :60]
    for body in (GOOD, OTHER, MARK + GOOD, block((0x0112, 3, 2, short(6) + short(1)))):
        file = encoded(picture, form, exif=body)
        assert _core.exif_orientation(file) == by_pillow(file)


def test_random_blocks_are_read_alike() -> None:
    """Bytes of a good block changed at random: never an error, never a difference."""
    rng = np.random.default_rng(11)
    full = block((0x010F, 2, 4, b"abc\0"), (0x0112, 3, 1, short(TURNED)), (0x0128, 3, 1, short(2)))
    differences = []
    for _ in range(3000):
        changed = bytearray(full)
        for at in rng.integers(0, len(full), rng.integers(1, 4)):
            changed[at] = rng.choice([0, 1, 2, 3, 4, 6, 8, 255, rng.integers(0, 256)])
        file = exif(bytes(changed))
        if _core.exif_orientation(file) != by_pillow(file):
            differences.append((bytes(changed), _core.exif_orientation(file), by_pillow(file)))
    assert differences == []
