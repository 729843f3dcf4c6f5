"""`squeezesam.geometry`: what a session does with a photo, as functions on arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data
from squeezesam import InvalidArgumentError, _core
from squeezesam.geometry import (
    Letterbox,
    fit,
    heat_to_clicks,
    logits_to_heat,
    prompt_planes,
    resize,
)
from vector_cases import VECTORS

SIDES = st.integers(1, 3000)


@given(SIDES, SIDES, st.integers(1, 600), st.integers(1, 600))
@settings(max_examples=100, deadline=None)
def test_a_photo_touches_two_sides_of_its_input_and_keeps_its_aspect(
    width: int, height: int, input_width: int, input_height: int
) -> None:
    fitted = fit((width, height), (input_width, input_height))
    assert fitted[0] == input_width or fitted[1] == input_height
    scale = min(input_width / width, input_height / height)
    for side, whole, limit in zip(
        fitted, (width, height), (input_width, input_height), strict=True
    ):
        assert 1 <= side <= limit
        assert abs(side - max(1.0, whole * scale)) <= 0.5 + 1e-9


def test_a_letterbox_is_what_the_core_feeds_a_network() -> None:
    photo = data.chelsea()
    seen: dict[str, Any] = {}

    def engine(program: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        seen[program] = np.array(inputs["image"])
        return {
            "masks": np.linspace(-3, 4, 4 * 32 * 32, dtype=np.float32).reshape(1, 4, 32, 32),
            "scores": np.full((1, 4), 0.5, np.float32),
        }

    case = json.loads((VECTORS / "sessions.json").read_text("utf-8"))["cases"][0]
    bundle = _core.Bundle.parse(case["manifest"])
    session = _core.Session(_core.Segmenter(bundle, engine, False))
    session.set_image(photo)
    session.add_point(100, 100)
    mask = session.predict(candidate=1)
    box = Letterbox((photo.shape[1], photo.shape[0]), (128, 128))
    image = box.image(photo, (124, 116, 104))
    np.testing.assert_array_equal(image.transpose(2, 0, 1)[None], seen["segment"])
    enlarged = box.enlarge(np.stack([mask.plane(0), mask.plane(1)]))
    assert enlarged.shape == (2, *photo.shape[:2])
    np.testing.assert_array_equal(enlarged[1], mask.logits())
    np.testing.assert_array_equal(box.enlarge(mask.plane(1)), mask.logits())


def test_resizing_averages_areas_and_interpolates_between_centres() -> None:
    photo = data.astronaut()
    small = resize(photo, (200, 200))
    assert np.abs(small.astype(int) - cv2.resize(photo, (200, 200), interpolation=3)).max() <= 1
    large = resize(small, (333, 333))
    assert np.abs(large.astype(int) - cv2.resize(small, (333, 333))).max() <= 1


def test_points_go_to_the_input_and_back() -> None:
    box = Letterbox((451, 300), (512, 384))
    points = np.array([[0, 0], [450, 299], [10.25, 70.5]])
    there = box.to_input(points)
    np.testing.assert_allclose(box.to_photo(there), points, atol=1e-9)
    np.testing.assert_allclose(there[0], 0.5 * np.array(box.resized) / [451, 300] - 0.5)


@pytest.mark.parametrize(
    ("photo", "plane", "covered"),
    [
        ((400, 300), (64, 64), (64, 48)),
        ((1, 1000), (64, 64), (1, 64)),
        ((500, 500), (7, 9), (7, 9)),
    ],
)
def test_a_map_is_covered_where_half_a_pixel_lies_on_the_photo(
    photo: tuple[int, int], plane: tuple[int, int], covered: tuple[int, int]
) -> None:
    assert Letterbox(photo, (256, 256)).covered(plane) == covered


def test_planes_show_discs_and_the_box() -> None:
    planes = prompt_planes(
        [[10, 8], [2, 2], [3, 3], [12, 11]], [1, 0, 2, 3], (20, 16), radius=2.0, box_default=0.5
    )
    assert planes.shape == (2, 16, 20)
    y, x = np.mgrid[:16, :20]
    inside = (x >= 3) & (x <= 12) & (y >= 3) & (y <= 11)
    np.testing.assert_array_equal(planes[0], inside.astype(np.float32))
    assert planes[1].max() == 1
    np.testing.assert_array_equal(planes[1] == 1, (x - 10) ** 2 + (y - 8) ** 2 <= 4)
    np.testing.assert_array_equal(planes[1] == -1, (x - 2) ** 2 + (y - 2) ** 2 <= 4)
    assert (
        prompt_planes(np.empty((0, 2)), [], (4, 4), radius=1.0, box_default=0.5)[0] == 0.5
    ).all()


def test_clicks_lie_on_what_is_warm() -> None:
    logits = np.full((32, 48), -4.0, np.float32)
    logits[8:20, 10:30] = 3.0
    clicks = heat_to_clicks(logits_to_heat(logits))
    assert clicks[0] == (19.5, 13.5)
    assert all(10 <= x < 30 and 8 <= y < 20 for x, y in clicks)
    assert heat_to_clicks(np.zeros((8, 8), np.uint8)) == []


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidArgumentError):
        fit((10, 10), (0, 10))
    with pytest.raises(ValueError, match="not 10×10×3"):
        Letterbox((10, 10), (20, 20)).image(np.zeros((10, 11, 3), np.uint8), (0, 0, 0))
