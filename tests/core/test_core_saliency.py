"""The C++ sampler against scikit-image, click for click."""

from __future__ import annotations

import numpy as np
import pytest
from heat_maps import random_heat_maps, real_heat_maps
from saliency_oracle import oracle_clicks
from skimage.filters import threshold_otsu
from squeezesam import _core


def _disagreements(maps: list[tuple[str, np.ndarray]]) -> list[str]:
    return [
        f"{kind}, {heat.shape}: {found} instead of {wanted}"
        for kind, heat in maps
        if (found := _core.saliency_to_clicks(heat)["clicks"]) != (wanted := oracle_clicks(heat))
    ]


def test_the_sampler_agrees_with_the_oracle_on_2000_random_heat_maps() -> None:
    maps = list(random_heat_maps(2000))
    assert _disagreements(maps) == []
    # The comparison is worth something only if the maps are varied.
    numbers = [len(_core.saliency_to_clicks(heat)["clicks"]) for _, heat in maps]
    assert {0, 2, 3, 4, 5} <= set(numbers)
    assert sum(number == 5 for number in numbers) > 1000


def test_the_sampler_agrees_with_the_oracle_on_200_heat_maps_of_real_photos() -> None:
    maps = list(real_heat_maps(200))
    assert len(maps) == 200
    assert _disagreements(maps) == []


def test_the_threshold_is_otsus_on_random_histograms() -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        levels = rng.choice(256, int(rng.integers(2, 40)), replace=False).astype(np.uint8)
        weights = rng.random(len(levels)) ** 4
        heat = rng.choice(levels, (25, 31), p=weights / weights.sum())
        if (heat == heat[0, 0]).all():
            continue
        assert _core.saliency_to_clicks(heat)["threshold"] == threshold_otsu(heat)


def test_the_heat_of_a_logit_is_its_sigmoid_in_255_steps() -> None:
    logits = np.linspace(-9, 9, 500_001).astype(np.float32)
    wanted = 255 / (1 + np.exp(-logits.astype(np.float64)))
    found = _core.logits_to_heat(logits)
    assert np.abs(found - wanted).max() <= 0.5 + 1e-5
    assert (np.diff(found.astype(int)) >= 0).all()


@pytest.mark.parametrize("step", [2, 3])
def test_a_heat_map_seen_through_a_stride_gives_the_same_clicks(step: int) -> None:
    rng = np.random.default_rng(5)
    wide = rng.integers(0, 256, (60, 60), dtype=np.uint8)
    part = wide[::step, 5:50]
    assert _core.saliency_to_clicks(part) == _core.saliency_to_clicks(part.copy())
