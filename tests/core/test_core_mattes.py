"""The alpha of cut-outs: against plain numpy to the byte, and against composites of known alpha."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from heat_maps import bundled_photos
from made_composites import composite
from made_masks import mask_of  # finds the modules of tests/vectors
from matte_reference import cutout as reference_cutout
from scipy.ndimage import gaussian_filter
from vector_reference import fit

Floats = npt.NDArray[np.float64]
SIDE = 128  # of the network's input; its logits are a quarter of it


@pytest.mark.parametrize(
    ("size", "seed"), [((280, 210), 1), ((90, 141), 2), ((1100, 90), 3), ((64, 2), 4)]
)
def test_cut_outs_are_the_references_to_the_byte(size: tuple[int, int], seed: int) -> None:
    """Photos below and above the work picture's 1024 pixels, and one of two rows."""
    rng = np.random.default_rng(seed)
    photo = cv2.resize(bundled_photos()["cat"], size, interpolation=cv2.INTER_CUBIC)
    coarse = rng.normal(0, 6, (5, 5)).astype(np.float32)
    plane = cv2.resize(coarse, (SIDE // 4, SIDE // 4), interpolation=cv2.INTER_CUBIC)
    mask = mask_of(photo, plane)
    resized = fit(size, (SIDE, SIDE))
    valid = (resized[0] / 4, resized[1] / 4)
    found = mask.alpha(photo)
    wanted = reference_cutout(photo, mask.array() > 0, plane, valid)
    np.testing.assert_array_equal(found, wanted[..., 3])
    np.testing.assert_array_equal(mask.cutout(photo)[0], wanted)
    assert {0, 255} <= set(np.unique(found))


@pytest.mark.parametrize("size", [(280, 210), (1100, 90)])
def test_a_photos_own_alpha_multiplies_it_and_its_colours_stay(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    colour = cv2.resize(bundled_photos()["cat"], size, interpolation=cv2.INTER_CUBIC)
    coarse = rng.integers(-200, 500, (6, 6)).astype(np.float32)
    own = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)
    photo = np.dstack([colour, own])
    coarse = rng.normal(0, 6, (5, 5)).astype(np.float32)
    plane = cv2.resize(coarse, (SIDE // 4, SIDE // 4), interpolation=cv2.INTER_CUBIC)
    mask = mask_of(photo, plane)
    resized = fit(size, (SIDE, SIDE))
    valid = (resized[0] / 4, resized[1] / 4)
    inside = mask.array() > 0
    wanted = reference_cutout(photo, inside, plane, valid)
    np.testing.assert_array_equal(mask.cutout(photo)[0], wanted)
    np.testing.assert_array_equal(mask.alpha(photo), wanted[..., 3])
    hard = np.dstack([colour, np.where(inside, own, 0)]).astype(np.uint8)
    hard[hard[..., 3] == 0] = 0
    np.testing.assert_array_equal(mask.cutout(photo, soft=False)[0], hard)
    opaque = np.dstack([colour, np.full_like(own, 255)])
    np.testing.assert_array_equal(mask.cutout(opaque)[0], mask.cutout(colour)[0])


@pytest.mark.parametrize("inside", [True, False])
def test_a_mask_without_an_edge_has_no_soft_alpha(inside: bool) -> None:
    photo = np.ascontiguousarray(bundled_photos()["coffee"][:96, :128])
    mask = mask_of(photo, np.full((SIDE // 4, SIDE // 4), 3.0 if inside else -3.0))
    assert (mask.alpha(photo) == (255 if inside else 0)).all()


def _errors(alpha: Floats, wanted: Floats) -> list[float]:
    """Sum of absolute differences, mean square, and squared differences of the gradients."""

    def slope(values: Floats) -> Floats:
        return np.hypot(*(gaussian_filter(values, 1.4, order=o) for o in ((0, 1), (1, 0))))

    off = alpha - wanted
    gradient = slope(alpha) - slope(wanted)
    return [float(np.abs(off).sum()), float((off**2).mean()), float((gradient**2).sum())]


@pytest.mark.parametrize("kind", ["sharp", "soft", "hair", "moved"])
def test_with_the_true_mask_every_alpha_error_is_below_thresholdings(kind: str) -> None:
    made = composite(kind)
    photo, wanted = made.photo, made.alpha
    mask = wanted > 0.5
    side = max(photo.shape)
    plane = np.where(mask, 4.0, -4.0)
    padded = np.full((side, side), -4.0)
    padded[: mask.shape[0], : mask.shape[1]] = plane
    found = mask_of(photo, padded)
    assert (found.array() > 0).tolist() == mask.tolist()
    ours = _errors(found.alpha(photo) / 255.0, wanted)
    thresholds = _errors(mask.astype(float), wanted)
    for mine, theirs in zip(ours, thresholds, strict=True):
        assert mine < theirs
