"""From whatever the app has in hand to oriented RGB pixels.

A path, the bytes of a file, a PIL image or an array become one `Photo`: uint8 RGB, upright.
OpenCV decodes; the orientation is read and applied by the C++ core, so that every platform turns
a photo the same way. Transparent pixels are laid over white: the colours below a transparent
pixel are arbitrary, and white is what a viewer shows.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _core
from .errors import PhotoError
from .photo_formats import Container, inspect

if TYPE_CHECKING:
    from collections.abc import Iterator

Pixels: TypeAlias = npt.NDArray[np.uint8]
PhotoSource: TypeAlias = "str | os.PathLike[str] | bytes | npt.NDArray[Any] | Any"

MAX_PIXELS = 1 << 28
"""Largest photo taken, in pixels (268 megapixels: above the 200 of today's largest phone sensor).

A photo is held as 3 bytes a pixel, so this bounds what a hostile file can make us allocate.
"""

PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
"""Names by which photos are found in a folder; a single file may have any name."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An upright photo.

    pixels: uint8 H×W×3, RGB, C-contiguous, orientation already applied.
    name: how to call it in messages and results; the path where there is one.
    orientation: the EXIF orientation (1…8) that was applied.
    """

    pixels: Pixels
    name: str
    orientation: int = 1

    @property
    def width(self) -> int:
        """Width in pixels, upright."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels, upright."""
        return int(self.pixels.shape[0])


def open_photo(source: PhotoSource, *, max_pixels: int = MAX_PIXELS) -> Photo:
    """Reads a photo from a path, encoded bytes, a PIL image or a uint8 array (RGB, RGBA or grey).

    Raises PhotoError for a photo that is missing, damaged, of another format or larger than
    `max_pixels`, and TypeError for a `source` of another type.
    """
    if isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
        return _from_bytes(_read(name), name, max_pixels)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _from_bytes(bytes(source), "photo", max_pixels)
    if isinstance(source, np.ndarray):
        if source.ndim > 1:
            _check_size(source.shape[1], source.shape[0], "photo", max_pixels)
        return Photo(_rgb(source, "photo"), "photo")
    if hasattr(source, "getexif") and hasattr(source, "convert"):
        return _from_pil(source, max_pixels)
    raise TypeError(
        f"a photo is a path, encoded bytes, a PIL image or a numpy array, not {type(source)!r}"
    )


def find_photos(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """The photos directly inside `folder`, by name; hidden files are left out."""
    for path in sorted(Path(folder).iterdir()):
        hidden = path.name.startswith(".")
        if not hidden and path.suffix.lower() in PHOTO_SUFFIXES and path.is_file():
            yield path


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise PhotoError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise PhotoError(f"{path}: is a folder, not a photo") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the name
        reason = getattr(error, "strerror", None) or error
        raise PhotoError(f"{path}: cannot be read ({reason})") from None


def _check_size(width: int, height: int, name: str, max_pixels: int) -> None:
    if width < 1 or height < 1:
        raise PhotoError(f"{name}: the photo has no pixels ({width}×{height})")
    if width * height > max_pixels:
        raise PhotoError(
            f"{name}: {width}×{height} is more than the {max_pixels / 1e6:.0f} megapixels that "
            "squeezesam takes; make it smaller first"
        )


def _from_bytes(data: bytes, name: str, max_pixels: int) -> Photo:
    container = inspect(data, name)
    if container.width is not None and container.height is not None:
        _check_size(container.width, container.height, name, max_pixels)
    decoded = _decode(data, container, name)
    _check_size(decoded.shape[1], decoded.shape[0], name, max_pixels)
    # libtiff turns the picture itself, whatever flag it is given.
    orientation = 1 if container.format == "tiff" else _core.exif_orientation(data)
    pixels = _rgb(decoded, name)
    del decoded  # a copy may have been made: do not hold both while turning
    return Photo(_upright(pixels, orientation), name, orientation)


def _decode(data: bytes, container: Container, name: str) -> npt.NDArray[Any]:
    """Decodes to uint8 with 1, 3 or 4 channels in the order RGB(A); not yet turned upright."""
    import cv2
    from cv2.utils import logging

    # Alpha and 16 bit survive only IMREAD_UNCHANGED; elsewhere OpenCV's own conversion to 8-bit
    # colour is the right one (CMYK JPEG, odd TIFF layouts, BMP whose 4th byte is no alpha).
    keep = container.format in ("png", "webp")
    flags = cv2.IMREAD_UNCHANGED if keep else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    level = logging.getLogLevel()
    logging.setLogLevel(0)  # it would print its own account of what we are about to report
    try:
        decoded: npt.NDArray[Any] | None = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except (cv2.error, MemoryError) as error:
        raise PhotoError(f"{name}: cannot be decoded ({_reason(error)})") from None
    finally:
        logging.setLogLevel(level)
    if decoded is None:
        raise PhotoError(f"{name}: the {container.format.upper()} file is damaged or truncated")
    if decoded.dtype == np.uint16:
        decoded = _to_eight_bits(decoded)
    if decoded.ndim == 3:
        swap = cv2.COLOR_BGR2RGB if decoded.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
        cv2.cvtColor(decoded, swap, dst=decoded)
    return decoded


def _reason(error: Exception) -> str:
    return str(getattr(error, "err", "") or error or "out of memory").strip()


def _from_pil(image: Any, max_pixels: int) -> Photo:
    name = str(getattr(image, "filename", "") or "photo")
    _check_size(image.width, image.height, name, max_pixels)
    try:
        orientation = int(image.getexif().get(0x0112, 1) or 1)
        if image.mode in ("I", "F") or image.mode.startswith("I;16"):
            pixels = _rgb(_to_eight_bits(_sixteen_bit(np.asarray(image), name)), name)
        elif image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
            pixels = _rgb(np.asarray(image.convert("RGBA")), name)
        else:
            pixels = _rgb(np.asarray(image.convert("RGB")), name)
    except (OSError, SyntaxError) as error:  # how PIL reports a file cut short or damaged
        raise PhotoError(f"{name}: cannot be decoded ({error})") from None
    return Photo(_upright(pixels, orientation), name, orientation)


def _sixteen_bit(values: npt.NDArray[Any], name: str) -> npt.NDArray[np.uint16]:
    """PIL keeps 16-bit grey as uint16 or int32; anything else in those modes is not a photo."""
    if values.dtype.kind == "f" or values.min() < 0 or values.max() > 0xFFFF:
        raise PhotoError(f"{name}: its values do not fit 16 bits; convert it to 8 bit first")
    return values.astype(np.uint16)


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    return _core.orient(pixels, orientation) if 2 <= orientation <= 8 else pixels


def _rgb(array: npt.NDArray[Any], name: str) -> Pixels:
    """uint8 H×W, H×W×1, H×W×3 or H×W×4 to C-contiguous uint8 H×W×3."""
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim != 2 and (array.ndim != 3 or array.shape[2] not in (3, 4)):
        raise PhotoError(
            f"{name}: an array photo is H×W, H×W×3 or H×W×4, not {'×'.join(map(str, array.shape))}"
        )
    if array.size == 0:
        raise PhotoError(f"{name}: the photo has no pixels ({array.shape[1]}×{array.shape[0]})")
    if array.dtype != np.uint8:
        raise PhotoError(f"{name}: an array photo holds uint8 values 0…255, not {array.dtype}")
    if array.ndim == 2:
        return np.ascontiguousarray(np.broadcast_to(array[:, :, None], (*array.shape, 3)))
    if array.shape[2] == 4:
        return _over_white(array)
    return np.ascontiguousarray(array)


def _to_eight_bits(array: npt.NDArray[np.uint16]) -> Pixels:
    """round(v · 255 / 65535): 0 stays 0 and 65535 becomes 255, the inverse of v · 257."""
    return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _over_white(rgba: Pixels) -> Pixels:
    alpha = rgba[:, :, 3:]
    colour = np.ascontiguousarray(rgba[:, :, :3])
    if bool((alpha == 255).all()):
        return colour
    mixed = colour.astype(np.uint16) * alpha + (255 - alpha.astype(np.uint16)) * np.uint16(255)
    return ((mixed + 127) // 255).astype(np.uint8)
