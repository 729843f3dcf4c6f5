"""Masks and cut-outs as encoded pictures."""

from __future__ import annotations

import io

import cv2
import numpy as np
import numpy.typing as npt

from ..errors import OutputError
from ..formats import JPEG_HEAD, PNG_HEAD, exif_mark, jpeg_mark, png_mark


def encode(array: npt.NDArray[np.uint8], suffix: str) -> bytes:
    """Encodes uint8 grey H×W, RGB H×W×3 or RGBA H×W×4 by the file name's suffix, e.g. ``.png``.

    The file says that squeezesam made it (`squeezesam.results`). Uses the array up: red and blue
    are exchanged in place, since a 12-megapixel copy costs 48 MB. Raises OutputError for a size
    that the format cannot hold.
    """
    size = f"{array.shape[1]}×{array.shape[0]}"
    try:
        return _webp(array) if suffix == ".webp" else _opencv(array, suffix)
    except (cv2.error, OSError, ValueError):
        raise OutputError(f"a picture of {size} cannot be stored as {suffix}") from None


def _opencv(array: npt.NDArray[np.uint8], suffix: str) -> bytes:
    """PNG or JPEG."""
    if array.ndim == 3:
        swap = cv2.COLOR_RGB2BGR if array.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
        cv2.cvtColor(array, swap, dst=array)
    jpeg = suffix in (".jpg", ".jpeg")
    options = [cv2.IMWRITE_JPEG_QUALITY, 92] if jpeg else []
    done, data = cv2.imencode(suffix, array, options)
    if not done:
        raise ValueError(suffix)
    mark, at = (jpeg_mark(), JPEG_HEAD) if jpeg else (png_mark(), PNG_HEAD)
    return b"".join((data.data[:at], mark, data.data[at:]))


def _webp(array: npt.NDArray[np.uint8]) -> bytes:
    """Lossless: edges stay clean."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(array).save(file, "WEBP", lossless=True, exact=True, method=2, exif=exif_mark())
    return file.getvalue()


def mask_picture(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """bool H×W to uint8 H×W: 255 where the object is, 0 elsewhere."""
    return mask.view(np.uint8) * np.uint8(255)
