"""Run lengths are checked before pycocotools trusts them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from sample_sets import compressed, plain
from skimage.draw import polygon2mask
from squeezesam_train.sources.run_lengths import to_rle, total_run


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_the_runs_of_any_mask_fill_its_photo(h: int, w: int, share: float, seed: int) -> None:
    mask = np.random.default_rng(seed).random((h, w)) < share
    counts = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"]
    assert total_run(counts) == h * w


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=0, max_size=40))
def test_arbitrary_bytes_give_a_number_or_minus_one(counts: bytes) -> None:
    assert total_run(counts) >= -1


def test_all_forms_of_one_mask_agree() -> None:
    corners = [(5.0, 10.0), (5.0, 50.0), (30.0, 55.0), (35.0, 12.0)]
    flat = [v for y, x in corners for v in (x, y)]
    expected = polygon2mask((40, 60), corners)
    found = coco_mask.decode(to_rle([flat], 40, 60)).astype(bool)
    assert (found & expected).sum() / (found | expected).sum() > 0.93
    for form in (plain(found), compressed(found)):
        assert (coco_mask.decode(to_rle(form, 40, 60)) == found).all()


def test_masks_without_pixels_are_none() -> None:
    assert to_rle([], 10, 10) is None
    assert to_rle([[1, 1, 5, 5]], 10, 10) is None
    assert to_rle(None, 10, 10) is None
    assert to_rle(plain(np.zeros((10, 10), bool)), 10, 10) is None


@pytest.mark.parametrize(
    ("segmentation", "message"),
    [
        ("circle", "neither polygons nor run lengths"),
        ([[1, 2, 3, 4, 5, "x"]], "no list of x, y"),
        ([[1, 2, 3, 4, 5, 6, 7]], "no list of x, y"),
        ({"size": [10, 11], "counts": [110]}, r"size \[10, 11\]"),
        ({"size": [10, 10], "counts": [50]}, "do not fill"),
        ({"size": [10, 10], "counts": [200, -100]}, "do not fill"),
        ({"size": [10, 10], "counts": "\x00"}, "do not fill"),
        ({"size": [10, 10], "counts": ""}, "without run lengths"),
        ({"size": [10, 10]}, "without run lengths"),
    ],
)
def test_wrong_masks_are_refused(segmentation: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        to_rle(segmentation, 10, 10)


def test_runs_that_end_early_are_refused() -> None:
    mask = np.zeros((50, 50), bool)
    mask[10:30, 20:40] = True
    whole = compressed(mask)
    cut = {**whole, "counts": whole["counts"][:-2]}
    with pytest.raises(ValueError, match="do not fill"):
        to_rle(cut, 50, 50)
