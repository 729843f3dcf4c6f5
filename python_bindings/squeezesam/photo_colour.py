"""Stored pixels of every kind to 8-bit RGB as a screen shows them.

One rule: a photo with an ICC profile of its own kind of pixels (RGB, grey or CMYK) is converted to
sRGB, perceptual intent, by LittleCMS; without one, or with one that cannot be read, RGB is taken
for sRGB. Transparent pixels are laid over white; what they were is kept beside that. Of 16 bits the
upper 8 are kept.

Pillow is imported where it is used: whoever only imports the package does not wait for it.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .photo_profile import tables_fit

if TYPE_CHECKING:
    from PIL import Image, ImageCms

Pixels = npt.NDArray[np.uint8]

PLAIN = frozenset({"1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"})
WITH_ALPHA = frozenset({"LA", "PA", "La", "RGBA", "RGBa"})
SIXTEEN = frozenset({"I;16", "I;16L", "I;16B"})
"""PIL's modes that are photos; others (I, F: values of any range; I;16N) are refused."""

_STRIP = 1 << 18  # pixels that are converted at a time, so that no whole copies pile up
_SPACES = {"L": "GRAY", "CMYK": "CMYK", "RGB": "RGB"}


def is_photo_mode(mode: str) -> bool:
    """Whether pixels of this PIL mode have a meaning that is known."""
    return mode in PLAIN or mode in WITH_ALPHA or mode in SIXTEEN


def colours_of_image(image: Image.Image) -> tuple[Pixels, Pixels | None]:
    """A loaded PIL image of a photo mode in sRGB, read in strips.

    uint8 H×W×3 over white; and, if any pixel is less than opaque, uint8 H×W×4 with straight alpha.
    """
    transform = _transform(image.info.get("icc_profile"), _base_mode(image.mode))
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    straight: Pixels | None = None
    rows = max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        rgb, alpha = _strip(strip, transform)
        if alpha is not None and straight is None and bool((alpha < 255).any()):
            straight = np.empty((image.height, image.width, 4), np.uint8)
            straight[:top, :, :3] = pixels[:top]
            straight[:top, :, 3] = 255
        if alpha is not None and straight is not None:
            straight[top : top + rows, :, :3] = rgb
            straight[top : top + rows, :, 3:] = alpha
            pixels[top : top + rows] = over_white(straight[top : top + rows])
        else:
            pixels[top : top + rows] = rgb
    return pixels, straight


def rgb_of_array(stored: Pixels, mode: str, profile: bytes | None) -> Pixels:
    """H×W×3 RGB or H×W×4 CMYK with its profile as H×W×3 sRGB; RGB is changed in place."""
    from PIL import Image

    transform = _transform(profile, mode)
    if mode == "RGB" and transform is None:
        return stored
    height, width = stored.shape[:2]
    pixels = stored if mode == "RGB" else np.empty((height, width, 3), np.uint8)
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = (
            Image.fromarray(stored[top : top + rows])
            if mode == "RGB"
            else _cmyk(stored[top : top + rows])
        )
        pixels[top : top + rows] = _strip(strip, transform)[0]
    return pixels


def over_white(rgba: Pixels) -> Pixels:
    """Straight H×W×4 over white: what a viewer shows; colours below alpha 0 are arbitrary."""
    alpha = rgba[:, :, 3:]
    colour = np.ascontiguousarray(rgba[:, :, :3])
    if bool((alpha == 255).all()):
        return colour
    mixed = colour.astype(np.uint16) * alpha + (255 - alpha.astype(np.uint16)) * np.uint16(255)
    return ((mixed + 127) // 255).astype(np.uint8)


def _cmyk(ink: Pixels) -> Image.Image:
    from PIL import Image

    return Image.frombytes("CMYK", (ink.shape[1], ink.shape[0]), np.ascontiguousarray(ink).data)


def _base_mode(mode: str) -> str:
    """The mode whose profiles fit: what is left of it without alpha, palette and depth."""
    if mode in ("1", "L", "LA", "La") or mode in SIXTEEN:
        return "L"
    return "CMYK" if mode == "CMYK" else "RGB"


def _strip(strip: Image.Image, transform: Any) -> tuple[Pixels, Pixels | None]:
    """Straight sRGB h×w×3, and h×w×1 alpha where there is any."""
    from PIL import Image, ImageCms

    if strip.mode in SIXTEEN:
        strip = Image.fromarray((np.asarray(strip) >> 8).astype(np.uint8))
    elif strip.mode == "La":
        strip = strip.convert("LA")
    alpha = None
    if strip.mode in WITH_ALPHA or "transparency" in strip.info:
        strip = strip.convert("RGBA")
        alpha = np.asarray(strip)[:, :, 3:]
        strip = strip.convert("RGB")
    if transform is not None:
        wanted = transform.input_mode
        strip = ImageCms.applyTransform(strip.convert(wanted), transform)
    return np.asarray(strip.convert("RGB")), alpha


def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """To sRGB; None where there is nothing to do: no profile, a broken or foreign one, sRGB."""
    if not profile or not tables_fit(profile):
        return None
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != _SPACES[mode]:
            return None
        made = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
        return None if mode == "RGB" and _changes_nothing(made) else made
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether no colour of a 9×9×9 grid moves by more than a level: another sRGB."""
    from PIL import Image, ImageCms

    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
    moved = np.asarray(ImageCms.applyTransform(Image.fromarray(grid), transform))
    return int(np.abs(moved.astype(int) - grid).max()) <= 1
