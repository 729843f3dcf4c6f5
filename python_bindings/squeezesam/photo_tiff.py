"""Which picture of a TIFF file is the photo, and whether all of it is there.

TIFF 6.0 sections 3, 8 (NewSubfileType), 15 (tiles), technical note 2 (JPEG), TIFF/EP, DNG.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from . import photo_jpeg
from .errors import PhotoError

if TYPE_CHECKING:
    from PIL import TiffImagePlugin

NEW_SUBFILE_TYPE, SUB_IFDS, DNG_VERSION = 254, 330, 50706
WIDTH, LENGTH, BITS, COMPRESSION, SAMPLES, PLANAR = 256, 257, 258, 259, 277, 284
STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_COUNTS, JPEG_TABLES = 273, 278, 279, 347
TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
_PLAIN, _JPEG = 1, 7
# LZW, Deflate (two numbers), PackBits, LZMA, Zstandard: libtiff says what is missing in them.
_SPEAKING = frozenset({5, 8, 32946, 32773, 34925, 50000})
_HEAD = 8  # bytes before which no pixels lie
_HIDDEN = "the TIFF file is packed in a way with which damage cannot be seen"
_REDUCED = 1
MAX_PAGES = 64
MAX_TILE = 1 << 22
"""Pixels of a tile in a smaller picture; real ones have 256×256 or so."""
# Quantisers and codes of a JPEG: 3 KB where there are all.
_MOST_TABLES = 8192
# Pixels of all JPEG parts together: so many times the picture's, or this many.
_MOST_TIMES, _MOST_PIXELS = 4, 1 << 26


def full_size_page(
    image: TiffImagePlugin.TiffImageFile, name: str
) -> TiffImagePlugin.TiffImageFile:
    """`image`, standing at its first page that is no thumbnail and as large as any.

    Raises PhotoError for camera raw files, whose full picture lies elsewhere, for files of
    thumbnails alone, and for tiles larger than the picture.
    """
    if DNG_VERSION in image.tag_v2:
        raise PhotoError(f"{name}: camera raw pictures are not supported; convert it to JPEG first")
    best, best_size, page = None, 0, 0
    while page < MAX_PAGES:
        try:
            image.seek(page)
        except EOFError:
            break
        reduced = int(image.tag_v2.get(NEW_SUBFILE_TYPE, 0)) & _REDUCED
        if not reduced and image.width * image.height > best_size:
            best, best_size = page, image.width * image.height
        page += 1
    if best is None:
        where = " (its full-size picture lies in a sub-image)" if SUB_IFDS in image.tag_v2 else ""
        raise PhotoError(f"{name}: the TIFF file holds reduced pictures only{where}")
    image.seek(best)
    _check_tiles(image, name)
    return image


class _Layout(NamedTuple):
    """How a picture is cut: ``across`` × ``down`` parts in each plane, of these columns and rows.

    Strips but the last, and all tiles, have all of their rows. `bits`: a pixel, of each plane.
    """

    across: int
    down: int
    columns: int
    rows: int
    last_rows: int
    bits: list[int]

    @property
    def number(self) -> int:
        """Of parts that there must be."""
        return self.across * self.down * len(self.bits)

    def parts(self) -> Iterator[tuple[int, int]]:
        """Rows of each part that belong to the picture, and bits a pixel."""
        for plane in self.bits:
            for row in range(self.down):
                rows = self.last_rows if row == self.down - 1 else self.rows
                yield from repeat((rows, plane), self.across)


def fault_of_page(image: Any, data: bytes) -> str | None:
    """What is missing of the page that Pillow's `image` stands at; None if nothing is.

    Pillow and libtiff pass over parts that are not listed, plain ones that are too short, and
    whatever libjpeg has to say. `data`: the whole file. Tags that make no sense raise any error.
    """
    tags = image.tag_v2
    compression = int(tags.get(COMPRESSION, _PLAIN))
    layout = _layout(tags)
    listed = _listed(tags, layout.number)
    if listed is None:
        return _missing()
    parts = _Jpegs(tags, data, layout) if compression == _JPEG else None
    for (offset, count), (rows, bits) in zip(listed, layout.parts(), strict=True):
        needed = rows * ((layout.columns * bits + 7) // 8) if compression == _PLAIN else 1
        # Where no counts are listed, plain parts have what they must.
        count = needed if count is None else count
        if offset < _HEAD or count < needed or offset + count > len(data):
            return _missing()
        damage = parts.fault(offset, count, rows) if parts is not None else None
        if damage:
            return damage
    return None if compression in {_PLAIN, _JPEG, *_SPEAKING} else _HIDDEN


def _missing() -> str:
    return "the TIFF file is truncated; part of the photo is missing"


def _layout(tags: Any) -> _Layout:
    width, length = int(tags[WIDTH]), int(tags[LENGTH])
    samples = int(tags.get(SAMPLES, 1))
    bits = tags.get(BITS, (1,))
    bits = tuple(bits) if isinstance(bits, tuple) else (int(bits),)
    bits = bits * samples if len(bits) == 1 else bits[:samples]
    planes = list(bits) if int(tags.get(PLANAR, 1)) == 2 else [sum(bits)]
    if TILE_OFFSETS in tags:
        columns, rows = int(tags[TILE_WIDTH]), int(tags[TILE_LENGTH])
        return _Layout(-(-width // columns), -(-length // rows), columns, rows, rows, planes)
    rows = min(int(tags.get(ROWS_PER_STRIP, length)), length)
    down = -(-length // rows)
    return _Layout(1, down, width, rows, length - (down - 1) * rows, planes)


def _listed(tags: Any, needed: int) -> Iterator[tuple[int, int | None]] | None:
    """Where each part begins and how long it is; None where fewer are listed than are needed."""
    tiled = TILE_OFFSETS in tags
    offsets = tags.get(TILE_OFFSETS if tiled else STRIP_OFFSETS, ())
    counts = tags.get(TILE_COUNTS if tiled else STRIP_COUNTS, ())
    if len(offsets) < needed or 0 < len(counts) < needed:
        return None
    return islice(zip(offsets, counts or repeat(None), strict=False), needed)


class _Jpegs:
    """The parts of a picture that are JPEG: the looks that a JPEG file gets, once for each.

    What they cost together is bounded by the picture and the file, whatever their own heads say.
    """

    def __init__(self, tags: Any, data: bytes, layout: _Layout) -> None:
        self._tables: bytes | None = tags.get(JPEG_TABLES)
        self._data = data
        self._layout = layout
        self._known: dict[tuple[int, int, int], str | None] = {}
        tiled = TILE_OFFSETS in tags
        self._highest = layout.rows if tiled else int(tags.get(ROWS_PER_STRIP, layout.rows))
        self._bytes_left = len(data)
        picture = int(tags[WIDTH]) * int(tags[LENGTH]) * len(layout.bits)
        self._pixels_left = max(_MOST_TIMES * picture, _MOST_PIXELS)

    def fault(self, offset: int, count: int, rows: int) -> str | None:
        """Of the part of `count` bytes at `offset`, `rows` of which belong to the picture."""
        place = offset, count, rows
        if place not in self._known:
            self._bytes_left -= count
            if self._bytes_left < 0:  # parts that lie in one another
                return _HIDDEN
            self._known[place] = self._look(self._data[offset : offset + count], rows)
        return self._known[place]

    def _look(self, part: bytes, rows: int) -> str | None:
        import simplejpeg

        if self._tables is not None and len(self._tables) > _MOST_TABLES:
            return "the TIFF file is damaged (tables of its JPEG parts are too long)"
        file = part if self._tables is None else self._tables[:-2] + part[2:]
        try:
            height, width, colours, _ = simplejpeg.decode_jpeg_header(file, strict=False)
            # A last strip may be as high as the others, of which libtiff takes what it needs.
            if width != self._layout.columns or not rows <= height <= self._highest:
                return "the TIFF file is damaged (a part of it has another size)"
            self._pixels_left -= width * height
            if self._pixels_left < 0:
                return "the TIFF file is damaged (its parts are many times its picture)"
            photo_jpeg.missing_scans(file)  # raises for too many
            space = "CMYK" if colours in ("CMYK", "YCCK") else "GRAY"
            simplejpeg.decode_jpeg(file, space, strict=True)
        except ValueError as error:
            if "subsampling" in str(error):
                return _HIDDEN
            return "the TIFF file is damaged (a part of it, which is JPEG, does not decode)"
        return None


def _check_tiles(image: TiffImagePlugin.TiffImageFile, name: str) -> None:
    """libtiff has room for a whole tile before it reads any, whatever the picture's size."""
    width, height = (image.tag_v2.get(tag, 1) for tag in (TILE_WIDTH, TILE_LENGTH))
    if int(width) * int(height) > max(MAX_TILE, image.width * image.height):
        raise PhotoError(f"{name}: the TIFF file is damaged (tiles of {width}×{height} pixels)")
