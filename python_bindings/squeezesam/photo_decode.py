"""Encoded photos to upright RGB, by one policy: `docs/photos.md`.

libjpeg-turbo (simplejpeg) decodes JPEG, because it says when data was missing; Pillow all other
formats, and reads everybody's EXIF and profile. The decoder's own header is held against the limit
before it may allocate a pixel. `Image.open` would try every format there is: it is not used.
"""

from __future__ import annotations

import contextlib
import io
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, photo_jpeg
from .errors import PhotoError
from .photo_boxes import check_items
from .photo_colour import Pixels, colours_of_image, is_photo_mode, rgb_of_array
from .photo_formats import NAMES, DamageError, fault, heif_reader, recognise, truncated
from .photo_png import open_png
from .photo_tiff import fault_of_tiff, open_tiff
from .silence import silent_stderr

if TYPE_CHECKING:
    from PIL import Image

# That of JPEG.
LONGEST_SIDE = 65_535
MAX_PIXELS = 1 << 28
"""Largest photo taken, in pixels (268 megapixels: above the 200 of today's largest phone sensor).

Reading one takes at most 14 bytes a pixel beside the file (WebP: 22; tested with a hard limit on
memory), so this bounds what a hostile file can make us allocate.
"""

ORIENTATION = 0x0112
_lenient = threading.Lock()


@dataclass(frozen=True, slots=True)
class Decoded:
    """A photo as `photo.Photo` holds it: over white, and with its alpha where it has any.

    orientation: EXIF's, applied to both. damage: what is damaged, or None.
    """

    pixels: Pixels
    straight: Pixels | None
    orientation: int
    damage: str | None


def check_size(width: int, height: int, name: str, max_pixels: int) -> None:
    """Raises PhotoError for a photo without pixels or with more than `max_pixels`."""
    if width < 1 or height < 1:
        raise PhotoError(f"{name}: the photo has no pixels ({width}×{height})")
    # Photos are converted in strips of whole rows, whose memory the limit of pixels does not bound.
    if max(width, height) > LONGEST_SIDE:
        raise PhotoError(f"{name}: a side of more than {LONGEST_SIDE} pixels is no photo's")
    if width * height > max_pixels:
        raise PhotoError(
            f"{name}: {width}×{height} is more than the {max_pixels / 1e6:.0f} megapixels that "
            "squeezesam takes; make it smaller first"
        )


def decode(data: bytes, name: str, max_pixels: int, accept_damaged: bool, turn: bool) -> Decoded:
    """Raises PhotoError for whatever is no photo, too large or, unless accepted, damaged."""
    form = recognise(data, name)
    with _refused(name, form):
        damage = fault(data, form)
        if damage and not accept_damaged:
            raise PhotoError(f"{name}: {damage}")
        if form == "jpeg":
            found = _jpeg(data, name, max_pixels, accept_damaged)
        else:
            with _quiet(form):
                found = _other(data, form, name, max_pixels, accept_damaged)
        found = replace(found, damage=damage or found.damage)
        return turned(found) if turn and form != "tiff" else found


def _quiet(form: str) -> contextlib.AbstractContextManager[object]:
    """libtiff writes its account of damaged data past Python."""
    return silent_stderr() if form == "tiff" else contextlib.nullcontext()


def turned(stored: Decoded) -> Decoded:
    """Upright, by the orientation that it has."""
    if not 2 <= stored.orientation <= 8:
        return stored
    straight = stored.straight
    if straight is not None:
        straight = _core.orient(straight, stored.orientation)
    return replace(
        stored, pixels=_core.orient(stored.pixels, stored.orientation), straight=straight
    )


def orientation_of(image: Image.Image) -> int:
    """EXIF orientation as Pillow's own `exif_transpose` takes it; 1 where it would not turn."""
    try:
        value = image.getexif().get(ORIENTATION, 1)
        return int(value) if value in range(1, 9) else 1
    except DamageError:  # some formats are decoded for it
        raise
    except Exception:  # a block that is no TIFF: Pillow raises many kinds
        return 1


