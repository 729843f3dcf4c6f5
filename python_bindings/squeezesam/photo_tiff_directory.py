"""The directories of a TIFF file, read so strictly that no other reader can read them otherwise.

TIFF 6.0 section 2. Pillow passes over entries of a type that it does not know and takes the last of
a tag, libtiff takes the first: what the two could disagree about is refused here, before either
sees the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from .photo_formats import truncated

MAX_PAGES = 64
_MAX_ENTRIES = 1024  # of a directory; real ones have fewer than 100
_HEAD = 8  # bytes, in which no value lies
_DNG_VERSION = 50706
# Bytes of a value by its type, 1 to 13 (13: an offset of a directory, technical note 1).
_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4)
_SHORT, _LONG, _RATIONAL = 3, 4, 5


class TiffError(Exception):
    """Why a TIFF file is not read: a sentence without the file's name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `count` values of the type `kind`, whose first byte is the file's `place`."""

    tag: int
    kind: int
    count: int
    place: int
    raw: bytes
    """The 12 bytes themselves; every place in them counts from the file's beginning."""


class Directory(NamedTuple):
    """The entries of one page by tag."""

    order: str
    entries: dict[int, Entry]

    def numbers(self, data: bytes, tag: int, most: int) -> tuple[int, ...]:
        """The values of a tag that is there, which are SHORT or LONG and no more than `most`."""
        found = self.entries[tag]
        if found.kind not in (_SHORT, _LONG) or not 1 <= found.count <= most:
            raise damaged(f"tag {tag} has {found.count} values of type {found.kind}")
        letter = "H" if found.kind == _SHORT else "I"
        return struct.unpack_from(f"{self.order}{found.count}{letter}", data, found.place)

    def number(self, data: bytes, tag: int, default: int | None) -> int:
        """The one value of a tag, or `default` where it is not there."""
        if tag in self.entries:
            return self.numbers(data, tag, 1)[0]
        if default is None:
            raise damaged(f"tag {tag} is missing")
        return default

    def holds(self, data: bytes, tag: int, ratios: tuple[float, ...]) -> bool:
        """Whether a tag is not there, or has these values as RATIONAL, to a thousandth."""
        if tag not in self.entries:
            return True
        found = self.entries[tag]
        if found.kind != _RATIONAL or found.count != len(ratios):
            return False
        parts = struct.unpack_from(f"{self.order}{2 * found.count}I", data, found.place)
        pairs = zip(ratios, parts[::2], parts[1::2], strict=True)
        return all(abs(above - ratio * below) <= below / 1000 for ratio, above, below in pairs)


def damaged(how: str) -> TiffError:
    """The sentence about a file that contradicts TIFF 6.0."""
    return TiffError(f"the TIFF file is damaged ({how})")


def directories(data: bytes) -> list[Directory]:
    """Of every page, in order; `data` is the whole file. Sub-directories are not followed.

    Raises TiffError for camera raw files and for whatever two readers could read in two ways.
    """
    order = "<" if data[:2] == b"II" else ">"
    found: list[Directory] = []
    seen: set[int] = set()
    if len(data) < _HEAD:
        raise TiffError(truncated("tiff"))
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    while at:
        if at in seen:
            raise damaged("its pages form a ring")
        if len(found) == MAX_PAGES:
            raise TiffError(f"the TIFF file has more than {MAX_PAGES} pages; save one as a file")
        seen.add(at)
        directory, at = _directory(data, order, at)
        found.append(directory)
    if not found:
        raise TiffError("the TIFF file contains no picture")
    return found


def _directory(data: bytes, order: str, at: int) -> tuple[Directory, int]:
    """The directory at `at`, and where the next one is (0: nowhere)."""
    if at < _HEAD:
        raise damaged("a directory lies in the file's head")
    if at + 2 > len(data):
        raise TiffError(truncated("tiff"))
    (count,) = struct.unpack_from(f"{order}H", data, at)
    if count > _MAX_ENTRIES:
        raise damaged(f"a directory of {count} entries")
    start, stop = at + 2, at + 2 + 12 * count
    if stop + 4 > len(data):
        raise TiffError(truncated("tiff"))
    listed = list(struct.iter_unpack(f"{order}HHII", data[start:stop]))
    if any(tag == _DNG_VERSION for tag, *_ in listed):
        raise TiffError("camera raw pictures are not supported; convert it to JPEG first")
    entries: dict[int, Entry] = {}
    before, together = -1, 0
    for number, (tag, kind, values, value) in enumerate(listed):
        if tag <= before:
            raise damaged(f"tag {tag} follows tag {before}")
        if not 1 <= kind < len(_SIZES):
            raise damaged(f"tag {tag} has the unknown type {kind}")
        size = values * _SIZES[kind]
        place = start + 12 * number + 8 if size <= 4 else value
        if place < _HEAD:
            raise damaged(f"tag {tag} lies in the file's head")
        if place + size > len(data):
            raise TiffError(truncated("tiff"))
        before, together = tag, together + size
        raw = data[start + 12 * number : start + 12 * number + 12]
        entries[tag] = Entry(tag, kind, values, place, raw)
    if together > len(data):  # whoever reads them all would need more than the file has
        raise damaged("its values lie in one another")
    (following,) = struct.unpack_from(f"{order}I", data, stop)
    return Directory(order, entries), following


def file_of_one_page(data: bytes, directory: Directory, tags: frozenset[int]) -> bytes:
    """The file with one directory, behind all else, of those `tags` that the given one has.

    Whoever reads it finds one page, and nothing that was not looked at.
    """
    kept = [entry.raw for tag, entry in directory.entries.items() if tag in tags]
    odd = len(data) % 2
    place = len(data) + odd
    head = data[:4] + struct.pack(f"{directory.order}I", place)
    count = struct.pack(f"{directory.order}H", len(kept))
    return b"".join((head, memoryview(data)[_HEAD:], bytes(odd), count, *kept, bytes(4)))
