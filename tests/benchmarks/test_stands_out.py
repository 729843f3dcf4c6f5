"""docs/stands_out.md is what was measured, the fit keeps its promise, empty pictures are many."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from lab import stands_out
from measure.empty_pictures import empty_pictures

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_written_from_the_json() -> None:
    result = json.loads((DOCS / "stands_out.json").read_text("utf-8"))
    assert (DOCS / "stands_out.md").read_text("utf-8") == stands_out.page(result) + "\n"


@pytest.mark.parametrize("seed", range(20))
def test_the_fit_refuses_at_most_its_share_and_lies_as_far_below_as_int8_moves_it(
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    peaks = rng.integers(0, 256, int(rng.integers(1, 400))).tolist()
    share = float(rng.uniform(0, 0.5))
    least = stands_out.fitted(peaks, share)
    highest = least + stands_out.INT8_MOVES
    assert sum(peak < least for peak in peaks) <= share * len(peaks)
    assert sum(peak < highest + 1 for peak in peaks) > share * len(peaks)
    assert least == 0 or sum(peak < highest for peak in peaks) <= share * len(peaks)


def test_a_hundred_empty_pictures_were_judged() -> None:
    result = json.loads((DOCS / "stands_out.json").read_text("utf-8"))
    assert all(len(row["empty"]) >= 100 for row in result["rows"])


def test_the_empty_pictures_are_photos_and_the_same_each_time() -> None:
    # Those before the ones out of focus, whose blur takes long.
    first, second = (dict(islice(empty_pictures(), 60)) for _ in range(2))
    assert len(first) == 60
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert all(p.dtype == np.uint8 and p.ndim == 3 and p.shape[2] == 3 for p in first.values())
