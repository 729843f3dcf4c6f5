"""Orientation and resizing against Pillow and OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from heat_maps import bundled_photos
from PIL import Image, ImageOps
from squeezesam import _core

SIZES = [(512, 512), (200, 333), (61, 17), (1, 1), (300, 40)]


def _pillow_upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    image = Image.fromarray(pixels)
    image.getexif()[0x0112] = orientation
    return np.asarray(ImageOps.exif_transpose(image))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_pillow_turns_it(orientation: int) -> None:
    photo = bundled_photos()["cat"][:190, :271]
    for pixels in (photo, photo[:, :, 0].copy(), np.dstack([photo, photo[:, :, :1]])):
        found = _core.orient(pixels, orientation)
        np.testing.assert_array_equal(found, _pillow_upright(pixels, orientation))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_resizing_a_turned_photo_is_turning_and_resizing_it(orientation: int) -> None:
    photo = bundled_photos()["coffee"][:211, :307].copy()
    upright = _pillow_upright(photo, orientation)
    for width, height in ((128, 96), (96, 128), (400, 350)):
        found = _core.resize(photo, width, height, orientation)
        np.testing.assert_array_equal(found, _core.resize(upright.copy(), width, height))


@pytest.mark.parametrize("name", ["astronaut", "cat", "coffee"])
def test_shrinking_is_within_one_level_of_opencvs_area_average(name: str) -> None:
    photo = bundled_photos()[name]
    for width, height in SIZES:
        if width > photo.shape[1] or height > photo.shape[0]:
            continue
        wanted = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
        difference = np.abs(_core.resize(photo, width, height).astype(int) - wanted)
        assert difference.max() <= 1
        assert difference.mean() < 0.1  # halves, which OpenCV rounds to even


def _shares(source: int, target: int) -> np.ndarray:
    """target×source: which share of target pixel j lies on source pixel i, as whole numbers."""
    i, j = np.arange(source), np.arange(target)[:, None]
    overlap = np.minimum((i + 1) * target, (j + 1) * source) - np.maximum(i * target, j * source)
    return np.asarray(np.maximum(overlap, 0))


@pytest.mark.parametrize("size", SIZES)
def test_shrinking_is_the_exact_area_average_rounded_half_up(size: tuple[int, int]) -> None:
    photo = bundled_photos()["coffee"][:371, :539].copy()
    width, height = min(size[0], photo.shape[1]), min(size[1], photo.shape[0])
    rows, columns = _shares(photo.shape[0], height), _shares(photo.shape[1], width)
    sums = np.einsum("hv,vuc->huc", rows, photo.astype(np.int64))
    sums = np.einsum("wu,huc->hwc", columns, sums)
    area = photo.shape[0] * photo.shape[1]
    wanted = (2 * sums + area) // (2 * area)
    np.testing.assert_array_equal(_core.resize(photo, width, height), wanted)


@pytest.mark.parametrize("scale", [1.0, 1.37, 2.0, 5.1])
def test_enlarging_is_within_one_level_of_opencvs_bilinear(scale: float) -> None:
    photo = bundled_photos()["rocket"][100:190, 200:331].copy()
    width, height = round(photo.shape[1] * scale), round(photo.shape[0] * scale)
    wanted = cv2.resize(photo, (width, height), interpolation=cv2.INTER_LINEAR)
    difference = np.abs(_core.resize(photo, width, height).astype(int) - wanted)
    assert difference.max() <= 1


def test_the_size_in_an_input_keeps_the_aspect() -> None:
    rng = np.random.default_rng(2)
    for _ in range(500):
        photo_width, photo_height = (int(side) for side in rng.integers(1, 9000, 2))
        width, height = (int(side) * 32 for side in rng.integers(1, 33, 2))
        scale = min(width / photo_width, height / photo_height)
        found = _core.fit(photo_width, photo_height, width, height)
        for side, limit, photo_side in zip(
            found, (width, height), (photo_width, photo_height), strict=True
        ):
            assert 1 <= side <= limit
            assert side == 1 or abs(side - photo_side * scale) <= 0.5 + 1e-9
        assert found[0] == width or found[1] == height


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpeg", "png", "webp", "tiff"])
def test_the_orientation_is_read_from_files_that_pillow_wrote(
    suffix: str, orientation: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    image = Image.fromarray(bundled_photos()["cat"][:20, :30])
    exif = Image.Exif()
    exif[0x010E] = "a description before the tag"
    exif[0x0112] = orientation
    path = tmp_path_factory.mktemp("exif") / f"photo.{suffix}"
    image.save(path, exif=exif)
    assert _core.exif_orientation(path.read_bytes()) == orientation
    assert _core.exif_orientation(path.read_bytes()[:40]) in (1, orientation)
