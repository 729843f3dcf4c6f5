"""Photos of every format that is read: a picture within the limit, or PhotoError."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pillow_heif
from PIL import Image, ImageCms
from skimage import data
from squeezesam import PhotoError
from squeezesam.photo import open_photo
from targets import Mutate, Target, damaged, refused

MAX_PIXELS = 1 << 18


def _run(content: bytes) -> bool:
    try:
        photo = open_photo(content, max_pixels=MAX_PIXELS)
    except PhotoError as error:
        return refused(error)
    assert photo.pixels.ndim == 3
    assert photo.pixels.shape[2] == 3
    assert photo.pixels.shape[0] * photo.pixels.shape[1] <= MAX_PIXELS
    return True


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def _pictures() -> dict[str, Image.Image]:
    colour = Image.fromarray(data.astronaut()[96:120, 200:232])
    return {
        "colour": colour,
        "grey": colour.convert("L"),
        "palette": colour.quantize(16),
        "alpha": colour.convert("RGBA"),
        "bits": colour.convert("1"),
        "deep": colour.convert("L").convert("I;16"),
        "cmyk": colour.convert("CMYK"),
    }


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return bytes(exif.tobytes())


_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

# Format → (kind of picture, options of Pillow).
_WRITTEN: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "jpeg": [
        ("colour", {"exif": _exif(6)}),
        ("colour", {"progressive": True, "icc_profile": _SRGB}),
        ("grey", {"quality": 20}),
        ("cmyk", {}),
    ],
    "png": [
        ("colour", {"icc_profile": _SRGB}),
        ("palette", {"transparency": 3}),
        ("alpha", {"exif": _exif(8)}),
        ("bits", {}),
        ("deep", {}),
    ],
    "tiff": [
        ("colour", {"compression": "tiff_lzw"}),
        ("colour", {"strip_size": 600}),
        ("grey", {"compression": "tiff_adobe_deflate"}),
        ("bits", {"compression": "group4"}),
        ("palette", {"compression": "packbits"}),
    ],
    "webp": [
        ("colour", {"exif": _exif(3)}),
        ("alpha", {"lossless": True}),
        ("colour", {"save_all": True, "append_images": [Image.new("RGB", (32, 24))]}),
    ],
    "bmp": [("colour", {}), ("palette", {}), ("alpha", {}), ("bits", {})],
    "mpo": [("colour", {"save_all": True, "append_images": [Image.new("RGB", (16, 16))]})],
    "heif": [("colour", {"quality": 50}), ("alpha", {"exif": _exif(5)})],
    "avif": [("colour", {"quality": 50})],
}


def _seeds(form: str) -> Callable[[], list[bytes]]:
    def made() -> list[bytes]:
        pillow_heif.register_heif_opener()
        pictures = _pictures()
        return [_saved(pictures[kind], form, **options) for kind, options in _WRITTEN[form]]

    return made


def _png(content: bytes, chance: random.Random) -> bytes:
    """Chunks changed, doubled or exchanged, with the sums that they then have."""
    chunks, at = [], 8
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + min(length, 1 << 20)]))
        at += 12 + length
    if not chunks or chance.random() < 0.2:
        return damaged(content, chance)
    for _ in range(chance.choice((1, 1, 2))):
        which = chance.randrange(len(chunks))
        kind, body = chunks[which]
        what = chance.randrange(6)
        if what == 0:
            chunks[which] = (chance.choice(chunks)[0], body)
        elif what == 1:
            chunks.insert(which, chance.choice(chunks))
        elif what == 2 and kind == b"IDAT":
            try:
                body = damaged(zlib.decompress(body), chance)
            except zlib.error:
                body = damaged(body, chance)
            chunks[which] = (kind, zlib.compress(body))
        else:
            chunks[which] = (kind, damaged(body, chance))
    written = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    ]
    return content[:8] + b"".join(written)


def _jpeg(content: bytes, chance: random.Random) -> bytes:
    """Segments changed, doubled, moved or left out; lengths mostly as they then are."""
    segments, at = [], 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", content, at + 2)
        segments.append(content[at : at + 2 + length])
        at += 2 + length
    rest = content[at:]
    if not segments or chance.random() < 0.3:
        return damaged(content, chance)
    which = chance.randrange(len(segments))
    what = chance.randrange(5)
    if what == 0:
        segments.insert(which, chance.choice(segments))
    elif what == 1:
        del segments[which]
    elif what == 2:
        rest = damaged(rest, chance)
    else:
        body = damaged(segments[which][4:], chance)[: 0xFFFF - 2]
        segments[which] = segments[which][:2] + struct.pack(">H", len(body) + 2) + body
    return content[:2] + b"".join(segments) + rest


def _tiff(content: bytes, chance: random.Random) -> bytes:
    """Entries of the directory changed, doubled, exchanged or left out."""
    if len(content) < 8 or chance.random() < 0.3:
        return damaged(content, chance)
    (place,) = struct.unpack_from("<I", content, 4)
    listed = content[place + 2 :]
    entries = [listed[at : at + 12] for at in range(0, len(listed) - 15, 12)]
    if not entries:
        return damaged(content, chance)
    which = chance.randrange(len(entries))
    what = chance.randrange(5)
    if what == 0:
        entries.insert(which, chance.choice(entries))
    elif what == 1:
        del entries[which]
    elif what == 2:
        kind = struct.pack("<H", chance.randrange(20))
        entries.insert(which, entries[which][:2] + kind + entries[which][4:])
    else:
        entries[which] = damaged(entries[which], chance)[:12].ljust(12, b"\0")
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return content[:4] + struct.pack("<I", len(content)) + content[8:] + directory


_MUTATIONS: dict[str, Mutate] = {"tiff": _tiff, "png": _png, "jpeg": _jpeg, "mpo": _jpeg}

TARGETS = {
    f"photo-{form}": Target(_seeds(form), _run, _MUTATIONS.get(form, damaged), ("squeezesam",))
    for form in _WRITTEN
}
