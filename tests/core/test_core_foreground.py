"""Cut-outs on other backgrounds: the object's own colours at soft edges, against pymatting's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from made_composites import Composite, composite
from made_masks import mask_of  # finds the modules of tests/vectors
from pymatting import estimate_foreground_ml

from foreground_reference import foreground  # isort: skip

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
KINDS = ("sharp", "soft", "hair", "moved")
BACKGROUNDS = ((0, 0, 0), (255, 255, 255), (0, 255, 0))


def _error(colour: Pixels | Floats, alpha: Pixels, made: Composite) -> float:
    """Root mean square of the composites' differences on three backgrounds, at the soft edge."""
    edge = (alpha > 0) & (alpha < 255) | (made.alpha > 0) & (made.alpha < 1)
    own, true = (each[edge][:, None] for each in (alpha / 255.0, made.alpha))
    squares = []
    for behind in np.array(BACKGROUNDS, float):
        mixed = own * colour[edge] + (1 - own) * behind
        wanted = true * made.front[edge] + (1 - true) * behind
        squares.append(((mixed - wanted) ** 2).mean())
    return float(np.sqrt(np.mean(squares)))


def _of_pymatting(photo: Pixels, alpha: Pixels) -> Floats:
    found = 255.0 * estimate_foreground_ml(photo / 255.0, alpha / 255.0)
    return np.where((alpha == 255)[..., None], photo, found)


@pytest.mark.parametrize("kind", KINDS)
def test_with_the_true_alpha_the_colours_are_no_worse_than_pymattings(kind: str) -> None:
    """With the reference, which the core is held against to the byte; the core's alpha is its
    own."""
    made = composite(kind)
    alpha = np.round(255 * made.alpha).astype(np.uint8)
    ours = _error(foreground(made.photo, alpha, made.photo, alpha), alpha, made)
    assert ours <= _error(_of_pymatting(made.photo, alpha), alpha, made)
    assert ours < 0.6 * _error(made.photo, alpha, made)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_out_on_another_background_shows_less_of_the_old_one(kind: str) -> None:
    made = composite(kind)
    side = max(made.photo.shape)
    plane = np.full((side, side), -4.0)
    plane[: made.alpha.shape[0], : made.alpha.shape[1]] = np.where(made.alpha > 0.5, 4.0, -4.0)
    cut = mask_of(made.photo, plane).cutout(made.photo)[0]
    colour, alpha = cut[..., :3], np.ascontiguousarray(cut[..., 3])
    ours = _error(colour, alpha, made)
    assert ours < _error(made.photo, alpha, made)
    assert ours <= 1.02 * _error(_of_pymatting(made.photo, alpha), alpha, made)
    opaque = alpha == 255
    np.testing.assert_array_equal(colour[opaque], made.photo[opaque])


@pytest.mark.parametrize("premultiplied", [False, True])
def test_premultiplied_colours_are_the_straight_ones_times_alpha(premultiplied: bool) -> None:
    made = composite("soft")
    plane = np.full((32, 32), -4.0)
    plane[6:18, 6:20] = 4.0
    mask = mask_of(made.photo, plane)
    cut = mask.cutout(made.photo, premultiplied=premultiplied)[0].astype(int)
    straight = mask.cutout(made.photo)[0].astype(int)
    factor = straight[..., 3:] if premultiplied else 255
    np.testing.assert_array_equal(cut[..., :3], (2 * straight[..., :3] * factor + 255) // 510)
    part, x, y = mask.cutout(made.photo, premultiplied=premultiplied, crop=True)
    window = np.s_[y : y + part.shape[0], x : x + part.shape[1]]
    np.testing.assert_array_equal(part, cut[window])
    assert part[..., 3].sum() == cut[..., 3].sum()
