"""Phones: estimates say that they are, and give way to what people measured and sent."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import devices_table
import pytest
from devices.latency_options import submit

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "devices").mkdir()
    shutil.copy(DOCS / "devices" / "estimate.json", tmp_path / "devices")
    return tmp_path


def test_the_committed_page_is_what_the_files_say() -> None:
    assert devices_table.main(["--check"]) == 0


def test_an_estimate_is_our_multiply_adds_at_a_peers_rate() -> None:
    tap, automatic = devices_table.expected(
        {"gmac": 10.0, "ms": 100.0}, {"segment": 2_000_000_000, "heat": 500_000_000}
    )
    assert [tap, automatic] == pytest.approx([20, 25])


def test_a_submitted_result_is_shown_and_its_chip_loses_its_estimates(
    docs: Path, result: dict[str, Any]
) -> None:
    before = devices_table.page(docs / "devices")
    assert "Apple A15" in before
    assert "*Not yet run on a device.*" in before
    result["machine"]["model"] = "iPhone14,7"
    path = submit(result, docs)
    assert path.parent == docs / "devices"
    page = (docs / "devices.md").read_text()
    assert "Apple A15" not in page
    assert "*Not yet run on a device.*" not in page
    assert result["rows"][0]["bundle"]["name"] in page
    with pytest.raises(ValueError, match="is there already"):
        submit(result, docs)


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"ours": {}, "peers": [{}]})])
def test_an_estimate_that_is_not_sound_is_one_sentence(
    docs: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (docs / "devices" / "estimate.json").write_text(text)
    assert devices_table.main(["--docs", str(docs)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (docs / "devices.md").exists()


@pytest.mark.parametrize("spoil", [
    lambda row: row["bundle"].update(main="nothing"), lambda row: row["programs_ms"].clear(),
])  # fmt: skip
def test_a_result_without_its_program_s_times_is_one_sentence(
    docs: Path, result: dict[str, Any], spoil: Callable[[dict[str, Any]], object],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    spoil(result["rows"][0])
    (docs / "devices" / "a.json").write_text(json.dumps(result))
    assert devices_table.main(["--docs", str(docs)]) == 2
    error = capsys.readouterr().err
    assert "has no times" in error
    assert error.count("\n") == 1


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every number of JSON, by what it lies in and its key there."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, (dict, list)):
            yield from _places(part)
        elif isinstance(part, (int, float)) and not isinstance(part, bool):
            yield value, key


@pytest.mark.parametrize("number", [10**16, 10**400, 10**4000, 1e300, -(10**400)])
def test_numbers_that_nobody_measured_are_one_sentence(
    docs: Path, result: dict[str, Any], number: float, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = 0
    for place, key in list(_places(result)):
        honest = place[key]
        place[key] = number
        (docs / "devices" / "a.json").write_text(json.dumps(result))
        assert devices_table.main(["--docs", str(docs)]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert len(error) < 1_000
        place[key] = honest
        tried += 1
    assert tried > 20


def test_a_page_that_says_something_else_is_found(docs: Path) -> None:
    (docs / "devices.md").write_text("old")
    assert devices_table.main(["--docs", str(docs), "--check"]) == 1
    assert devices_table.main(["--docs", str(docs)]) == 0
    assert devices_table.main(["--docs", str(docs), "--check"]) == 0
