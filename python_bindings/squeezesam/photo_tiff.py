"""Which picture of a TIFF file is the photo: TIFF 6.0 section 8 (NewSubfileType), TIFF/EP, DNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import PhotoError

if TYPE_CHECKING:
    from PIL import TiffImagePlugin

NEW_SUBFILE_TYPE, SUB_IFDS, DNG_VERSION = 254, 330, 50706
TILE_WIDTH, TILE_LENGTH = 322, 323
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


def _check_tiles(image: TiffImagePlugin.TiffImageFile, name: str) -> None:
    """libtiff has room for a whole tile before it reads any, whatever the picture's size."""
    width, height = (image.tag_v2.get(tag, 1) for tag in (TILE_WIDTH, TILE_LENGTH))
    if int(width) * int(height) > max(MAX_TILE, image.width * image.height):
        raise PhotoError(f"{name}: the TIFF file is damaged (tiles of {width}×{height} pixels)")
