"""Pieces, holes, outlines and run lengths against scikit-image, SciPy and plain numpy."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from heat_maps import bundled_photos, random_heat_maps
from scipy import ndimage
from skimage.measure import label, points_in_poly
from squeezesam import InvalidArgumentError, _core

Bitmap = npt.NDArray[np.bool_]


def _bitmaps(count: int) -> Iterator[Bitmap]:
    for _, heat in random_heat_maps(count, seed=9):
        yield heat > np.median(heat)


def _photo_bitmap() -> Bitmap:
    """A large ragged mask: the cat's brighter half."""
    grey = cv2.cvtColor(bundled_photos()["cat"], cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (800, 540), interpolation=cv2.INTER_CUBIC) > 110


@pytest.fixture(scope="module")
def bitmaps() -> list[Bitmap]:
    return [*_bitmaps(600), _photo_bitmap()]


def test_the_largest_piece_is_scikit_images(bitmaps: list[Bitmap]) -> None:
    for bitmap in bitmaps:
        labels = label(bitmap, connectivity=2)
        areas = np.bincount(labels.ravel())[1:]
        wanted = labels == 1 + areas.argmax() if len(areas) else bitmap
        np.testing.assert_array_equal(_core.largest_component(bitmap), wanted)


@pytest.mark.parametrize("max_area", [0, 1, 5, 40, -1])
def test_holes_are_scipys_up_to_their_area(bitmaps: list[Bitmap], max_area: int) -> None:
    for bitmap in bitmaps:
        holes = ndimage.binary_fill_holes(bitmap) & ~bitmap
        labels, _ = ndimage.label(holes)
        areas = np.bincount(labels.ravel())
        small = holes & (areas[labels] <= max_area) if max_area >= 0 else holes
        np.testing.assert_array_equal(_core.fill_holes(bitmap, max_area), bitmap | small)


def _plain_run_lengths(bitmap: Bitmap) -> list[int]:
    flat = bitmap.ravel(order="F").astype(int)
    changes = np.flatnonzero(np.diff(np.concatenate([[0], flat])))
    return [int(n) for n in np.diff(np.concatenate([[0], changes, [flat.size]]))]


def test_run_lengths_are_plain_numpys_and_decode_to_the_bitmap(bitmaps: list[Bitmap]) -> None:
    for bitmap in bitmaps:
        counts = _core.rle(bitmap)
        assert counts.tolist() == _plain_run_lengths(bitmap)
        decoded = _core.rle_decode(counts, bitmap.shape[1], bitmap.shape[0])
        np.testing.assert_array_equal(decoded, bitmap)
        text = _core.rle_to_string(counts)
        assert _core.rle_from_string(text).tolist() == counts.tolist()


def _plain_coco_string(counts: list[int]) -> str:
    """COCO's compression, from its description: signed base-32 digits, differences from the third
    entry on."""
    characters = []
    for i, count in enumerate(counts):
        value = count - counts[i - 2] if i > 2 else count
        while True:
            digit, value = value & 31, value >> 5
            done = value == (-1 if digit & 16 else 0)
            characters.append(chr(48 + digit + (0 if done else 32)))
            if done:
                break
    return "".join(characters)


def test_the_compressed_string_is_cocos(bitmaps: list[Bitmap]) -> None:
    for bitmap in bitmaps:
        counts = _core.rle(bitmap)
        assert _core.rle_to_string(counts) == _plain_coco_string(counts.tolist())


def _fill_even_odd(rings: list[tuple[npt.NDArray[np.float32], int]], bitmap: Bitmap) -> Bitmap:
    """Toggles everything right of each vertical edge."""
    toggles = np.zeros((bitmap.shape[0], bitmap.shape[1] + 1), int)
    for ring, _ in rings:
        corners = ring.astype(int)
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            assert (x0 == x1) != (y0 == y1), "the exact outline runs along pixel edges"
            if x0 == x1:
                toggles[min(y0, y1) : max(y0, y1), x0] += 1
    return (toggles.cumsum(axis=1)[:, :-1] % 2).astype(bool)


def test_an_exact_outline_filled_again_is_the_mask(bitmaps: list[Bitmap]) -> None:
    for bitmap in bitmaps:
        rings = _core.contour(bitmap)
        np.testing.assert_array_equal(_fill_even_odd(rings, bitmap), bitmap)


def test_an_outline_of_more_than_a_million_runs_is_refused_in_a_sentence() -> None:
    checkers = np.indices((1024, 2048)).sum(0) % 2 == 0  # 2^20 runs
    with pytest.raises(InvalidArgumentError, match=r"too ragged.*more than 1048576 runs"):
        _core.contour(np.vstack([checkers, checkers[:1]]))
    assert len(_core.contour(checkers[:64])) == 1 + 62 * 1023  # and as many holes


def _signed_area(ring: npt.NDArray[np.float32]) -> float:
    x, y = ring.astype(np.float64).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def test_there_is_an_outer_ring_for_every_piece_and_a_hole_for_every_hole(
    bitmaps: list[Bitmap],
) -> None:
    for bitmap in bitmaps:
        rings = _core.contour(bitmap)
        pieces = label(bitmap, connectivity=2).max()
        around = np.pad(~bitmap, 1, constant_values=True)
        holes = ndimage.label(around)[1] - 1  # all background but the outside
        assert sum(parent == -1 for _, parent in rings) == pieces
        assert sum(parent >= 0 for _, parent in rings) == holes
        for ring, parent in rings:
            assert (_signed_area(ring) > 0) == (parent == -1)


def test_holes_lie_inside_their_parents() -> None:
    for bitmap in _bitmaps(120):
        rings = _core.contour(bitmap)
        for ring, parent in rings:
            if parent >= 0:
                # The four pixels round a corner of a hole: one at least is its parent's.
                around = ring[0] + np.array([(x, y) for x in (-0.5, 0.5) for y in (-0.5, 0.5)])
                assert points_in_poly(around, rings[parent][0]).any()


@pytest.mark.parametrize("epsilon", [0.8, 2.5])
def test_a_simplified_outline_strays_at_most_epsilon(epsilon: float) -> None:
    bitmap = _photo_bitmap()[:300, :400]
    exact = _core.contour(bitmap)
    simple = _core.contour(bitmap, epsilon)
    assert sum(len(ring) for ring, _ in simple) < 0.6 * sum(len(ring) for ring, _ in exact)
    by_start = {tuple(ring[0]): ring for ring, _ in simple}
    compared = 0
    for ring, _ in exact:
        kept = by_start.get(tuple(ring[0]))
        if kept is None or not {tuple(c) for c in kept} <= {tuple(c) for c in ring}:
            continue
        compared += 1
        starts, ends = kept, np.roll(kept, -1, axis=0)
        along = ends - starts
        offset = ring[:, None] - starts[None]
        t = np.clip((offset * along).sum(2) / np.maximum((along**2).sum(1), 1e-9), 0, 1)
        distance = np.linalg.norm(offset - t[..., None] * along, axis=2).min(axis=1)
        assert distance.max() <= epsilon + 1e-4
    assert compared > len(simple) // 2
