"""Two results side by side: noise is not a regression, and unlike is not compared."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import comparison
import pytest


def changed(result: dict[str, Any], **row: Any) -> dict[str, Any]:
    other = copy.deepcopy(result)
    other["rows"][0].update(row)
    return other


def worse(old: dict[str, Any], new: dict[str, Any], tolerance: float = 0.15) -> list[str]:
    return [c.figure for c in comparison.compare(old, new, tolerance) if c.worse]


def test_the_same_result_is_never_worse(result: dict[str, Any]) -> None:
    assert worse(result, result, 0) == []


@pytest.mark.parametrize(("factor", "found"), [(1.1, []), (1.2, ["tap ms"]), (0.5, [])])
def test_a_median_counts_beyond_the_tolerance_only(
    result: dict[str, Any], factor: float, found: list[str]
) -> None:
    tap = {"count": 50, "p50": 24.25 * factor, "p90": 99.0, "p99": 999.0}
    assert worse(result, changed(result, tap_ms=tap)) == found


def test_tiny_times_do_not_count_by_their_ratio(result: dict[str, Any]) -> None:
    old = changed(result, tap_ms={"count": 9, "p50": 0.2, "p90": 1, "p99": 1})
    new = changed(result, tap_ms={"count": 9, "p50": 0.6, "p90": 1, "p99": 1})
    assert worse(old, new) == []


@pytest.mark.parametrize(
    ("row", "figure"),
    [
        ({"load_ms": {"cold": 2500.0, "warm": 120.0}}, "cold load ms"),
        ({"load_ms": {"cold": 1800.0, "warm": 220.0}}, "warm load ms"),
        ({"peak_memory_mib": 170.0}, "peak memory MiB"),
    ],
)
def test_loads_and_memory_count_too(
    result: dict[str, Any], row: dict[str, Any], figure: str
) -> None:
    assert worse(result, changed(result, **row)) == [figure]


def test_what_was_not_measured_is_left_out(result: dict[str, Any]) -> None:
    new = changed(result, tap_ms=None, peak_memory_mib=None)
    figures = [change.figure for change in comparison.compare(result, new)]
    assert "tap ms" not in figures
    assert "peak memory MiB" not in figures
    assert "segment ms" in figures


def test_a_new_export_of_the_bundle_is_compared_by_its_name(result: dict[str, Any]) -> None:
    bundle = {**result["rows"][0]["bundle"], "sha256": "cd" * 32}
    assert comparison.compare(result, changed(result, bundle=bundle))


def test_without_a_common_row_there_is_nothing_to_say(result: dict[str, Any]) -> None:
    with pytest.raises(comparison.ComparisonError, match="no row in common"):
        comparison.compare(result, changed(result, compute_unit="cpuOnly"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"thermal": {"before": "fair", "after": "fair"}}, "thermal state before differs"),
        ({"thermal": {"before": "nominal", "after": "serious"}}, "thermal state after differs"),
        ({"platform": "android"}, "platform differs"),
        ({"photo": {"name": "x", "width": 10, "height": 10}}, "photo differs"),
    ],
)
def test_what_is_not_alike_is_compared_with_force_only(
    result: dict[str, Any], change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(comparison.ComparisonError, match=sentence):
        comparison.compare(result, {**result, **change})
    assert comparison.compare(result, {**result, **change}, force=True)


def test_the_command_compares_two_files(
    tmp_path: Path, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(result))
    new.write_text(json.dumps(changed(result, peak_memory_mib=170.0)))
    assert comparison.main([str(old), str(old)]) == 0
    assert comparison.main([str(old), str(new)]) == 1
    assert "WORSE" in capsys.readouterr().out
    assert comparison.main([str(old), str(new), "--tolerance", "0.5"]) == 0


@pytest.mark.parametrize("tolerance", ["-1", "nan"])
def test_a_senseless_tolerance_is_refused(
    tmp_path: Path, result: dict[str, Any], tolerance: str
) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(result))
    assert comparison.main([str(path), str(path), "--tolerance", tolerance]) == 2


def test_a_file_that_is_no_result_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.json"
    path.write_text('{"schema": 1}')
    assert comparison.main([str(path), str(path)]) == 2
    assert f"{path}: not a benchmark result: 'platform' is" in capsys.readouterr().err
