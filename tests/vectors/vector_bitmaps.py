"""bitmaps.json: pieces, holes, run lengths and outlines, by scikit-image and plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from skimage import data
from vector_reference import (
    Bools,
    Random,
    TieError,
    bitmap_of,
    fill_holes,
    keep_largest,
    rings,
    rle_counts,
    rle_string,
    rows_of,
    simplify,
)

ABOUT = (
    "bitmap: rows of '#' inside and '.' outside, with largest (ssam_bitmap_keep_largest), filled "
    "(ssam_bitmap_fill_holes by max_area), rle (ssam_bitmap_rle_counts, ssam_rle_to_string, "
    "ssam_rle_from_string, ssam_rle_decode) and contour (ssam_bitmap_contour, epsilon 0; points "
    "x, y; compare as the README says). simplified: the same with epsilon > 0, for bitmaps without "
    "holes. bad_rle: ssam_rle_from_string fails with this status and sentence."
)
TOLERANCE = {"all": "exact"}

_DRAWN = {
    "nothing": ["....", "....", "...."],
    "everything": ["####", "####"],
    "one pixel": ["#"],
    "column": [".", "#", "#", "."],
    "ring": ["###", "#.#", "###"],
    "equal pieces: the first stays": ["..##", "....", "##.."],
    "corners touch": ["#..", ".#.", "#.#"],
    "holes touch": ["####", "#.##", "##.#", "####"],
    "a hole at the outside's corner": [".###", "#.##", "####"],
    "holes of 1 and 2": ["#######", "#.#..##", "#######"],
    "open bay": ["####", "#..#", "#.##", "#.##"],
    "island in a hole": ["######", "#....#", "#.##.#", "#....#", "######"],
    "run from column to column": [".#.", "##.", "##."],
}


def cases() -> list[dict[str, Any]]:
    """All cases, as the JSON holds them."""
    found = [_case(name, bitmap) for name, bitmap in _bitmaps()]
    return [*found, *_simplified(), *_bad_strings()]


def _bitmaps() -> Iterator[tuple[str, Bools]]:
    for name, rows in _DRAWN.items():
        yield name, bitmap_of(rows)
    rng = Random(5)
    for percent in (10, 45, 60, 90):
        yield f"noise of {percent} %", rng.array((14, 19), 100) < percent
    yield "cat", data.chelsea()[20:276:8, 50:370:8, 0] > 140
    yield "horse", ~data.horse()[8::10, 8::10]


def _case(name: str, bitmap: Bools) -> dict[str, Any]:
    counts = rle_counts(bitmap)
    return {
        "kind": "bitmap",
        "name": name,
        "rows": rows_of(bitmap),
        "largest": rows_of(keep_largest(bitmap)),
        "filled": [
            {"max_area": area, "rows": rows_of(fill_holes(bitmap, area))} for area in (0, 1, 3, -1)
        ],
        "rle_counts": counts,
        "rle_string": rle_string(counts),
        "contour": [
            {"parent": parent, "points": [list(p) for p in ring]} for ring, parent in rings(bitmap)
        ],
    }


def _simplified() -> list[dict[str, Any]]:
    rng = Random(6)
    found: list[dict[str, Any]] = []
    while len(found) < 6:
        blocks = np.zeros((26, 31), bool)
        for _ in range(7):
            x, y = rng.below(20), rng.below(16)
            blocks[y : y + 3 + rng.below(9), x : x + 3 + rng.below(11)] = True
        bitmap = fill_holes(keep_largest(blocks), -1)
        epsilon = 1 + rng.below(8) / 4
        ((ring, _),) = rings(bitmap)
        try:
            points = [list(p) for p in simplify(ring, epsilon)]
        except TieError:
            continue
        if 4 < len(points) < len(ring):
            rows, name = rows_of(bitmap), f"blocks {len(found)}"
            found.append({"kind": "simplified", "name": name, "rows": rows, "epsilon": epsilon,
                          "points": points})  # fmt: skip
    return found


def _bad_strings() -> list[dict[str, Any]]:
    text = "not a COCO run-length string "
    bad = {
        "T": text + "(at character 1)",
        " ": text + "(at character 0)",
        "16\u007f": text + "(at character 2)",
        "N": text + "(a run of -2 pixels)",
    }
    return [
        {"kind": "bad_rle", "string": string, "status": "SSAM_ERROR_INVALID_ARGUMENT",
         "sentence": sentence}
        for string, sentence in bad.items()
    ]  # fmt: skip
