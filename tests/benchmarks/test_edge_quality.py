"""docs/edges.md is what was measured, and the scores mean what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lab import edge_quality

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_written_from_the_json() -> None:
    result = json.loads((DOCS / "edges.json").read_text("utf-8"))
    assert (DOCS / "edges.md").read_text("utf-8") == edge_quality.page(result)


def test_a_gain_is_the_mean_of_the_pairs_with_its_standard_error() -> None:
    def record(plain: float, refined: float) -> dict[str, dict[str, float]]:
        return {
            "plain": dict.fromkeys(edge_quality.MEASURES, plain),
            "setting": dict.fromkeys(edge_quality.MEASURES, refined),
        }

    found = edge_quality.summary([record(0.5, 0.6), record(0.5, 0.8), record(0.5, 0.4)], "setting")
    edge = found["boundary_iou"]
    assert edge["gain"] == pytest.approx(0.1)
    assert edge["standard_error"] == pytest.approx(0.2 / 3**0.5)
    assert edge["better"] == pytest.approx(2 / 3)
    assert not edge_quality.helps(found)
    sure = edge_quality.summary([record(0.5, 0.6), record(0.5, 0.61)], "setting")
    assert edge_quality.helps(sure)