def read_picture(data: bytes, name: str, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """A picture of any readable format with its stored values, for label maps and the like.

    Neither turned nor converted. Raises PhotoError for what is no picture, too large or damaged.
    """
    form = recognise(data, name)
    with _refused(name, form):
        if problem := fault(data, form):
            raise DamageError(problem)
        if form == "jpeg":
            data = photo_jpeg.without_fill(data)
            photo_jpeg.missing_scans(data)  # raises for too many
        image = _opened(data, form, name)
        check_size(image.width, image.height, name, max_pixels)
        with _quiet(form):
            _load(image, data, form)
        return image


def announced(data: bytes, most: int) -> int:
    """How many pixels `decode` set out to decode by a picture's head; 0 where it did not begin.

    Also for a picture that turned out to be damaged: what was decoded of it has cost its time.
    """
    with contextlib.suppress(PhotoError):
        form = recognise(data, "")
        with _refused("", form):
            if fault(data, form):
                return 0
            head = _opened(photo_jpeg.head(data) if form == "jpeg" else data, form, "")
            check_size(head.width, head.height, "", most)
            return int(head.width * head.height)
    return 0


def upright_size_of_tiff(data: bytes, name: str) -> tuple[int, int]:
    """Width and height in pixels by a TIFF file's head. Raises PhotoError as `decode` does."""
    with _refused(name, "tiff"):
        image = open_tiff(data, name)
        return int(image.width), int(image.height)


@contextlib.contextmanager
def _refused(name: str, form: str) -> Iterator[None]:
    """Whatever a decoder raises on a stranger's bytes becomes one sentence; its warnings none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PhotoError:
        raise
    except DamageError as error:
        raise PhotoError(f"{name}: {error}") from None
    except MemoryError:
        raise PhotoError(f"{name}: not enough memory for it") from None
    except Exception as error:
        text = str(error).lower()
        if "truncated" in text or "premature end of jpeg" in text:
            raise PhotoError(f"{name}: {truncated(form)}") from None
        if "no picture" in text:
            raise PhotoError(f"{name}: the {NAMES[form]} file contains no picture") from None
        if "exceeds limit" in text:
            raise PhotoError(
                f"{name}: more pixels than squeezesam takes; make it smaller"
            ) from None
        raise PhotoError(f"{name}: the {NAMES[form]} file is damaged or truncated") from None


def _opened(data: bytes, form: str, name: str, lenient: bool = False) -> Image.Image:
    """Pillow's picture with its header read; `lenient` takes what can be had of its pixels."""
    from PIL import AvifImagePlugin, BmpImagePlugin, JpegImagePlugin, WebPImagePlugin, features

    heif = heif_reader(name) if form == "heif" else None
    if form in ("avif", "webp") and not features.check(form):
        raise PhotoError(f"{name}: this Pillow was built without {NAMES[form]}")
    check_items(data, form)
    if heif is not None:
        return heif(io.BytesIO(data))
    if form == "png":
        return open_png(data, lenient)
    if form == "tiff":
        return open_tiff(data, name)
    plugins: dict[str, Any] = {
        "jpeg": JpegImagePlugin.JpegImageFile,
        "webp": WebPImagePlugin.WebPImageFile,
        "bmp": BmpImagePlugin.BmpImageFile,
        "avif": AvifImagePlugin.AvifImageFile,
    }
    image: Image.Image = plugins[form](io.BytesIO(data))
    return image


def _other(data: bytes, form: str, name: str, max_pixels: int, accept_damaged: bool) -> Decoded:
    image = _opened(data, form, name)
    check_size(image.width, image.height, name, max_pixels)
    if not is_photo_mode(image.mode):
        raise PhotoError(f"{name}: its pixels ({image.mode}) are no 8 or 16 bits of colour")
    try:
        orientation = orientation_of(image)
        _load(image, data, form)
        return Decoded(*colours_of_image(image), orientation, None)
    except (OSError, SyntaxError, EOFError, ValueError, DamageError) as error:
        if not accept_damaged:
            raise
        damage = str(error) if isinstance(error, DamageError) else truncated(form)
    image = _loaded_leniently(data, form, name)
    return Decoded(*colours_of_image(image), orientation_of(image), damage)


def _load(image: Image.Image, data: bytes, form: str) -> None:
    if form == "tiff" and (problem := fault_of_tiff(data)):
        raise DamageError(problem)
    image.load()


def _loaded_leniently(data: bytes, form: str, name: str) -> Image.Image:
    """As much as can be decoded. Pillow knows this as a switch of the whole process only."""
    with _lenient:
        from PIL import ImageFile

        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            image = _opened(data, form, name, lenient=True)
            image.load()
            return image
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _jpeg(data: bytes, name: str, max_pixels: int, accept_damaged: bool) -> Decoded:
    import simplejpeg

    head = _opened(photo_jpeg.head(data), "jpeg", name)
    check_size(head.width, head.height, name, max_pixels)
    orientation, profile = orientation_of(head), head.info.get("icc_profile")
    # Before anything is decoded: it bounds how often a decoder passes over all of the picture.
    damage = (
        "the JPEG file is truncated; scans are missing" if photo_jpeg.missing_scans(data) else None
    )
    try:
        data = photo_jpeg.with_known_version(data)
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    except ValueError as error:
        if "subsampling" not in str(error):
            raise
        return _unchecked_jpeg(data, name, max_pixels, accept_damaged)
    check_size(width, height, name, max_pixels)
    if damage and not accept_damaged:
        raise PhotoError(f"{name}: {damage}")
    ink = colours in ("CMYK", "YCCK")
    wanted = "CMYK" if ink else "RGB"
    try:
        stored = simplejpeg.decode_jpeg(data, wanted, strict=True)
    except ValueError as error:
        found = photo_jpeg.complaint(str(error), data)
        if found and not accept_damaged:
            raise
        damage = damage or found
        stored = simplejpeg.decode_jpeg(data, wanted, strict=False)
    if ink:  # Adobe's: 255 is no ink
        np.subtract(255, stored, out=stored)
    if colours == "Gray" and profile:
        return _other(photo_jpeg.without_fill(data), "jpeg", name, max_pixels, accept_damaged)
    return Decoded(rgb_of_array(stored, wanted, profile), None, orientation, damage)


def _unchecked_jpeg(data: bytes, name: str, max_pixels: int, accept_damaged: bool) -> Decoded:
    """One whose sampling factors TurboJPEG has no name for: only Pillow decodes it.

    Pillow does not hand on what libjpeg has to say of damage: grey would pass for a picture.
    """
    if not accept_damaged:
        raise PhotoError(
            f"{name}: the JPEG file has sampling factors with which damage cannot be seen; save it "
            "anew, or accept damaged photos"
        )
    found = _other(photo_jpeg.without_fill(data), "jpeg", name, max_pixels, accept_damaged)
    unseen = "the JPEG file has sampling factors with which damage cannot be seen"
    return replace(found, damage=found.damage or unseen)
