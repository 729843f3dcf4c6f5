"""What an ICC profile says of its tables, before LittleCMS takes memory for them.

ICC.1:2022, 7.3 (tag table), 10.10 to 10.12 (lut8, lut16, lutAToB, lutBToA), 10.16 (elements).
"""

from __future__ import annotations

# LittleCMS takes no more of either.
_MOST_INPUTS, _MOST_TAGS = 16, 100


def tables_fit(profile: bytes) -> bool:
    """Whether every colour table is as large as its grid says, and none is of elements.

    LittleCMS makes room for the grid (up to half a gigabyte for 200 bytes) before it looks for its
    values. multiProcessElementsType may name one and the same table a thousand times, and curves
    that have no values: 100 KB took 322 MiB and half a minute. No camera writes such profiles.
    What is no profile at all has no such table.
    """
    whole = memoryview(profile)  # tags may lie over each other: nothing is copied
    tags = _number(whole, 128, 4)
    if tags > _MOST_TAGS:
        return False
    entries = (132 + 12 * i for i in range(tags))
    return all(_tag_fits(_part(whole, entry + 4)) for entry in entries)


def _tag_fits(tag: memoryview) -> bool:
    kind, inputs, outputs = bytes(tag[:4]), _number(tag, 8, 1), _number(tag, 9, 1)
    if kind in (b"mft1", b"mft2"):
        width = 1 if kind == b"mft1" else 2
        return _has_room(tag, bytes(tag[10:11]) * inputs, inputs, outputs * width)
    if kind in (b"mAB ", b"mBA "):
        at = _number(tag, 24, 4)
        table = tag[at:]
        width = _number(table, 16, 1)
        # LittleCMS makes room for a grid before it asks for its width.
        wide = width in (1, 2) and _has_room(table, table[:16], inputs, outputs * width)
        return at == 0 or wide
    return kind != b"mpet"


def _has_room(table: memoryview, grid: bytes | memoryview, inputs: int, each: int) -> bool:
    """Whether the values of a grid, `each` bytes at every place, are no more than the table has."""
    if inputs > _MOST_INPUTS:
        return False
    size = each
    for points in grid[:inputs]:
        size *= points
    return size <= len(table)


def _part(whole: memoryview, entry: int) -> memoryview:
    """What an offset and a length at `entry` lead to; empty where it does not lie inside."""
    begin, length = _number(whole, entry, 4), _number(whole, entry + 4, 4)
    return whole[begin : begin + length] if begin + length <= len(whole) else whole[:0]


def _number(data: memoryview, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")
