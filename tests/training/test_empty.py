"""Pictures of nothing: their range, their variety, and what the heat map is to say of them."""

from __future__ import annotations

import numpy as np
import pytest
from squeezesam_train.config_file import parse_config
from squeezesam_train.dataset import SaliencySamples
from squeezesam_train.empty import empty_picture
from squeezesam_train.sources.base import Photo


class _OnePhoto:
    """A photo with an object in its middle."""

    name = "one"

    def __len__(self) -> int:
        return 1

    def draw(self, rng: np.random.Generator) -> Photo:
        rgb = np.full((64, 64, 3), 200, np.uint8)
        labels = np.zeros((64, 64), np.uint8)
        labels[20:40, 20:40] = 1
        return Photo("one", rgb, labels, "salient", 1)


def _samples(empty: float) -> SaliencySamples:
    phases = [{"size": 64, "batch": 4, "steps": 2}]
    raw = {"task": "saliency", "preset": "saliency", "data": "none", "phases": phases}
    return SaliencySamples(_OnePhoto(), parse_config({**raw, "empty": empty}), 64, 0, 200)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (48, 96), (33, 17)])
def test_a_picture_of_nothing_is_a_picture_and_no_two_are_alike(height: int, width: int) -> None:
    rng = np.random.default_rng(0)
    pictures = [empty_picture(height, width, rng) for _ in range(30)]
    assert all(p.shape == (height, width, 3) and p.dtype == np.uint8 for p in pictures)
    means = {round(float(p.mean())) for p in pictures}
    spreads = [float(p.std()) for p in pictures]
    assert len(means) > 15
    # Plain ones are among them, and textured ones.
    assert min(spreads) < 15 < max(spreads)
    assert np.array_equal(
        empty_picture(height, width, np.random.default_rng(5)),
        empty_picture(height, width, np.random.default_rng(5)),
    )


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_so_many_samples_have_a_heat_map_of_zero(share: float) -> None:
    samples = _samples(share)
    found = [not samples[i]["target"].any() for i in range(200)]
    assert np.mean(found) == pytest.approx(share, abs=0.1)
    # All of an empty picture counts: nothing is ignored.
    assert all(samples[i]["valid"].all() for i in range(200) if found[i])
