"""What a JPEG's markers say (ITU-T T.81 annexes B and G), in time proportional to the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from mmap import mmap

MAX_SEGMENTS = 4096
"""Segments in a file. Real ones have some tens; a profile or XMP in parts some hundreds."""
MAX_SCANS = 100
"""Scans in a file: each costs a pass over all of the picture. Real ones have ten or so."""

_FILL = re.compile(rb"\xff+")
_AFTER_DATA = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_BEFORE_END = re.compile(r"(\d{1,9}) extraneous bytes before marker 0xd9")
_PROGRESSIVE, _SCAN, _END = 0xC2, 0xDA, 0xD9
# No decoder knows them, and a reader that passes over the marker alone sees segments inside.
_RESERVED = frozenset({0xC8, *range(0xF0, 0xFE)})
_ALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})  # stuffed zeros and markers without a length


def head(data: bytes) -> bytes:
    """The segments up to the first scan, without the fill between them.

    For a reader that looks at every byte: fill and junk would cost it seconds a megabyte.
    Raises ValueError for a head that ends too early or has too many parts.
    """
    return _head(data)[0]


def without_fill(data: bytes) -> bytes:
    """The whole file for such a reader: its head, and the rest as it is, which it passes on.

    Raises ValueError as `head` does.
    """
    found, stop = _head(data)
    return found + data[stop:]


def _head(data: bytes) -> tuple[bytes, int]:
    """The head, and where it ends in `data`."""
    parts = [b"\xff\xd8"]
    for marker, start, stop in _segments(data):
        if marker == _END:
            raise ValueError("no picture")
        parts.append(b"\xff" + bytes([marker]) + data[start:stop])
        if marker == _SCAN:
            return b"".join(parts), stop
    raise ValueError("truncated")


def missing_scans(data: bytes) -> bool:
    """Whether a progressive picture announces bits of coefficients that no scan brings.

    Such a file was cut and closed: it decodes without a complaint, blurred. Raises ValueError for
    more than MAX_SCANS.
    """
    progressive = False
    scans = 0
    # Component and band of coefficients: the lowest bit that came so far (G.1.1.1.1: Al).
    lowest: dict[tuple[int, int], int] = {}
    for marker, start, stop in _segments(data):
        progressive |= marker == _PROGRESSIVE
        if marker != _SCAN:
            continue
        scans += 1
        if scans > MAX_SCANS:
            raise ValueError("too many scans")
        count = data[start + 2] if stop - start > 2 else 0
        if stop - start < 6 + 2 * count:
            raise ValueError("a scan header that is too short")
        components = data[start + 3 : start + 3 + 2 * count : 2]
        first, last, bits = data[stop - 3 : stop]
        for component in components:
            for band in range(first, min(last, 63) + 1):
                lowest[component, band] = bits & 15
    return progressive and any(lowest.values())


def exif_bytes(data: bytes | mmap) -> int:
    """Bytes of all Exif segments before the first scan.

    Raises ValueError as `head` does: behind what ends them here another reader may see more.
    """
    found = 0
    for marker, start, stop in _segments(data):
        if marker == _END:
            raise ValueError("no picture")
        if marker == _SCAN:
            return found
        if marker == 0xE1 and data[start + 2 : start + 8] == b"Exif\0\0":
            found += stop - start
    raise ValueError("truncated")


def with_known_version(data: bytes) -> bytes:
    """`data` with the version of a JFIF segment set to 1.1 where libjpeg knows it not.

    It warns of others, which is no damage, and would hide what it has to say of the pixels.
    """
    for marker, start, stop in _segments(data[: 1 << 16]):
        if marker == 0xE0 and data[start + 2 : start + 7] == b"JFIF\0" and stop - start >= 9:
            at = start + 7
            return data if data[at] == 1 else data[:at] + b"\1\1" + data[at + 2 :]
        if marker == _SCAN:
            break
    return data


def complaint(warning: str, data: bytes) -> str | None:
    """What libjpeg's first warning says about the pixels; None where nothing of them is missing.

    Some cameras fill the space before the end marker with one value: no damage.
    """
    padding = _BEFORE_END.search(warning)
    if padding:
        end = data.rfind(b"\xff\xd9")
        if len(set(data[end - int(padding[1]) : end])) <= 1:
            return None
    return f"the JPEG file is damaged ({warning})"


def _segments(data: bytes | mmap) -> Iterator[tuple[int, int, int]]:
    """Marker, and where its segment (from its length on) begins and ends; up to the end marker."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        at = data.find(b"\xff", at)
        fill = _FILL.match(data, at) if at >= 0 else None
        if fill is None or fill.end() >= len(data):
            return
        at = fill.end()
        marker = data[at]
        at += 1
        if marker == _END:
            yield marker, at, at
            return
        if marker in _ALONE:
            continue
        if marker in _RESERVED:
            raise ValueError("a reserved marker")
        stop = at + int.from_bytes(data[at : at + 2], "big")
        if stop > len(data) or stop < at + 2:
            return
        yield marker, at, stop
        at = stop
        if marker == _SCAN:
            following = _AFTER_DATA.search(data, at)
            at = following.start() if following else len(data)
    raise ValueError("too many segments")
