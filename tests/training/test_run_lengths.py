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


def test_thousands_of_polygons_are_merged_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    places = rng.integers(0, 200, (5_000, 2)).tolist()
    polygons = [[x, y, x + 3, y, x + 3, y + 2] for x, y in places]
    merge, sizes = coco_mask.merge, []

    def counted(parts: list[dict[str, object]]) -> dict[str, object]:
        sizes.append(len(parts))
        return merge(parts)

    monkeypatch.setattr(coco_mask, "merge", counted)
    found = to_rle(polygons, 210, 210)
    assert max(sizes) < 100
    assert sum(sizes) < 2 * len(polygons)
    assert found == merge(coco_mask.frPyObjects(polygons, 210, 210))


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
        ({"size": [10, 10], "counts": [200, -100]}, "no whole numbers"),
        ({"size": [10, 10], "counts": "\x00"}, "do not fill"),
        ({"size": [10, 10], "counts": ""}, "without run lengths"),
        ({"size": [10, 10]}, "without run lengths"),
        ({"size": [10, 10], "counts": [0.5, 99.5]}, "no whole numbers"),
        ({"size": [10, 10], "counts": [10**10 - 1]}, "no whole numbers"),
        ({"size": [10, 10], "counts": [10**400]}, "no whole numbers"),
        ({"size": [10, 10], "counts": [float("nan"), 100]}, "no whole numbers"),
        ({"size": [10, 10], "counts": [True, 99]}, "without run lengths"),
        ({"size": list(range(10**5)), "counts": [100]}, r"has a mask of the size \[0, 1, 2"),
        ([[0, 0, 5, 0, 20.5, 5]], "far outside"),
        ([[0, 0, 5, 0, 5, -21]], "far outside"),
        ([[0, 0, 5, 0, 5, 10**401]], "far outside"),
        ([[0, 0, 5, 0, 5, float("inf")]], "far outside"),
        ([[0, 0, 5, 0, 5, float("nan")]], "far outside"),
        ([[0, 0, 19, 19] * 30_000], "outline of more than"),
        ([[0, 0, 19, 0, 0, 19]] * 20_000, "outline of more than"),
    ],
)
def test_wrong_masks_are_refused(segmentation: object, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        to_rle(segmentation, 10, 10)
    assert len(str(caught.value)) < 200


def test_whole_numbers_may_be_written_with_a_point_and_corners_may_lie_a_little_outside() -> None:
    whole = to_rle({"size": [10, 10], "counts": [40.0, 20, 40]}, 10, 10)
    assert coco_mask.area(whole) == 20
    assert coco_mask.area(to_rle([[-3, -3, 12, -3, 12, 12, -3, 12]], 10, 10)) == 100


def test_runs_that_end_early_are_refused() -> None:
    mask = np.zeros((50, 50), bool)
    mask[10:30, 20:40] = True
    whole = compressed(mask)
    cut = {**whole, "counts": whole["counts"][:-2]}
    with pytest.raises(ValueError, match="do not fill"):
        to_rle(cut, 50, 50)
