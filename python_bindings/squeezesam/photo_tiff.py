"""Which picture of a TIFF file is the photo: TIFF 6.0 section 8 (NewSubfileType), TIFF/EP, DNG."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .errors import PhotoError

if TYPE_CHECKING:
    from PIL import TiffImagePlugin

NEW_SUBFILE_TYPE, SUB_IFDS, DNG_VERSION = 254, 330, 50706
_REDUCED = 1
_standard_error = threading.Lock()
MAX_PAGES = 64


def full_size_page(
    image: TiffImagePlugin.TiffImageFile, name: str
) -> TiffImagePlugin.TiffImageFile:
    """`image`, standing at its first page that is no thumbnail and as large as any.

    Raises PhotoError for camera raw files, whose full picture lies elsewhere, and for files of
    thumbnails alone.
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
    return image


@contextlib.contextmanager
def silent_libtiff() -> Iterator[None]:
    """libtiff writes its account of damaged data to file descriptor 2: closed to it meanwhile."""
    with _standard_error:
        try:
            kept = os.dup(2)
        except OSError:  # there is no standard error
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
