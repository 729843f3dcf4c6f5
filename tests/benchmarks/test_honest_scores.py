"""docs/scores.md is what was measured; the lines are least squares; asking counts what it says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from lab import honest_scores
from squeezesam_model.metadata import read_metadata
from squeezesam_model.weights import file_sha256, shipped_weights
from squeezesam_train.evaluation.calibration import POOR_IOU

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_written_from_the_json() -> None:
    results = json.loads((DOCS / "scores.json").read_text("utf-8"))
    assert (DOCS / "scores.md").read_text("utf-8") == honest_scores.page(results) + "\n"


def test_the_shipped_weights_carry_the_lines_of_the_page() -> None:
    results = json.loads((DOCS / "scores.json").read_text("utf-8"))
    assert results
    for preset, result in results.items():
        lines = read_metadata(shipped_weights(preset)).score_lines
        assert [list(line) for line in lines] == result["lines"]
        assert file_sha256(shipped_weights(preset)) == result["weights_sha256"]


@pytest.mark.parametrize("seed", range(20))
def test_a_line_is_that_of_least_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    told = rng.random(int(rng.integers(2, 300)))
    true = np.clip(0.6 * told + 0.2 + rng.normal(0, 0.02, told.size), 0, 1)
    scale, shift = honest_scores.fitted(told, true)
    if scale > honest_scores.LEAST_SCALE:
        assert [scale, shift] == pytest.approx(np.polyfit(told, true, 1).tolist(), abs=1e-3)
    assert scale * told.mean() + shift == pytest.approx(true.mean(), abs=1e-4)


@pytest.mark.parametrize("told", [[0.5], [0.5, 0.5], [0.1, 0.9], [0.9, 0.1]])
def test_scores_that_say_nothing_still_rise(told: list[float]) -> None:
    scale, _ = honest_scores.fitted(np.array(told), np.array([0.8, 0.2][: len(told)]))
    assert scale >= honest_scores.LEAST_SCALE


@pytest.mark.parametrize("seed", range(20))
def test_asking_counts_poor_masks_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    told, true = rng.random((2, int(rng.integers(1, 60))))
    limit = float(rng.random())
    found = honest_scores.asked(told, true, limit)
    rightly = sum(t < limit and u < POOR_IOU for t, u in zip(told, true, strict=True))
    asked, poor = sum(t < limit for t in told), sum(u < POOR_IOU for u in true)
    assert found["asked"] == pytest.approx(asked / len(told))
    assert found["precision"] == pytest.approx(rightly / asked if asked else 1)
    assert found["recall"] == pytest.approx(rightly / poor if poor else 1)
