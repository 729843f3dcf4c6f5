"""Every kind of photo file gives the right RGB pixels, or one sentence that says why not."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from photo_files import STORED, UPRIGHT, encoded, scene, with_orientation
from PIL import Image
from skimage import data
from squeezesam import InvalidArgumentError, PhotoError, Segmenter
from squeezesam.photo import find_photos, open_photo


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return data.astronaut()[:300, :400]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["jpeg", "png", "webp", "tiff"])
def test_every_exif_orientation_comes_out_upright(
    astronaut: np.ndarray, orientation: int, form: str
) -> None:
    options = {"jpeg": {"quality": 98, "subsampling": 0}, "webp": {"lossless": True}}
    data_ = with_orientation(astronaut, orientation, form, **options.get(form, {}))
    photo = open_photo(data_)
    assert photo.pixels.shape == astronaut.shape
    difference = np.abs(photo.pixels.astype(int) - astronaut)
    assert difference.max() <= (12 if form == "jpeg" else 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_pil_image_is_turned_upright_by_its_exif(astronaut: np.ndarray, orientation: int) -> None:
    image = Image.open(io.BytesIO(with_orientation(astronaut, orientation, "png")))
    assert np.array_equal(open_photo(image).pixels, astronaut)


def test_the_two_tables_of_turns_undo_each_other(astronaut: np.ndarray) -> None:
    for orientation in range(1, 9):
        assert np.array_equal(UPRIGHT[orientation](STORED[orientation](astronaut)), astronaut)


def test_a_photo_opens_from_path_text_path_bytes_pil_and_array(
    astronaut: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(astronaut, "png"))
    for source in (path, str(path), path.read_bytes(), Image.open(path), astronaut):
        assert np.array_equal(open_photo(source).pixels, astronaut)


def test_a_cmyk_jpeg_has_the_colours_that_pil_gives_it(astronaut: np.ndarray) -> None:
    rgb = astronaut.astype(np.float64)
    key = 255 - rgb.max(axis=2)
    ink = (255 - rgb - key[..., None]) / np.maximum(255 - key, 1)[..., None] * 255
    cmyk = np.dstack([ink, key]).round().astype(np.uint8)
    file = encoded(Image.frombytes("CMYK", (400, 300), cmyk.tobytes()), "jpeg", quality=97)
    expected = np.asarray(Image.open(io.BytesIO(file)).convert("RGB")).astype(int)
    photo = open_photo(file).pixels
    assert np.abs(photo - expected).max() <= 3
    assert np.abs(photo.astype(int) - astronaut).mean() < 2


def test_a_16_bit_grey_png_is_scaled_and_not_cut(astronaut: np.ndarray) -> None:
    grey = astronaut[..., 0].astype(np.uint16) * 257
    file = encoded(Image.fromarray(grey), "png")
    expected = np.repeat(astronaut[..., :1], 3, axis=2)
    assert np.array_equal(open_photo(file).pixels, expected)
    assert np.array_equal(open_photo(Image.open(io.BytesIO(file))).pixels, expected)


def test_16_bit_colour_png_and_tiff_are_scaled(astronaut: np.ndarray) -> None:
    import cv2

    deep = astronaut[..., ::-1].astype(np.uint16) * 257
    for suffix in (".png", ".tiff"):
        file = cv2.imencode(suffix, deep)[1].tobytes()
        assert np.array_equal(open_photo(file).pixels, astronaut), suffix


@pytest.mark.parametrize("form", ["png", "jpeg", "webp", "tiff", "bmp"])
def test_a_grey_photo_becomes_three_equal_channels(form: str) -> None:
    grey = data.camera()[:200, :300]
    pixels = open_photo(encoded(grey, form)).pixels
    assert pixels.shape == (200, 300, 3)
    assert np.abs(pixels.astype(int) - grey[..., None]).max() <= {"jpeg": 40, "webp": 60}.get(
        form, 0
    )
    assert np.array_equal(open_photo(grey).pixels, open_photo(grey[..., None]).pixels)


def test_palette_and_black_and_white_pngs_show_their_colours(astronaut: np.ndarray) -> None:
    for image in (
        Image.fromarray(astronaut).quantize(64),
        Image.fromarray(astronaut).convert("1"),
    ):
        expected = np.asarray(image.convert("RGB"))
        assert np.array_equal(open_photo(encoded(image, "png")).pixels, expected)
        assert np.array_equal(open_photo(image).pixels, expected)


@pytest.mark.parametrize("form", ["png", "webp"])
def test_transparent_pixels_lie_over_white(astronaut: np.ndarray, form: str) -> None:
    rgba = np.dstack([astronaut, np.full(astronaut.shape[:2], 255, np.uint8)])
    rgba[:100, :, 3] = 0
    rgba[100:200, :, 3] = 128
    file = encoded(rgba, form, **({"lossless": True, "exact": True} if form == "webp" else {}))
    white = Image.new("RGBA", (400, 300), "white")
    expected = np.asarray(Image.alpha_composite(white, Image.fromarray(rgba)).convert("RGB"))
    for source in (file, rgba, Image.open(io.BytesIO(file))):
        assert np.abs(open_photo(source).pixels.astype(int) - expected).max() <= 1


def test_grey_with_alpha_and_transparent_palette_lie_over_white(astronaut: np.ndarray) -> None:
    grey = Image.fromarray(astronaut).convert("LA")
    grey.putalpha(Image.fromarray(np.where(astronaut[..., 1] > 99, 255, 0).astype(np.uint8)))
    expected = np.where(astronaut[..., 1:2] > 99, np.asarray(grey)[..., :1], 255)
    assert np.array_equal(open_photo(encoded(grey, "png")).pixels, np.repeat(expected, 3, axis=2))
    palette = Image.fromarray(astronaut).quantize(16)
    file = encoded(palette, "png", transparency=5)
    hidden = np.asarray(palette) == 5
    assert hidden.any()
    pixels = open_photo(file).pixels
    assert (pixels[hidden] == 255).all()
    assert np.array_equal(pixels, open_photo(Image.open(io.BytesIO(file))).pixels)


@pytest.mark.parametrize("size", [(1, 1), (20000, 10), (10, 20000)])
def test_a_photo_may_be_tiny_or_extremely_long(size: tuple[int, int]) -> None:
    file = encoded(Image.new("RGB", size, (200, 100, 50)), "png")
    assert open_photo(file).pixels.shape == (size[1], size[0], 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_and_avif_are_read_upright(astronaut: np.ndarray, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](astronaut)))
    heic = io.BytesIO()
    pillow_heif.from_pillow(stored).save(heic, quality=95, exif=exif.tobytes())
    for file in (heic.getvalue(), encoded(stored, "avif", quality=95, exif=exif)):
        pixels = open_photo(file).pixels
        assert pixels.shape == astronaut.shape
        assert np.abs(pixels.astype(int) - astronaut).mean() < 4


def test_a_photo_beyond_the_limit_is_refused_before_it_is_decoded() -> None:
    header = struct.pack(">4sIIBBBBB", b"IHDR", 40000, 30000, 1, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    bomb += struct.pack(">I", zlib.crc32(header)) + encoded(Image.new("1", (9, 9)), "png")[33:]
    with pytest.raises(PhotoError, match=r"40000×30000 is more than the 268 megapixels"):
        open_photo(bomb)
    with pytest.raises(PhotoError, match="megapixels"):
        open_photo(Image.new("L", (200, 100)), max_pixels=10_000)
    with pytest.raises(PhotoError, match="megapixels"):
        open_photo(encoded(np.zeros((100, 200), np.uint8), "tiff"), max_pixels=10_000)
    with pytest.raises(PhotoError, match="megapixels"):
        open_photo(np.zeros((100, 200, 3), np.uint8), max_pixels=10_000)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 5, 3), np.float32),
        np.zeros((4, 5, 3), np.uint16),
        np.zeros((4, 5, 4), np.float64),
        np.zeros((4, 5), np.int16),
        np.zeros((4, 5), bool),
        np.zeros((4, 5, 2), np.uint8),
        np.zeros((2, 4, 5, 3), np.uint8),
        np.zeros(7, np.uint8),
        np.zeros((0, 5, 3), np.uint8),
        np.zeros((4, 0), np.uint8),
    ],
)
def test_arrays_of_another_type_or_shape_are_refused(array: np.ndarray) -> None:
    with pytest.raises(PhotoError):
        open_photo(array)


def test_an_array_that_is_a_view_is_taken_as_it_looks(astronaut: np.ndarray) -> None:
    view = astronaut[::2, ::-1]
    pixels = open_photo(view).pixels
    assert pixels.flags.c_contiguous
    assert np.array_equal(pixels, view)


def test_something_that_is_no_photo_at_all_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="a photo is a path"):
        open_photo(3)


def test_a_folder_gives_its_photos_in_order_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", ".hidden.jpg", "notes.txt", "c.webp"):
        (tmp_path / name).touch()
    os.mkdir(tmp_path / "folder.jpg")
    assert [path.name for path in find_photos(tmp_path)] == ["a.png", "b.JPG", "c.webp"]


def test_bgr_arrays_are_taken_in_opencvs_order(astronaut: np.ndarray) -> None:
    assert np.array_equal(open_photo(astronaut[..., ::-1], bgr=True).pixels, astronaut)
    half = np.dstack([astronaut, astronaut[..., 0]])
    assert np.array_equal(
        open_photo(half[..., [2, 1, 0, 3]], bgr=True).pixels, open_photo(half).pixels
    )
    for source in (astronaut[..., 0], encoded(astronaut, "png"), Image.fromarray(astronaut)):
        with pytest.raises(InvalidArgumentError, match="bgr"):
            open_photo(source, bgr=True)


@pytest.mark.parametrize("form", ["rgb", "grey", "bgr", "rgba", "view"])
def test_a_session_owns_its_pixels(segmenter: Segmenter, form: str) -> None:
    """A camera loop writes the next frame into the same array."""
    frame = scene(things=((32, 48, 96, 128),))
    if form == "grey":
        frame = frame[..., 0].copy()
    elif form == "rgba":
        frame = np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)])
    given = frame[:, ::-1][:, ::-1] if form == "view" else frame
    session = segmenter.open(given, bgr=form == "bgr")
    kept = session.photo.pixels.copy()
    frame[:] = 77
    mask = session.predict()
    assert np.array_equal(session.photo.pixels, kept)
    assert mask.array[60, 60]
    assert not mask.array[10, 10]


def test_hidden_files_of_another_system_are_no_photos(tmp_path: Path) -> None:
    for name in ("._cat.jpg", "cat.HEIC", "dog.avif", ".DS_Store"):
        (tmp_path / name).touch()
    assert [path.name for path in find_photos(tmp_path)] == ["cat.HEIC", "dog.avif"]
