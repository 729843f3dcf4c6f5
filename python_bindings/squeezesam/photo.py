"""From whatever the app has in hand to oriented RGB pixels.

A path, the bytes of a file, a PIL image or an array become one `Photo`: uint8 RGB, upright, in
sRGB, its pixels its own. What is read, converted and refused: `docs/photos.md`.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt

from .errors import InvalidArgumentError, PhotoError
from .formats import is_result, open_file
from .photo_colour import colours_of_image, is_photo_mode, over_white
from .photo_decode import MAX_PIXELS, Decoded, check_size, decode, orientation_of, turned

if TYPE_CHECKING:
    from collections.abc import Iterator

Pixels: TypeAlias = npt.NDArray[np.uint8]
PhotoSource: TypeAlias = "str | os.PathLike[str] | bytes | npt.NDArray[Any] | Any"

PHOTO_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif"}
)
"""Names by which photos are found in a folder; a single file may have any name."""
LARGEST_FILE = 2 << 30
"""Bytes; a picture of MAX_PIXELS in RGB, uncompressed with 16 bits a channel, has 1.6 · 10⁹."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An upright photo.

    pixels: uint8 H×W×3, sRGB, C-contiguous, orientation already applied; nobody else's memory.
        Where the photo is transparent, as it looks over white.
    name: how to call it in messages and results; the path where there is one.
    orientation: the EXIF orientation (1…8) that was applied.
    damage: what is damaged in it, if it was read with accept_damaged; else None.
    straight: uint8 H×W×4, the colours as they are stored (in sRGB) with straight alpha; None for a
        photo that is opaque everywhere.
    """

    pixels: Pixels
    name: str
    orientation: int = 1
    damage: str | None = None
    straight: Pixels | None = None

    @property
    def source(self) -> Pixels:
        """What cut-outs are made from: `straight` where there is transparency, else `pixels`."""
        return self.pixels if self.straight is None else self.straight

    @property
    def width(self) -> int:
        """Width in pixels, upright."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels, upright."""
        return int(self.pixels.shape[0])


def open_photo(
    source: PhotoSource,
    *,
    max_pixels: int = MAX_PIXELS,
    bgr: bool = False,
    accept_damaged: bool = False,
    turn: bool = True,
    name: str = "photo",
    pipes: bool = True,
) -> Photo:
    """Reads a photo from a path, encoded bytes, a PIL image or a uint8 array (RGB, RGBA or grey).

    bgr: an array's channels are in OpenCV's order, BGR or BGRA.
    accept_damaged: take what can be decoded of a damaged file, and say so in `damage`.
    turn: follow the EXIF orientation; False leaves the pixels as they are stored (a TIFF file's are
        turned all the same).
    name: what messages call a photo that has no path.
    pipes: a path may be a pipe's, which is waited for. False for paths that were found in a folder:
        what was a file then may be a pipe by now that nobody writes to.

    Raises PhotoError for a photo that is missing, damaged, of another format or larger than
    `max_pixels`, InvalidArgumentError for bgr with anything but a colour array, and TypeError for
    a `source` of another type.
    """
    if bgr and not (isinstance(source, np.ndarray) and source.ndim == 3 and source.shape[2] > 1):
        raise InvalidArgumentError("bgr=True is for arrays of shape H×W×3 or H×W×4")
    if isinstance(source, np.ndarray):
        return _from_array(source, name, max_pixels, bgr)
    if isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
        source = read_photo_file(name, pipes=pipes)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _named(decode(bytes(source), name, max_pixels, accept_damaged, turn), name)
    if hasattr(source, "getexif") and hasattr(source, "convert"):
        return _from_pil(source, name, max_pixels, turn)
    raise TypeError(
        f"a photo is a path, encoded bytes, a PIL image or a numpy array, not {type(source)!r}"
    )


def find_photos(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """The photos directly inside `folder`, by name.

    Left out are hidden files and what squeezesam itself has written there.
    """
    for path in sorted(Path(folder).iterdir()):
        hidden = path.name.startswith(".")
        named = path.suffix.lower() in PHOTO_SUFFIXES
        if named and not hidden and path.is_file() and not is_result(path):
            yield path


def _named(found: Decoded, name: str) -> Photo:
    return Photo(found.pixels, name, found.orientation, found.damage, found.straight)


def read_photo_file(path: str, *, pipes: bool = True) -> bytes:
    """The bytes of a file; PhotoError if it cannot be read or is larger than LARGEST_FILE.

    pipes: see `open_photo`.
    """
    try:
        with open(path, "rb") if pipes else open_file(path) as file:
            status = os.fstat(file.fileno())
            if stat.S_ISREG(status.st_mode) and status.st_size > 0:
                if status.st_size <= LARGEST_FILE:
                    return file.read(status.st_size)
            # Some of the system's own files have a size of 0 and no end.
            elif (found := drained(file)) is not None:
                return found
    except FileNotFoundError:
        raise PhotoError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise PhotoError(f"{path}: is a folder, not a photo") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the name
        reason = getattr(error, "strerror", None) or error
        raise PhotoError(f"{path}: cannot be read ({reason})") from None
    raise PhotoError(f"{path}: is larger than {LARGEST_FILE >> 30} GiB; no photo is")


def drained(pipe: BinaryIO) -> bytes | None:
    """What a file without a size gives; None if that is more than LARGEST_FILE."""
    found = bytearray()
    # Piece by piece: read(n) takes the memory of n bytes at once.
    while piece := pipe.read(1 << 20):
        found += piece
        if len(found) > LARGEST_FILE:
            return None
    return bytes(found)


def _from_pil(image: Any, name: str, max_pixels: int, turn: bool) -> Photo:
    name = str(getattr(image, "filename", "") or name)
    check_size(image.width, image.height, name, max_pixels)
    if not is_photo_mode(image.mode):
        raise PhotoError(
            f"{name}: the mode {image.mode} has no known range of values; convert it to L or RGB"
        )
    orientation = orientation_of(image)
    try:
        image.load()  # a TIFF file's picture is turned by this
        found = Decoded(*colours_of_image(image), orientation, None)
    except (OSError, SyntaxError, EOFError, ValueError) as error:  # how PIL reports damage
        raise PhotoError(f"{name}: cannot be decoded ({error})") from None
    upright = turn and getattr(image, "format", None) != "TIFF"
    return _named(turned(found) if upright else found, name)


def _from_array(array: npt.NDArray[Any], name: str, max_pixels: int, bgr: bool) -> Photo:
    """uint8 H×W, H×W×1, H×W×3 or H×W×4; the photo's memory is its own."""
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim != 2 and (array.ndim != 3 or array.shape[2] not in (3, 4)):
        raise PhotoError(
            f"{name}: an array photo is H×W, H×W×3 or H×W×4, not {'×'.join(map(str, array.shape))}"
        )
    check_size(array.shape[1], array.shape[0], name, max_pixels)
    if array.dtype != np.uint8:
        raise PhotoError(
            f"{name}: an array photo holds uint8 values 0…255, not {array.dtype}, whose range is "
            "not known; scale and convert it first"
        )
    if array.ndim == 2:
        grey = np.broadcast_to(array[:, :, None], (*array.shape, 3))
        return Photo(np.ascontiguousarray(grey), name)
    if bgr:
        array = array[:, :, [2, 1, 0, 3][: array.shape[2]]]
    if array.shape[2] == 4 and bool((array[:, :, 3] < 255).any()):
        straight = np.array(array, order="C", copy=True)
        return Photo(over_white(straight), name, straight=straight)
    return Photo(np.array(array[:, :, :3], order="C", copy=True), name)
