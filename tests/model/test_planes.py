"""Prompt planes in torch against the contract's formula, written plainly."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from squeezesam_model.planes import click_radius, prompt_planes

coordinate = st.floats(-3, 70, width=32)
clicks = st.lists(st.tuples(coordinate, coordinate, st.sampled_from([0, 1])), max_size=6)


def _plain(points: list[tuple[float, float, int]], height: int, width: int) -> np.ndarray:
    radius = 5 * max(height, width) / 512
    plane = np.zeros((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            hit = {
                label
                for px, py, label in points
                if (np.float32(x) - np.float32(px)) ** 2 + (np.float32(y) - np.float32(py)) ** 2
                <= radius**2
            }
            plane[y, x] = 1 if 1 in hit else (-1 if 0 in hit else 0)
    return plane


def _tensors(points: list[tuple[float, float, int]]) -> tuple[torch.Tensor, torch.Tensor]:
    xy = torch.tensor([[p[0], p[1]] for p in points], dtype=torch.float32).reshape(1, -1, 2)
    return xy, torch.tensor([[float(p[2]) for p in points]])


@settings(max_examples=40, deadline=None)
@given(clicks)
def test_clicks_are_filled_discs_where_foreground_wins(
    points: list[tuple[float, float, int]],
) -> None:
    planes = prompt_planes(*_tensors(points), 48, 64)
    np.testing.assert_array_equal(planes[0, 1].numpy(), _plain(points, 48, 64))
    assert (planes[0, 0] == 1).all()


def test_a_box_is_one_inside_with_its_edges() -> None:
    xy = torch.tensor([[[2.0, 3.0], [5.0, 7.0]]])
    planes = prompt_planes(xy, torch.tensor([[2.0, 3.0]]), 12, 10)
    assert planes[0, 0].sum() == 4 * 5
    assert planes[0, 0, 3, 2] == 1
    assert planes[0, 0, 7, 5] == 1
    assert planes[0, 0, 8, 5] == 0


def test_a_disc_at_512_has_radius_five() -> None:
    planes = prompt_planes(torch.tensor([[[100.0, 100.0]]]), torch.tensor([[1.0]]), 512, 512)
    assert click_radius(512, 512) == 5
    assert planes[0, 1].sum() == sum(
        1 for y in range(-5, 6) for x in range(-5, 6) if x * x + y * y <= 25
    )
