"""Small TIFF files entry by entry: sound ones of every layout, and what can be wrong with them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from skimage import data

SHORT, LONG = 3, 4
WIDTH, HEIGHT, ROWS, TILE = 45, 37, 8, 16
PICTURE = data.astronaut()[100 : 100 + HEIGHT, 200 : 200 + WIDTH]
LAYOUTS = ("strips", "one strip", "tiles", "strips of planes", "tiles of planes")
PACKINGS = {"plain": 1, "Deflate": 8, "old Deflate": 32946, "PackBits": 32773, "LZW": 5}


@dataclass(frozen=True)
class Tag:
    """One entry as it is written: `values` are packed by `kind`, and `count` is what it says."""

    tag: int
    kind: int
    values: tuple[int, ...]
    count: int = -1

    def packed(self, order: str) -> tuple[bytes, bytes]:
        """The entry's first eight bytes and its value."""
        count = len(self.values) if self.count < 0 else self.count
        letter, most = {SHORT: ("H", 16), 1: ("B", 8), 7: ("B", 8)}.get(self.kind, ("I", 32))
        cut = [value % (1 << most) for value in self.values]
        value = struct.pack(f"{order}{len(cut)}{letter}", *cut)
        return struct.pack(f"{order}HHI", self.tag, self.kind, count), value


@dataclass(frozen=True)
class Tiff:
    """A file to be: the parts come first, then the values, then the directory."""

    order: str
    blob: bytes
    tags: tuple[Tag, ...] = field(default=())

    def file(self, following: int = 0) -> bytes:
        """The bytes. `following`: where the next directory is said to be."""
        body, entries = self.blob + bytes(len(self.blob) % 2), b""
        for tag in self.tags:
            head, value = tag.packed(self.order)
            if len(value) > 4:
                place = 8 + len(body)
                body += value + bytes(len(value) % 2)
                value = struct.pack(f"{self.order}I", place)
            entries += head + value.ljust(4, b"\0")
        mark = b"II*\0" if self.order == "<" else b"MM\0*"
        head = mark + struct.pack(f"{self.order}I", 8 + len(body))
        count = struct.pack(f"{self.order}H", len(self.tags))
        return head + body + count + entries + struct.pack(f"{self.order}I", following)


def sound(order: str, layout: str, packing: str) -> Tiff:
    """PICTURE in such a file."""
    return written(PICTURE, 2, 8, order, layout, packing)


def written(
    values: np.ndarray, photometric: int, bits: int, order: str, layout: str, packing: str,
    fill: int = 1, more: tuple[Tag, ...] = (),
) -> Tiff:  # fmt: skip
    """H×W×samples in such a file. fill: FillOrder; more: tags that are added, or replaced."""
    samples = values.shape[2]
    apart = "planes" in layout
    planes = [values[..., c : c + 1] for c in range(samples)] if apart else [values]
    rows = HEIGHT if layout == "one strip" else ROWS
    parts = []
    for plane in planes:
        if "tiles" in layout:
            room = [(0, -HEIGHT % TILE), (0, -WIDTH % TILE), (0, 0)]
            whole = np.pad(plane, room)
            parts += [
                whole[y : y + TILE, x : x + TILE]
                for y in range(0, HEIGHT, TILE)
                for x in range(0, WIDTH, TILE)
            ]
        else:
            parts += [plane[y : y + rows] for y in range(0, HEIGHT, rows)]
    packed = [_packed(_raw(part, bits, order), packing) for part in parts]
    if fill == 2:
        packed = [bytes(int(f"{byte:08b}"[::-1], 2) for byte in part) for part in packed]
    lengths = tuple(map(len, packed))
    offsets = tuple(8 + sum(lengths[:number]) for number in range(len(lengths)))
    tags = [
        Tag(256, SHORT, (WIDTH,)), Tag(257, LONG, (HEIGHT,)), Tag(258, SHORT, (bits,) * samples),
        Tag(259, SHORT, (PACKINGS[packing],)), Tag(262, SHORT, (photometric,)),
        Tag(274, SHORT, (1,)), Tag(277, SHORT, (samples,)), Tag(284, SHORT, (2 if apart else 1,)),
        Tag(317, SHORT, (1,)), Tag(339, SHORT, (1,) * samples),
        *([Tag(266, SHORT, (fill,))] if fill != 1 else []),
    ]  # fmt: skip
    if "tiles" in layout:
        tags += [Tag(322, SHORT, (TILE,)), Tag(323, LONG, (TILE,)), Tag(324, LONG, offsets),
                 Tag(325, LONG, lengths)]  # fmt: skip
    else:
        tags += [Tag(273, LONG, offsets), Tag(278, SHORT, (rows,)), Tag(279, SHORT, lengths)]
    by_number = {tag.tag: tag for tag in (*tags, *more)}
    return Tiff(order, b"".join(packed), tuple(by_number[tag] for tag in sorted(by_number)))


