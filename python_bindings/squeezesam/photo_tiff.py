"""Which picture of a TIFF file is the photo, how it lies in the file, and whether all of it does.

TIFF 6.0 sections 3, 8 (NewSubfileType), 15 (tiles), TIFF/EP, DNG. Pillow, and libtiff below it, see
a file of that one page, whose only directory has the tags that were looked at here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from .errors import PhotoError
from .photo_formats import truncated
from .photo_tiff_directory import Directory, TiffError, damaged, directories, file_of_one_page

if TYPE_CHECKING:
    from PIL import TiffImagePlugin

_NEW_SUBFILE_TYPE, _SUB_IFDS, _ORIENTATION = 254, 330, 274
_WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_SAMPLES, _PLANAR, _EXTRA, _FORMAT, _COLOURS = 277, 284, 338, 339, 320
_STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_COUNTS = 273, 278, 279
_TILE_WIDTH, _TILE_LENGTH, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_FILL_ORDER, _PREDICTOR, _FAX = 266, 317, (292, 293)
_DEPTHS = (32997, 32998)
_YCBCR_FACTORS, _YCBCR_SUBSAMPLING, _YCBCR_RANGE = 529, 530, 532
_XMP, _PROFILE = 700, 34675
_PARTS = (_STRIP_OFFSETS, _STRIP_COUNTS, _TILE_OFFSETS, _TILE_COUNTS)
# Tags that have one value, SHORT or LONG, in whichever page they stand.
_SCALARS = (
    *(_NEW_SUBFILE_TYPE, _WIDTH, _LENGTH, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER, _ORIENTATION),
    *(_SAMPLES, _ROWS_PER_STRIP, _PLANAR, _PREDICTOR, _TILE_WIDTH, _TILE_LENGTH, *_DEPTHS, *_FAX),
)
# What a decoder is shown; of resolutions, notes and sub-directories it sees none.
_SHOWN = frozenset({
    *_SCALARS, *_PARTS, _BITS, _EXTRA, _FORMAT, _YCBCR_SUBSAMPLING,
}) - {_NEW_SUBFILE_TYPE, *_DEPTHS}  # fmt: skip
# And, where they have such a type (BYTE, ASCII or UNDEFINED; RATIONAL) and so many values:
_SHOWN_AS = {_XMP: ((1, 2, 7), None), _PROFILE: ((1, 7), None), _YCBCR_FACTORS: ((5,), 3),
             _YCBCR_RANGE: ((5,), 6)}  # fmt: skip

_PLAIN, _JPEGS, _FAXES = 1, (6, 7), (2, 3, 4)
# As Pillow names them. Of all but plain ones libtiff says what is missing in them.
_NAMES = {1: "raw", 5: "tiff_lzw", 8: "tiff_adobe_deflate", 32946: "tiff_deflate",
          32773: "packbits", 34925: "lzma", 50000: "zstd"}  # fmt: skip
_HIDDEN = "the TIFF file is packed in a way with which damage cannot be seen"
_REDUCED = 1
_WHITE_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR, _OF_A_SENSOR = 0, 2, 3, 5, 6, (32803, 34892)
_IN_PLANES = ((_RGB, 3), (_RGB, 4), (_CMYK, 4))  # and how many values a pixel has
# How plain YCbCr is taken, whatever the file says: coefficients and range (TIFF 6.0, section 21).
_JFIF = {_YCBCR_FACTORS: (0.299, 0.587, 0.114), _YCBCR_RANGE: (0, 255, 128, 255, 128, 255)}
_HEAD = 8  # bytes before which no pixels lie
MAX_PARTS = 1 << 16
"""Strips or tiles of a picture: Pillow takes 360 bytes of memory for each that is listed."""
MAX_TILE = 1 << 22
"""Pixels of a tile in a smaller picture; real ones have 256×256 or so."""
# Pixels of all tiles together, which are unpacked whole: so many times the picture's, or this many.
_MOST_TIMES, _MOST_PIXELS = 4, 1 << 26
_MAX_SAMPLES, _MAX_BITS = 6, 64  # of a pixel, as Pillow knows them


class _Page(NamedTuple):
    """The photo: its directory, its size as stored, and how it is cut.

    ``across`` × ``down`` parts in each plane, of these columns and rows; strips but the last, and
    all tiles, have all of their rows. bits: of a pixel, in each plane.
    """

    directory: Directory
    compression: int
    samples: int
    planes: tuple[int, ...]
    width: int
    height: int
    across: int
    down: int
    columns: int
    rows: int
    last_rows: int
    offsets: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def number(self) -> int:
        """Of parts that there must be."""
        return self.across * self.down * len(self.planes)

    def needed(self) -> Iterator[int]:
        """Bytes of each part, unpacked: those of its rows that belong to the picture."""
        for bits in self.planes:
            row = (self.columns * bits + 7) // 8
            for number in range(self.down):
                last = number == self.down - 1
                yield from repeat(row * (self.last_rows if last else self.rows), self.across)


def open_tiff(data: bytes, name: str) -> TiffImagePlugin.TiffImageFile:
    """Pillow's picture of the first page that is no thumbnail and as large as any.

    Raises PhotoError for camera raw files, whose full picture lies elsewhere, for files of
    thumbnails alone, for JPEG inside of TIFF, and for files that two readers could read in two
    ways.
    """
    from PIL import TiffImagePlugin

    try:
        page = _page(data)
        try:
            image = TiffImagePlugin.TiffImageFile(io.BytesIO(_shown(data, page)))
        except SyntaxError as error:
            if "unknown pixel mode" in str(error):
                raise _not_read("pixels of this kind") from None
            raise
        _check_agreement(image, page, data)
        return image
    except TiffError as error:
        raise PhotoError(f"{name}: {error}") from None


def fault_of_tiff(data: bytes) -> str | None:
    """What is missing of the photo in a file that `open_tiff` opens; None if nothing is.

    Pillow and libtiff pass over parts that are not listed and plain ones that are too short.
    """
    page = _page(data)
    if len(page.offsets) < page.number:
        return truncated("tiff")
    is_plain = page.compression == _PLAIN
    for offset, count, needed in zip(page.offsets, page.counts, page.needed(), strict=True):
        least = needed if is_plain else 1
        if offset < _HEAD or count < least or offset + count > len(data):
            return truncated("tiff")
    return _HIDDEN if page.compression in _FAXES else None


def _page(data: bytes) -> _Page:
    best: Directory | None = None
    best_size, hidden = 0, False
    for found in directories(data):
        for tag in found.entries.keys() & set(_SCALARS):
            found.number(data, tag, None)
        hidden = hidden or _SUB_IFDS in found.entries
        size = found.number(data, _WIDTH, None) * found.number(data, _LENGTH, None)
        if size == 0:
            raise TiffError("the TIFF file contains no picture")
        if not found.number(data, _NEW_SUBFILE_TYPE, 0) & _REDUCED and size > best_size:
            best, best_size = found, size
    if best is None:
        where = " (its full-size picture lies in a sub-image)" if hidden else ""
        raise TiffError(f"the TIFF file holds reduced pictures only{where}")
    return _laid_out(data, best)


def _laid_out(data: bytes, directory: Directory) -> _Page:
    entries = directory.entries
    compression = directory.number(data, _COMPRESSION, None)
    if compression in _JPEGS:
        raise TiffError("JPEG inside of TIFF is not read; save the photo as JPEG or PNG")
    if compression not in _NAMES and compression not in _FAXES:
        raise TiffError(f"{_HIDDEN} (compression {compression})")
    if any(directory.number(data, tag, 1) != 1 for tag in _DEPTHS):
        raise damaged("a picture of more than two dimensions")
    samples, planes = _pixel(data, directory, compression)
    width, height = (directory.number(data, tag, None) for tag in (_WIDTH, _LENGTH))
    tiled = [tag for tag in (_TILE_WIDTH, _TILE_LENGTH, _TILE_OFFSETS, _TILE_COUNTS)
             if tag in entries]  # fmt: skip
    if tiled and (_STRIP_OFFSETS in entries or _STRIP_COUNTS in entries):
        raise damaged("both strips and tiles")
    if tiled:
        columns, rows = (directory.number(data, tag, None) for tag in (_TILE_WIDTH, _TILE_LENGTH))
        if columns * rows > max(MAX_TILE, width * height):
            raise damaged(f"tiles of {columns}×{rows} pixels")
    else:
        columns, rows = width, min(directory.number(data, _ROWS_PER_STRIP, height), height)
    if rows < 1 or columns < 1:
        raise damaged("strips or tiles of no pixels")
    across, down = -(-width // columns), -(-height // rows)
    if (needed := across * down * len(planes)) > MAX_PARTS:
        raise TiffError(f"the TIFF file has {needed} strips or tiles, more than {MAX_PARTS}")
    if tiled and across * columns * down * rows > max(_MOST_TIMES * width * height, _MOST_PIXELS):
        raise damaged("its tiles are many times its picture")
    offsets, counts = _listed(data, directory, needed, bool(tiled))
    last_rows = rows if tiled else height - (down - 1) * rows
    return _Page(
        *(directory, compression, samples, planes, width, height, across, down),
        *(columns, rows, last_rows, offsets, counts),
    )


def _pixel(data: bytes, directory: Directory, compression: int) -> tuple[int, tuple[int, ...]]:
    """Samples of a pixel, and its bits in each plane."""
    samples = directory.number(data, _SAMPLES, 1)
    if not 1 <= samples <= _MAX_SAMPLES:
        raise TiffError(f"the TIFF file has {samples} values a pixel; no photo has")
    for tag in (_BITS, _FORMAT):
        given = directory.numbers(data, tag, samples) if tag in directory.entries else (1,)
        if len(given) not in (1, samples) or len(set(given)) > 1:
            raise damaged(f"tag {tag} has {len(given)} values for {samples} a pixel")
    bits = directory.numbers(data, _BITS, samples)[0] if _BITS in directory.entries else 1
    if not 1 <= bits * samples <= _MAX_BITS:
        raise TiffError(f"the TIFF file has {bits * samples} bits a pixel; no photo has")
    if _EXTRA in directory.entries:
        directory.numbers(data, _EXTRA, samples)
    if _YCBCR_SUBSAMPLING in directory.entries:
        directory.numbers(data, _YCBCR_SUBSAMPLING, 2)
    photometric = directory.number(data, _PHOTOMETRIC, 0)
    if photometric in _OF_A_SENSOR:
        raise TiffError("camera raw pictures are not supported; convert it to JPEG first")
    if photometric == _PALETTE and len(directory.numbers(data, _COLOURS, 3 << bits)) != 3 << bits:
        raise damaged("its palette is too short")
    apart, fill = directory.number(data, _PLANAR, 1), directory.number(data, _FILL_ORDER, 1)
    if apart not in (1, 2) or fill not in (1, 2):
        raise damaged(f"PlanarConfiguration is {apart}, FillOrder {fill}")
    if found := _misread(data, directory, compression, (photometric, samples, bits)):
        raise _not_read(found)
    if apart == 1 or samples == 1:
        return samples, (bits * samples,)
    return samples, (bits,) * samples


def _misread(
    data: bytes, directory: Directory, compression: int, kind: tuple[int, int, int]
) -> str | None:
    """What Pillow shows as another picture than libtiff and others do; None where it does not.

    kind: photometric interpretation, samples and the bits of each.
    """
    photometric, samples, bits = kind
    is_plain = compression == _PLAIN
    if samples > 1 and directory.number(data, _PLANAR, 1) == 2:
        if is_plain and bits != 8:  # it takes each byte for a value
            return f"planes of {bits} bits"
        extra = directory.numbers(data, _EXTRA, samples) if _EXTRA in directory.entries else ()
        colours = (photometric, samples) in _IN_PLANES and not (is_plain and set(extra) & {0, 1})
        if not colours:
            return "planes of other colours than RGB and CMYK"
    if is_plain and directory.number(data, _FILL_ORDER, 1) == 2:  # not turned in every layout
        return "bits in reversed order (FillOrder 2)"
    signed = _FORMAT in directory.entries and directory.numbers(data, _FORMAT, samples)[0] != 1
    if signed and bits <= 8:
        return "signed values of 8 bits"
    if photometric == _WHITE_IS_ZERO and bits == 16:
        return "16 bits of grey in which 0 is white"
    if is_plain and photometric == _YCBCR:
        factors = (directory.numbers(data, _YCBCR_SUBSAMPLING, 2)
                   if _YCBCR_SUBSAMPLING in directory.entries else (2, 2))  # fmt: skip
        if factors != (1, 1) or not all(directory.holds(data, *of) for of in _JFIF.items()):
            return "YCbCr colours that are subsampled or not JPEG's, unpacked"
    return None


def _not_read(what: str) -> TiffError:
    return TiffError(f"{what} in a TIFF file are not read; save it as PNG")


def _listed(
    data: bytes, directory: Directory, needed: int, tiled: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where each part that is listed begins, and how long it is in bytes."""
    tags = (_TILE_OFFSETS, _TILE_COUNTS) if tiled else (_STRIP_OFFSETS, _STRIP_COUNTS)
    if not directory.entries.keys() >= set(tags):
        raise TiffError(truncated("tiff"))
    offsets, counts = (directory.numbers(data, tag, needed) for tag in tags)
    if len(offsets) != len(counts):
        raise damaged(f"{len(offsets)} strips or tiles with {len(counts)} lengths")
    inside = (n for at, n in zip(offsets, counts, strict=True) if at + n <= len(data))
    if sum(inside) > len(data):
        raise damaged("its strips or tiles lie in one another")
    return offsets, counts


def _shown(data: bytes, page: _Page) -> bytes:
    """The file that decoders get."""
    tags = set(_SHOWN)
    entries = page.directory.entries
    for tag, (kinds, count) in _SHOWN_AS.items():
        entry = entries.get(tag)
        if entry is not None and entry.kind in kinds and count in (None, entry.count):
            tags.add(tag)
    if page.directory.number(data, _PHOTOMETRIC, 0) == _PALETTE:
        tags.add(_COLOURS)
    if page.samples == 1:  # there is nothing to set apart, and Pillow would look for its name
        tags.discard(_PLANAR)
    return file_of_one_page(data, page.directory, frozenset(tags))


def _check_agreement(image: TiffImagePlugin.TiffImageFile, page: _Page, data: bytes) -> None:
    """What Pillow says of the page is what was read here."""
    size = page.width, page.height
    if page.directory.number(data, _ORIENTATION, 1) in (5, 6, 7, 8):  # Pillow's is upright
        size = size[::-1]
    said = image.info.get("compression")
    same = page.compression in _FAXES or said == _NAMES[page.compression]
    if image.size != size or not same or len(image.getbands()) > page.samples:
        raise damaged("its tags contradict one another")
