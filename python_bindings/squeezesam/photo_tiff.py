"""Which picture of a TIFF file is the photo, and whether all of it is there.

TIFF 6.0 sections 3, 8 (NewSubfileType), 15 (tiles), technical note 2 (JPEG), TIFF/EP, DNG.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

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


def fault_of_page(image: Any, data: bytes) -> str | None:
    """What is missing of the page that Pillow's `image` stands at; None if nothing is.

    Pillow and libtiff pass over parts that are not listed, plain ones that are too short, and
    whatever libjpeg has to say. `data`: the whole file. Tags that make no sense raise any error.
    """
    tags = image.tag_v2
    compression = int(tags.get(COMPRESSION, _PLAIN))
    parts = _parts(tags)
    found = _listed(tags, len(parts))
    if found is None:
        return _missing()
    for (offset, count), (columns, rows, bits) in zip(found, parts, strict=True):
        needed = rows * ((columns * bits + 7) // 8) if compression == _PLAIN else 1
        # Where no counts are listed, plain parts have what they must.
        count = needed if count is None else count
        if offset < _HEAD or count < needed or offset + count > len(data):
            return _missing()
        if compression == _JPEG:
            damage = _jpeg_fault(
                tags.get(JPEG_TABLES), data[offset : offset + count], columns, rows
            )
            if damage:
                return damage
    return None if compression in {_PLAIN, _JPEG, *_SPEAKING} else _HIDDEN


def _missing() -> str:
    return "the TIFF file is truncated; part of the photo is missing"


def _parts(tags: Any) -> list[tuple[int, int, int]]:
    """Of every strip or tile that there must be: columns, rows, bits a pixel."""
    width, length = int(tags[WIDTH]), int(tags[LENGTH])
    samples = int(tags.get(SAMPLES, 1))
    bits = tags.get(BITS, (1,))
    bits = tuple(bits) if isinstance(bits, tuple) else (int(bits),)
    bits = bits * samples if len(bits) == 1 else bits[:samples]
    planes = list(bits) if int(tags.get(PLANAR, 1)) == 2 else [sum(bits)]
    if TILE_OFFSETS in tags:
        tile = int(tags[TILE_WIDTH]), int(tags[TILE_LENGTH])
        count = -(-width // tile[0]) * -(-length // tile[1])
        return [(*tile, plane) for plane in planes for _ in range(count)]
    step = min(int(tags.get(ROWS_PER_STRIP, length)), length)
    heights = [min(step, length - at) for at in range(0, length, step)]
    return [(width, height, plane) for plane in planes for height in heights]


def _listed(tags: Any, needed: int) -> list[tuple[int, int | None]] | None:
    """Where each part begins and how long it is; None where fewer are listed than are needed."""
    tiled = TILE_OFFSETS in tags
    offsets = tags.get(TILE_OFFSETS if tiled else STRIP_OFFSETS, ())
    counts = tags.get(TILE_COUNTS if tiled else STRIP_COUNTS, ())
    if len(offsets) < needed or 0 < len(counts) < needed:
        return None
    return list(zip_longest(offsets[:needed], counts[:needed]))


def _jpeg_fault(tables: bytes | None, part: bytes, columns: int, rows: int) -> str | None:
    """The same looks as a JPEG file gets; every part is one, but for its tables."""
    import simplejpeg

    file = part if tables is None else tables[:-2] + part[2:]
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(file, strict=False)
        # A last strip may be as high as the others, of which libtiff takes what it needs.
        if width != columns or height < rows:
            return "the TIFF file is damaged (a part of it has another size)"
        photo_jpeg.missing_scans(file)  # raises for too many
        simplejpeg.decode_jpeg(file, "CMYK" if colours in ("CMYK", "YCCK") else "GRAY", strict=True)
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
