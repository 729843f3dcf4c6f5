"""A PNG as its decoder sees it: the chunks of its one picture, whose stream was looked at.

W3C PNG, third edition. Pillow, libpng and browsers part where a chunk comes twice, in another place
than it should, or is an animation's: Pillow is shown none of these, and takes no stream that is not
what the head announces.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

from .photo_formats import DamageError, truncated

if TYPE_CHECKING:
    from PIL import PngImagePlugin

_HEAD, _PALETTE, _PIXELS, _END = b"IHDR", b"PLTE", b"IDAT", b"IEND"
_INDEXED = 3  # the colour type whose pixels are numbers of the palette's colours
# The first of each is taken, unless one of these came before it.
_ONCE: dict[bytes, set[bytes]] = {
    b"iCCP": {_PALETTE, _PIXELS}, b"tRNS": {_PIXELS}, b"eXIf": set(),
}  # fmt: skip
# Texts hold XMP, and EXIF as ImageMagick wrote it.
_ALWAYS = {_PALETTE, _END, b"tEXt", b"zTXt", b"iTXt"}

_PIECE, _LARGEST_BLOCK = 1 << 18, 65_535
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
# Of Adam7's passes (section 8.2): first column and row, and the steps between them.
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2))  # fmt: skip
_NEVER_PACKED = b"\x78\x01"  # a zlib stream's head


class _Rows:
    """The stream of rows inside of a PNG, unpacked once: looked at, and handed on unpacked.

    Pillow passes over a stream that ends early, one whose sum is wrong, and filters that do not
    exist. `head`: the data of its chunk IHDR.
    """

    def __init__(self, head: bytes) -> None:
        width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
        self.size = (width, height)
        bits = depth * _CHANNELS.get(colour, 1)
        self._passes: list[tuple[int, int, int]] = []  # first byte, last + 1, bytes of a row
        self._length = 0
        for x, y, across, down in _ADAM7 if interlaced else ((0, 0, 1, 1),):
            columns, rows = -((x - width) // across), -((y - height) // down)
            if columns > 0 and rows > 0:
                row = 1 + (columns * bits + 7) // 8
                self._passes.append((self._length, self._length + rows * row, row))
                self._length += rows * row
        self._unpacker = zlib.decompressobj()
        self._packed = b""
        self._is_full = False  # the last piece was: more may come of what was given
        self._at = 0

    def give(self, packed: bytes) -> None:
        """The next bytes of the stream."""
        self._packed += packed

    def taken(self) -> bytes:
        """The next rows, as blocks of a stream that packs nothing; empty where more is needed.

        Raises DamageError for what no encoder writes.
        """
        while self._packed or self._is_full:
            try:
                rows = self._unpacker.decompress(self._packed, _PIECE)
            except zlib.error:
                raise DamageError("the PNG file is damaged (its pixels do not unpack)") from None
            if self._unpacker.eof and self._unpacker.unused_data:
                raise DamageError("the PNG file is damaged (something follows its pixels)")
            self._packed = self._unpacker.unconsumed_tail
            self._is_full = len(rows) == _PIECE
            if rows:
                begin = _NEVER_PACKED if self._at == 0 else b""
                self._check(rows)
                return begin + b"".join(
                    map(_block, range(0, len(rows), _LARGEST_BLOCK), [rows] * 99)
                )
        return b""

    def end(self) -> None:
        """Raises DamageError if there should be more."""
        if self._at < self._length or not self._unpacker.eof:
            raise DamageError(truncated("png"))

    def _check(self, rows: bytes) -> None:
        start, stop = self._at, self._at + len(rows)
        if stop > self._length:
            raise DamageError("the PNG file is damaged (it has more rows than its head says)")
        for first, last, row in self._passes:
            if first < stop and start < last:
                # A row begins with its filter, 0 to 4.
                nearest = first + max(0, -((first - start) // row)) * row
                filters = rows[nearest - start : min(stop, last) - start : row]
                if filters and max(filters) > 4:
                    raise DamageError("the PNG file is damaged (a row has an unknown filter)")
        self._at = stop


def _block(at: int, rows: bytes) -> bytes:
    """One block of RFC 1951, section 3.2.4."""
    part = rows[at : at + _LARGEST_BLOCK]
    return struct.pack("<BHH", 0, len(part), 0xFFFF ^ len(part)) + part


def open_png(data: bytes, lenient: bool) -> PngImagePlugin.PngImageFile:
    """Pillow's picture with its head read; to load it raises DamageError for what is damaged.

    lenient: what can be had of its rows is taken. Raises DamageError either way for a file that two
    readers would show in two ways.
    """
    from PIL import PngImagePlugin

    shown = io.BytesIO(_shown(data))
    if lenient:
        return PngImagePlugin.PngImageFile(shown)

    class Checked(PngImagePlugin.PngImageFile):
        def load_prepare(self) -> None:
            self._rows = _Rows(data[16:29])
            self.decoderconfig = ()  # Pillow adds to it at every attempt
            super().load_prepare()

        def load_read(self, read_bytes: int) -> bytes:
            while not (rows := self._rows.taken()):
                packed = super().load_read(1 << 16)
                if not packed:
                    self._rows.end()
                    return b""
                self._rows.give(packed)
            return rows

        def load_end(self) -> None:
            while self.load_read(0):
                pass  # Pillow reads no further than the last row
            super().load_end()

    return Checked(shown)


def _shown(data: bytes) -> bytes:
    """The file of the chunks that a photo is made of; of pixels those that lie in one row."""
    if data[8:16] != b"\0\0\0\rIHDR" or len(data) < 33:
        raise DamageError("the PNG file is damaged (it does not begin with its head)")
    kept = [(0, 33)]  # first byte, last + 1
    seen, before, position = {_HEAD}, _HEAD, 33
    while position + 8 <= len(data) and before != _END:
        length, kind = struct.unpack_from(">I4s", data, position)
        stop = min(position + 12 + length, len(data))
        _check_chunk(kind, length, seen)
        if _is_shown(kind, seen, before):
            start = kept.pop()[0] if kept[-1][1] == position else position
            kept.append((start, stop))
        seen.add(kind)
        before, position = kind, stop
    if data[25] == _INDEXED and _PALETTE not in seen:
        raise DamageError("the PNG file is damaged (it has no palette)")
    if kept == [(0, len(data))]:
        return data
    view = memoryview(data)
    return b"".join(view[start:stop] for start, stop in kept)


def _check_chunk(kind: bytes, length: int, seen: set[bytes]) -> None:
    """Raises DamageError for a chunk without which, or with which, nobody knows the picture."""
    if kind == _HEAD:
        raise DamageError("the PNG file is damaged (it has more than one head)")
    if kind == _PALETTE and kind in seen:
        raise DamageError("the PNG file is damaged (it has more than one palette)")
    if kind == _PALETTE and (_PIXELS in seen or length % 3 or not 3 <= length <= 768):
        raise DamageError("the PNG file is damaged (its palette is none)")
    if not kind[0] & 0x20 and kind not in (_PALETTE, _PIXELS, _END):  # section 5.4: critical
        raise DamageError(f"the PNG file has the unknown chunk {kind.decode('latin-1')!r}")


def _is_shown(kind: bytes, seen: set[bytes], before: bytes) -> bool:
    if kind == _PIXELS:
        return before == kind or kind not in seen
    if kind in _ONCE:
        return kind not in seen and not seen & _ONCE[kind]
    return kind in _ALWAYS
