"""What a HEIC or AVIF file says of its pictures, before a decoder takes memory for them.

ISO/IEC 14496-12 (meta, iloc, iinf, iprp), 23008-12 (grid, ispe), both read strictly: a picture may
be put together of cells (`grid`), each of which is decoded whole. Cells that are one and the same
bytes made a file of 180 KB hundreds of pictures.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise

from .photo_formats import NAMES, DamageError

_MOST_BOXES, _MOST_ITEMS = 20_000, 10_000
# Pixels of all items together, of which thumbnails, alpha and depth are some: so many times the
# largest, or this many.
_MOST_TIMES, _MOST_PIXELS = 4, 1 << 26
_FULL = 4  # bytes of version and flags
_CODED = (b"av01", b"hvc1", b"hev1", b"avc1", b"j2k1", b"jpeg", b"vvc1")


def check_items(data: bytes, form: str) -> None:
    """Raises DamageError for a HEIC or AVIF (others: nothing) whose items cost more than it shows.

    A grid in an AVIF; an item that is two items' cell, or twice one's; extents of coded items that
    lie in one another; more pixels, all cells together, than four times the largest item or 67
    megapixels.
    """
    if form not in ("heif", "avif"):
        return
    try:
        (place,) = [place for kind, place in _boxes(data, (0, len(data))) if kind == b"meta"]
        listed = list(_boxes(data, (place[0] + _FULL, place[1])))
        meta = dict(listed)
        if len(meta) < len(listed):
            raise ValueError("a box twice")
        kinds = _kinds(data, meta[b"iinf"])
        if form == "avif" and b"grid" in kinds.values():
            raise DamageError(
                "an AVIF that is put together of cells (a grid) is not read; save it as one picture"
            )
        coded = {item for item, kind in kinds.items() if kind in _CODED}
        extents = [at for item, at in _extents(data, meta[b"iloc"]) if item in coded]
        sizes = _sizes(data, meta[b"iprp"])
        cells = list(_cells(data, meta[b"iref"], kinds)) if b"iref" in meta else []
    except (KeyError, ValueError, struct.error, IndexError):
        raise DamageError(f"the {NAMES[form]} file is damaged or truncated") from None
    extents.sort()
    lie_in_one_another = any(one[1] > two[0] for one, two in pairwise(extents))
    if lie_in_one_another or len(set(cells)) < len(cells):
        raise DamageError(f"the {NAMES[form]} file is damaged (its pictures lie in one another)")
    together = sum(sizes.get(item, 0) for item in coded)
    if together > max(_MOST_TIMES * max(sizes.values(), default=0), _MOST_PIXELS):
        raise DamageError(f"the {NAMES[form]} file is damaged (its cells are many times it)")


def _boxes(data: bytes, within: tuple[int, int]) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Kind, first byte and last + 1 of the content, of each box in a part of the file."""
    at, stop = within
    for _ in range(_MOST_BOXES):
        if at + 8 > stop:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        end = stop if size == 0 else at + size
        if size and size < head:
            raise ValueError("a box that is shorter than its head")
        # What is cut is the decoder's to say, unless it is what is read here.
        yield kind, (at + head, min(end, stop))
        at = end
    raise ValueError("too many boxes")


def _number(data: bytes, at: int, size: int) -> tuple[int, int]:
    if at + size > len(data):
        raise ValueError("a number behind the end")
    return int.from_bytes(data[at : at + size], "big"), at + size


def _kinds(data: bytes, place: tuple[int, int]) -> dict[int, bytes]:
    """The kind of each item by its number (iinf, infe of version 2 and 3)."""
    wide = 4 if data[place[0]] else 2
    found: dict[int, bytes] = {}
    for kind, (start, _) in _boxes(data, (place[0] + _FULL + wide, place[1])):
        version = data[start]
        if kind != b"infe" or version not in (2, 3):
            raise ValueError("an item of another form")
        item, at = _number(data, start + _FULL, 2 if version == 2 else 4)
        if item in found or len(found) >= _MOST_ITEMS:
            raise ValueError("an item twice, or too many")
        found[item] = data[at + 2 : at + 6]
    return found


def _extents(data: bytes, place: tuple[int, int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Item, first byte and last + 1 of each part of its data that lies in the file (iloc)."""
    version, at = data[place[0]], place[0] + _FULL
    offset, length, base, index = (
        part for byte in data[at : at + 2] for part in (byte >> 4, byte & 15)
    )
    wide = 4 if version == 2 else 2
    index = index if version in (1, 2) else 0
    number, at = _number(data, at + 2, wide)
    if version > 2 or number > _MOST_ITEMS:
        raise ValueError("too many items")
    seen: set[int] = set()
    for _ in range(number):
        item, at = _number(data, at, wide)
        method = 0
        if version:
            method, at = _number(data, at, 2)
        _, at = _number(data, at, 2)
        start, at = _number(data, at, base)
        parts, at = _number(data, at, 2)
        if item in seen or (base and base not in (4, 8)) or method & 15 > 1 or parts > _MOST_ITEMS:
            raise ValueError("an item twice, or of another form")
        seen.add(item)
        for _ in range(parts):
            at += index
            begin, at = _number(data, at, offset)
            size, at = _number(data, at, length)
            if size == 0:
                raise ValueError("a part without a length")
            # Of idat, which comes within meta, places are told apart by a sign.
            begin += start - (1 << 62 if method & 15 else 0)
            yield item, (begin, begin + size)


def _cells(data: bytes, place: tuple[int, int], kinds: dict[int, bytes]) -> Iterator[int]:
    """The items of which others are made (iref, dimg), but for gain maps, which take no cells."""
    wide = 4 if data[place[0]] else 2
    for kind, (start, _) in _boxes(data, (place[0] + _FULL, place[1])):
        made, at = _number(data, start, wide)
        count, at = _number(data, at, 2)
        if count > _MOST_ITEMS:
            raise ValueError("too many cells")
        for _ in range(count if kind == b"dimg" and kinds.get(made) != b"tmap" else 0):
            item, at = _number(data, at, wide)
            yield item


def _sizes(data: bytes, place: tuple[int, int]) -> dict[int, int]:
    """Pixels of each item by its number (ispe, as ipma has it)."""
    parts = list(_boxes(data, place))
    (container,) = [where for kind, where in parts if kind == b"ipco"]
    pixels: list[int] = []
    for kind, (start, stop) in _boxes(data, container):
        size = 0
        if kind == b"ispe" and stop - start >= _FULL + 8:
            width, height = struct.unpack_from(">II", data, start + _FULL)
            size = width * height
        pixels.append(size)
    found: dict[int, int] = {}
    for kind, (start, _) in parts:
        if kind != b"ipma":
            continue
        version, wide = data[start], 2 if data[start + 3] & 1 else 1
        items, at = _number(data, start + _FULL, 4)
        if items > _MOST_ITEMS:
            raise ValueError("too many items")
        for _ in range(items):
            item, at = _number(data, at, 4 if version else 2)
            properties, at = _number(data, at, 1)
            for _ in range(properties):
                index, at = _number(data, at, wide)
                index &= (1 << (8 * wide - 1)) - 1
                if 1 <= index <= len(pixels):
                    found[item] = max(found.get(item, 0), pixels[index - 1])
    return found
