"""Near-duplicate photos by a difference hash of 256 bits."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from squeezesam_train.photos import U8, DamagedPhotoError, DataError, decode_photo, photo_bytes

# Of 256 bits. Copies that were scaled or compressed anew differ by fewer, unrelated photos by
# about half of them.
NEAR = 40
_PHOTO_ENDINGS = (".jpg", ".jpeg", ".webp", ".png")


def difference_hash(rgb: U8) -> NDArray[np.bool_]:
    """256 bits: is each pixel of the photo at 16×17 brighter than its left neighbour?

    Args:
        rgb: H×W×3 uint8.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (17, 16), interpolation=cv2.INTER_AREA).astype(np.int16)
    return np.asarray(small[:, 1:] > small[:, :-1]).ravel()


class NearDuplicates:
    """The hashes of a folder's photos and of their mirror images.

    Args:
        folder: with its subfolders. A .png beside a photo of the same name is its mask.

    Raises:
        DataError: it holds no photo, or one that cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        hashes = []
        for path in _photos(folder):
            try:
                rgb = decode_photo(photo_bytes(path), str(path))
            except DamagedPhotoError as error:
                raise DataError(str(error)) from error
            hashes += [difference_hash(rgb), difference_hash(np.ascontiguousarray(rgb[:, ::-1]))]
        if not hashes:
            raise DataError(f"{folder} holds no photo")
        self._hashes = np.array(hashes)

    def distance(self, rgb: U8) -> int:
        """Bits by which a photo differs from the nearest one of the folder."""
        return int((self._hashes != difference_hash(rgb)).sum(1).min())


def _photos(folder: Path) -> list[Path]:
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _PHOTO_ENDINGS)
    photos = {p.with_suffix("") for p in files if p.suffix.lower() != ".png"}
    return [p for p in files if p.suffix.lower() != ".png" or p.with_suffix("") not in photos]
