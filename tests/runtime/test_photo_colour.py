"""Every PIL mode and every profile: the picture a screen shows, or a clear refusal."""

from __future__ import annotations

import io
import re
import struct
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from colour_profiles import ADOBE_RGB, DISPLAY_P3, GREY_GAMMA, matrix_profile
from photo_files import encoded
from PIL import Image, ImageCms
from skimage import data
from squeezesam import PhotoError, open_photo
from squeezesam.photo_colour import colours_of_image
from squeezesam.photo_decode import read_picture
from tiff_files import LAYOUTS, PICTURE, SHORT, Tag, written

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


# Bits, photometric and extra values of pictures that must be read in some layouts at least.
_READ = [(8, 0, ()), *product((1, 4, 8, 16), (1,), [()]), *product((1, 4, 8), (3,), [()]),
         *product((8, 16), (2,), [(), (0,), (1,), (2,)]), (8, 1, (2,)), (8, 5, ()), (16, 5, ()),
         (8, 6, ()), (8, 8, ())]  # fmt: skip


@pytest.mark.parametrize(
    "kind", product((1, 4, 8, 16), (0, 1, 2, 3, 5, 6, 8), ((), (0,), (1,), (2,)))
)
def test_one_picture_in_every_layout_is_the_same_photo_or_refused_by_its_kind(
    kind: tuple[int, int, tuple[int, ...]],
) -> None:
    bits, photometric, extra = kind
    samples = {0: 1, 1: 1, 3: 1, 5: 4}.get(photometric, 3) + len(extra)
    rng, shape = np.random.default_rng(bits), (*PICTURE.shape[:2], samples)
    values, palette = rng.integers(0, 1 << bits, shape), rng.integers(0, 65536, 3 << min(bits, 8))
    more = (*((Tag(338, SHORT, extra),) if extra else ()), Tag(530, SHORT, (1, 1)))
    more += (Tag(320, SHORT, tuple(palette.tolist())),) if photometric == 3 else ()
    found, said = [], set[str]()
    for order, layout, packing, fill in product("<>", LAYOUTS, ("plain", "Deflate"), (1, 2)):
        tiff = written(values, photometric, bits, order, layout, packing, fill, more)
        try:
            found.append(colours_of_image(read_picture(tiff.file(), "photo")))
        except PhotoError as error:
            said.add(str(error))
    assert all(
        re.search(r"are not read; save it as PNG$|no photo has$|too short\)$", one) for one in said
    )
    # Pillow and libtiff round YCbCr differently.
    for pixels, straight in found:
        most = np.abs(pixels.astype(int) - found[0][0]).max()
        assert most <= (3 if photometric == 6 else 0)
        assert np.array_equal(straight, found[0][1]) or straight is found[0][1] is None
    assert len(found) > 5 or (bits, photometric, extra) not in _READ


@pytest.mark.parametrize(
    ("values", "more"),
    [(3, (Tag(339, SHORT, (form,) * 3),)) for form in (0, 2, 3, 4, 9)]
    + [(6, (Tag(530, SHORT, of),)) for of in ((2, 2), (2, 1), (4, 4))]
    + [(6, (Tag(530, SHORT, (1, 1)), Tag(532, 5, (16, 235) * 6))), (6, ())],
)
def test_values_that_pillow_would_take_for_others_are_refused(
    values: int, more: tuple[Tag, ...]
) -> None:
    for photometric in (1, 2) if values == 3 else (6,):
        cut = PICTURE[..., :1] if photometric == 1 else PICTURE
        tags = tuple(replace(tag, values=tag.values[: cut.shape[2]]) if values == 3 else tag
                     for tag in more)  # fmt: skip
        for order, layout in product("<>", LAYOUTS[:3]):
            file = written(cut, photometric, 8, order, layout, "plain", more=tags).file()
            with pytest.raises(PhotoError, match=r"in a TIFF file are not read; save it as PNG$"):
                read_picture(file, "photo")
