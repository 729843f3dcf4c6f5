"""Every PIL mode and every profile: the picture a screen shows, or a clear refusal."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from colour_profiles import ADOBE_RGB, DISPLAY_P3, GREY_GAMMA, matrix_profile
from photo_files import encoded
from PIL import Image, ImageCms
from skimage import data
from squeezesam import PhotoError, open_photo

PHOTO = Image.fromarray(data.astronaut()[:200, :240])
RGB = np.asarray(PHOTO).astype(int)
GREY = np.asarray(PHOTO.convert("L")).astype(int)[..., None].repeat(3, axis=2)


def _alpha(image: Image.Image) -> Image.Image:
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def _over_white(image: Image.Image) -> np.ndarray:
    rgba = image.convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba))[..., :3]


SIXTEEN = Image.fromarray((np.asarray(PHOTO.convert("L")).astype(np.uint16)) * 257)
# Mode: picture, what is expected (None: a refusal), how far a level may be off.
MODES: dict[str, tuple[Image.Image, np.ndarray | None, int]] = {
    "1": (PHOTO.convert("1"), np.asarray(PHOTO.convert("1").convert("RGB")), 0),
    "L": (PHOTO.convert("L"), GREY, 0),
    "P": (PHOTO.quantize(200), np.asarray(PHOTO.quantize(200).convert("RGB")), 0),
    "RGB": (PHOTO, RGB, 0),
    "RGBX": (PHOTO.convert("RGBX"), RGB, 0),
    "CMYK": (PHOTO.convert("CMYK"), RGB, 1),
    "YCbCr": (PHOTO.convert("YCbCr"), RGB, 6),
    "HSV": (PHOTO.convert("HSV"), RGB, 12),
    "LAB": (ImageCms.profileToProfile(
        PHOTO, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    ), RGB, 12),
    "RGBA": (_alpha(PHOTO.convert("RGBA")), _over_white(_alpha(PHOTO.convert("RGBA"))), 1),
    "RGBa": (
        _alpha(PHOTO.convert("RGBA")).convert("RGBa"),
        _over_white(_alpha(PHOTO.convert("RGBA"))), 2,
    ),
    "LA": (_alpha(PHOTO.convert("LA")), _over_white(_alpha(PHOTO.convert("LA"))), 1),
    "La": (
        _alpha(PHOTO.convert("LA")).convert("La"), _over_white(_alpha(PHOTO.convert("LA"))), 2,
    ),
    "PA": (_alpha(PHOTO.convert("PA")), _over_white(_alpha(PHOTO.convert("PA"))), 1),
    "I;16": (SIXTEEN, GREY, 0),
    "I;16L": (Image.frombytes(
        "I;16L", SIXTEEN.size, np.asarray(SIXTEEN).astype("<u2").tobytes()
    ), GREY, 0),
    "I;16B": (Image.frombytes(
        "I;16B", SIXTEEN.size, np.asarray(SIXTEEN).astype(">u2").tobytes()
    ), GREY, 0),
    "I;16N": (SIXTEEN.convert("I;16N"), None, 0),
    "I": (PHOTO.convert("I"), None, 0),
    "F": (PHOTO.convert("F"), None, 0),
}  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_every_pil_mode_gives_the_picture_or_a_refusal(mode: str) -> None:
    image, expected, tolerance = MODES[mode]
    if expected is None:
        with pytest.raises(PhotoError, match=f"the mode {mode} has no known range"):
            open_photo(image)
        return
    pixels = open_photo(image).pixels.astype(int)
    assert np.abs(pixels - expected).mean() <= tolerance / 4
    assert np.abs(pixels - expected).max() <= max(tolerance, 0) * (6 if tolerance > 2 else 1)


def test_the_table_holds_every_mode_that_pil_knows() -> None:
    from PIL import ImageMode

    known = set(Image.MODES) | {"RGBX", "RGBa", "La", "PA", "I;16", "I;16B", "I;16L"}
    assert known <= set(MODES)
    assert ImageMode.getmode("RGB").bands == ("R", "G", "B")


def _through_littlecms(image: Image.Image, profile: bytes) -> np.ndarray:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return np.asarray(
        ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.PERCEPTUAL, outputMode="RGB",
        )
    ).astype(int)  # fmt: skip


@pytest.mark.parametrize("form", ["png", "webp", "tiff", "jpeg", "avif"])
@pytest.mark.parametrize("profile", [DISPLAY_P3, ADOBE_RGB], ids=["Display P3", "Adobe RGB"])
def test_a_photo_in_another_colour_space_is_converted_to_srgb(form: str, profile: bytes) -> None:
    options = {"webp": {"lossless": True}, "jpeg": {"quality": 98, "subsampling": 0}}
    file = encoded(PHOTO, form, icc_profile=profile, **options.get(form, {}))
    stored = Image.open(io.BytesIO(file)).convert("RGB")
    expected = _through_littlecms(stored, profile)
    assert np.abs(expected - np.asarray(stored)).mean() > 1.5
    for source in (file, Image.open(io.BytesIO(file))):
        assert np.abs(open_photo(source).pixels - expected).mean() <= 1


def test_profiles_apply_below_alpha_to_palettes_and_to_grey() -> None:
    rgba = _alpha(PHOTO.convert("RGBA"))
    rgba.putalpha(255)
    assert np.array_equal(
        open_photo(encoded(rgba, "png", icc_profile=ADOBE_RGB)).pixels,
        open_photo(encoded(PHOTO, "png", icc_profile=ADOBE_RGB)).pixels,
    )
    palette = PHOTO.quantize(64)
    expected = _through_littlecms(palette.convert("RGB"), ADOBE_RGB)
    found = open_photo(encoded(palette, "png", icc_profile=ADOBE_RGB)).pixels
    assert np.abs(found - expected).mean() <= 1
    grey = PHOTO.convert("L")
    expected = _through_littlecms(grey, GREY_GAMMA)
    for form in ("png", "jpeg"):
        file = encoded(grey, form, icc_profile=GREY_GAMMA)
        stored = Image.open(io.BytesIO(file)).convert("L")
        expected = _through_littlecms(stored, GREY_GAMMA)
        assert np.abs(expected - np.asarray(stored)[..., None]).mean() > 3
        assert np.abs(open_photo(file).pixels - expected).mean() <= 1


def test_srgb_and_profiles_that_cannot_be_meant_leave_the_pixels_alone() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    broken = DISPLAY_P3[:200] + bytes(40)
    for profile in (srgb, broken, b"no profile at all", GREY_GAMMA):
        file = encoded(PHOTO, "png", icc_profile=profile)
        assert np.array_equal(open_photo(file).pixels, RGB)


def test_a_profile_of_nonsense_is_no_harm() -> None:
    rng = np.random.default_rng(5)
    for _ in range(60):
        bad = bytearray(DISPLAY_P3)
        for at in rng.integers(0, len(bad), 12):
            bad[at] = rng.integers(0, 256)
        assert open_photo(encoded(PHOTO, "png", icc_profile=bytes(bad))).pixels.shape == RGB.shape


def test_the_profiles_of_the_tests_are_what_they_say() -> None:
    """Primaries of Display P3 (SMPTE EG 432-1, D65): sRGB's red lies inside its gamut."""
    red = Image.new("RGB", (1, 1), (234, 51, 35))
    assert np.abs(_through_littlecms(red, DISPLAY_P3)[0, 0] - (255, 0, 0)).max() <= 8
    assert struct.unpack_from(">4s", DISPLAY_P3, 36)[0] == b"acsp"
    assert matrix_profile(ADOBE_RGB[:0] or (0.64, 0.33, 0.21, 0.71, 0.15, 0.06), 2.2) == ADOBE_RGB