def _raw(part: np.ndarray, bits: int, order: str) -> bytes:
    if bits >= 8:
        return part.astype(f"{order}u{bits // 8}").tobytes()
    rows = part.reshape(len(part), -1, 1) >> np.arange(bits)[::-1] & 1
    return np.packbits(rows.reshape(len(part), -1), axis=1).tobytes()


def _packed(raw: bytes, packing: str) -> bytes:
    if "Deflate" in packing:
        return zlib.compress(raw)
    if packing == "PackBits":  # runs of up to 128 bytes as they are
        runs = [raw[at : at + 128] for at in range(0, len(raw), 128)]
        return b"".join(bytes([len(run) - 1]) + run for run in runs)
    return _lzw(raw) if packing == "LZW" else raw


def _lzw(raw: bytes) -> bytes:
    """TIFF 6.0 section 13 with codes of nine bits alone: the table is cleared in time."""
    codes: list[int] = []
    for at in range(0, len(raw), 200):
        codes += [256, *raw[at : at + 200]]
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def mutations(tiff: Tiff) -> Iterator[tuple[str, bytes]]:
    """What is done to the directory, and the file that it gives."""
    for at, tag in enumerate(tiff.tags):
        before, after = tiff.tags[:at], tiff.tags[at + 1 :]

        def with_tags(
            *tags: Tag, before: tuple[Tag, ...] = before, after: tuple[Tag, ...] = after
        ) -> bytes:
            return replace(tiff, tags=(*before, *tags, *after)).file()

        name = f"tag {tag.tag}"
        yield f"{name} is not there", with_tags()
        for kind in (0, 1, 2, 5, 6, 7, 8, 12, 13, 14, 15, 16, 17, 18, 255, 65535):
            yield f"{name} of type {kind}", with_tags(replace(tag, kind=kind))
        for count in (0, len(tag.values) + 1, 2 * len(tag.values), 65536, 1 << 31, (1 << 32) - 1):
            yield f"{name} of {count} values", with_tags(replace(tag, count=count))
        yield f"{name} of one value less", with_tags(replace(tag, values=tag.values[:-1]))
        for value in (0, 1 << 31, (1 << 32) - 1):
            huge = replace(tag, kind=LONG, values=(*tag.values[:-1], value))
            yield f"{name} whose last value is {value}", with_tags(huge)
            for kind in (tag.kind, LONG, 0, 14, 16, 17, 18):
                other = replace(tag, kind=kind, values=(value % 65536, 0), count=1)
                yield f"{name} twice, {value} of type {kind} first", with_tags(other, tag)
                yield f"{name} twice, {value} of type {kind} last", with_tags(tag, other)
        if after:
            yield f"{name} behind the next one", with_tags(after[0], tag, after=after[1:])
    offset = (8,)
    for extra in (
        (Tag(273, LONG, offset), Tag(279, LONG, (len(tiff.blob),))), (Tag(273, LONG, offset),),
        (Tag(324, LONG, offset), Tag(325, LONG, (len(tiff.blob),))), (Tag(324, LONG, offset),),
        (Tag(322, SHORT, (WIDTH,)), Tag(323, SHORT, (HEIGHT,))), (Tag(322, LONG, (1 << 20,)),),
        (Tag(347, 7, tuple(range(200))),), (Tag(32997, SHORT, (2,)),), (Tag(32998, LONG, (9,)),),
        (Tag(330, LONG, offset),), (Tag(34665, LONG, (1 << 31,)),), (Tag(65000, 3, (1,)),),
    ):  # fmt: skip
        taken = {tag.tag for tag in extra}
        kept = [tag for tag in tiff.tags if tag.tag not in taken]
        tags = tuple(sorted([*kept, *extra], key=lambda tag: tag.tag))
        yield f"with tags {sorted(taken)}", replace(tiff, tags=tags).file()
