"""Two-plane photos against float64 conversions that know nothing of the core's whole numbers."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from heat_maps import bundled_photos
from squeezesam import InvalidArgumentError, _core

KINDS = [(span, matrix) for span in ("video", "full") for matrix in ("bt601", "bt709")]
# Luma of linear RGB, the first row of the standards' matrices.
LUMA = {"bt601": (0.299, 0.587, 0.114), "bt709": (0.2126, 0.7152, 0.0722)}


def _forward(matrix: str) -> np.ndarray:
    """RGB 0…1 to Y 0…1 and Cb, Cr −½…½: the matrix as the standards print it."""
    luma = np.array(LUMA[matrix])
    blue = (np.array([0.0, 0.0, 1.0]) - luma) / (2 * (1 - luma[2]))
    red = (np.array([1.0, 0.0, 0.0]) - luma) / (2 * (1 - luma[0]))
    return np.stack([luma, blue, red])


def _float_rgb(luma: np.ndarray, pairs: np.ndarray, span: str, matrix: str) -> np.ndarray:
    """float64 RGB 0…255, by inverting the forward matrix with numpy."""
    full = pairs.repeat(2, 0).repeat(2, 1)[: luma.shape[0], : luma.shape[1]].astype(float)
    black, white, swing = (16, 219, 224) if span == "video" else (0, 255, 255)
    yuv = np.dstack([(luma - float(black)) / white, (full - 128) / swing])
    return np.clip(255 * yuv @ np.linalg.inv(_forward(matrix)).T, 0, 255)


@pytest.mark.parametrize(("span", "matrix"), KINDS)
def test_all_colours_are_within_rounding_of_the_float_conversion(span: str, matrix: str) -> None:
    chroma = np.stack(np.meshgrid(np.arange(0, 256, 3), np.arange(0, 256, 3)), -1).astype(np.uint8)
    for level in range(0, 256, 15):
        luma = np.full((2 * chroma.shape[0], 2 * chroma.shape[1]), level, np.uint8)
        found = _core.nv12_to_rgb(luma, chroma, span, matrix).astype(float)
        assert np.abs(found - _float_rgb(luma, chroma, span, matrix)).max() < 0.51


def test_a_photo_is_within_one_level_of_opencvs_conversion() -> None:
    photo = np.ascontiguousarray(bundled_photos()["astronaut"][:200, :306])
    planar = cv2.cvtColor(photo, cv2.COLOR_RGB2YUV_I420)  # video range, BT.601
    luma, chroma = planar[:200], planar[200:].reshape(2, 100, 153)
    pairs = np.ascontiguousarray(chroma.transpose(1, 2, 0))
    interleaved = np.vstack([luma, pairs.reshape(100, 306)])
    wanted = cv2.cvtColor(interleaved, cv2.COLOR_YUV2RGB_NV12).astype(int)
    found = _core.nv12_to_rgb(np.ascontiguousarray(luma), pairs, "video", "bt601")
    assert np.abs(found - wanted).max() <= 1
    # And it is the photo that went in, but for the chroma's lower resolution.
    assert np.abs(found.astype(int) - photo).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_and_resizing_is_that_of_its_rgb(orientation: int) -> None:
    random = np.random.default_rng(orientation)
    luma = random.integers(0, 256, (75, 103), np.uint8)
    pairs = random.integers(0, 256, (38, 52, 2), np.uint8)
    flat = _core.nv12_to_rgb(luma, pairs, "full", "bt709")
    turned = _core.nv12_to_rgb(luma, pairs, "full", "bt709", orientation)
    np.testing.assert_array_equal(turned, _core.orient(flat, orientation))
    for size in ((20, 31), (150, 90)):
        np.testing.assert_array_equal(
            _core.nv12_resize(luma, pairs, "full", "bt709", *size, orientation),
            _core.resize(flat, *size, orientation),
        )


def test_range_and_matrix_must_be_chosen() -> None:
    luma, pairs = np.zeros((2, 2), np.uint8), np.zeros((1, 1, 2), np.uint8)
    with pytest.raises(InvalidArgumentError, match="range 0 is not a SSAM_RANGE"):
        _core.nv12_to_rgb(luma, pairs, "", "bt601")
    with pytest.raises(InvalidArgumentError, match="matrix 0 is not a SSAM_MATRIX"):
        _core.nv12_to_rgb(luma, pairs, "full", "")
    with pytest.raises(InvalidArgumentError, match="two planes are uint8 arrays"):
        _core.nv12_to_rgb(luma, pairs[:, :0], "full", "bt601")
