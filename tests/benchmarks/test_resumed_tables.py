"""Long tables go on where they stopped; that of parity says what the gate refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lab import export_parity, quantisation

SHAS = {"segment": "a" * 64, "heat": "b" * 64}
RUN = {"commit": "abc1234", "size": 64, "weights": {"squeezesam-fast": SHAS}}


def entry(name: str, **fields: Any) -> dict[str, Any]:
    """One mode as it was measured."""
    parity = {
        "verification": "executed-host",
        "engine": "some runtime 1.0",
        "photos": 2,
        "mask_iou": {"mean": 0.99, "min": 0.98, "per_photo": {"cat": 0.98, "cup": 1.0}},
        "same_candidate": 1.0,
        "snr_db": {"masks": 40.0, "scores": 50.0, "heat": 30.0},
    }
    measured = {"parity": parity, "iou_floor": 0.97, "bytes": 8_000_000, "cpu_seconds": 12.0}
    target = export_parity.VARIANTS[name][0]
    known = {"preset": "squeezesam-fast", "name": name, "target": target, "weights": SHAS}
    return {**known, **measured, **fields}


def test_what_is_measured_of_this_commit_and_these_weights_is_not_measured_again() -> None:
    entries = [entry("ONNX int8"), entry("Core AI fp32")]
    known = {"commit": "abc1234", "size": 64, "entries": entries}
    assert export_parity.still_valid(known, RUN) == entries
    left = export_parity.missing(entries, ["squeezesam-fast"])
    assert len(left) == len(export_parity.VARIANTS) - 2
    assert ("squeezesam-fast", "ONNX int8") not in left


@pytest.mark.parametrize(
    "change",
    [
        {"commit": "def5678"},
        {"size": 128},
        {"entries": [entry("ONNX int8", weights={**SHAS, "heat": "c" * 64})]},
        {"entries": [entry("ONNX int8", preset="squeezesam")]},
    ],
    ids=["another commit", "another size", "other weights", "a preset that is not asked for"],
)
def test_anything_else_is_measured_again(change: dict[str, Any]) -> None:
    known = {"commit": "abc1234", "size": 64, "entries": [entry("ONNX int8")], **change}
    assert export_parity.still_valid(known, RUN) == []


def test_pages_name_the_runtime_of_every_target_and_what_was_refused() -> None:
    refused = entry("Core AI W8A8")
    del refused["parity"]
    refused["refused"] = "the masks reach a mean IoU of 0.5"
    result = {
        "date": "2026-11-30", "command": "python x", "commit": "abc1234", "size": 64,
        "machine": {"cpu": "some processor", "system": "Linux"},
        "entries": [entry("ONNX int8"), entry("Core AI int8 weights"), refused],
    }  # fmt: skip
    page = export_parity.page(result)
    assert "| onnx | some runtime 1.0 | `executed-host` |" in page
    assert "| coreai | some runtime 1.0 | `executed-host` |" in page
    assert "| ONNX int8 | 0.9900 | 0.97 | cat | 0.980 |" in page
    assert "Core AI W8A8: refused, the masks reach a mean IoU of 0.5." in page
    block = export_parity.coreai_block(result)
    assert "| int8 weights | 8.0 | 0.9900 | 0.980 |" in block
    assert "W8A8: refused" in block
    assert "ONNX" not in block


def test_a_run_out_of_time_writes_no_page_and_says_how_many_modes_are_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "export_parity"
    words = ["--preset", "squeezesam-fast", "--minutes", "0", "--output", str(output)]
    assert export_parity.main(words) == export_parity.UNFINISHED
    assert f"{len(export_parity.VARIANTS)} modes are left" in capsys.readouterr().out
    assert not output.with_suffix(".md").exists()


def test_variants_of_int8_are_measured_once_for_a_commit_weights_and_photos() -> None:
    run = {"commit": "abc1234", "weights": "a" * 64, "size": 512, "photos": 40}
    engine, observer, correction = quantisation.variants()[3]
    one = {"engine": engine, "observer": observer, "correction": correction}
    known = {**run, "date": "some day", "entries": [one]}
    assert quantisation.still_valid(known, run) == [one]
    left = quantisation.missing([one])
    assert len(left) == len(quantisation.variants()) - 1
    assert (engine, observer, correction) not in left
    for name in run:
        assert quantisation.still_valid({**known, name: "another"}, run) == []
    assert quantisation.still_valid({}, run) == []


def test_variants_of_int8_that_there_is_no_time_for_are_counted_and_write_no_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "quantisation"
    words = ["--minutes", "0", "--output", str(output)]
    assert quantisation.main(words) == quantisation.UNFINISHED
    assert f"{len(quantisation.variants())} variants are left" in capsys.readouterr().out
    assert not output.with_suffix(".md").exists()
