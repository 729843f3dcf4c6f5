"""The pages that the benchmarks write: complete, and nothing else touched."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import host_latency
import report
from machine import describe


@pytest.fixture
def host() -> dict[str, Any]:
    stages = {"saliency_ms": 5.0, "segmenter_ms": 50.0, "first_ms": 90.0}
    row = {"fp32": {**stages, "segmenter_ms": 100.0}, "int8": stages, "segmenter_speed_up": 2.0}
    core = dict.fromkeys(("open", "clicks", "planes", "mask", "full"), 3.25)
    return {
        **describe(["host_latency.py"]),
        "size": "512",
        "runs": 3,
        "engines": [{"engine": "onnxruntime", "threads": 1, **row}],
        "core_12mp": {**core, "segmenter": 50.0, "core_total": 16.25},
        "memory_mib": {"onnx": {"photo": 200.0, "photo_12mp": 250.0}},
        "bytes": {
            "onnx-int8": {"segmenter": 5_500_000, "saliency": 1_500_000, "bundle": 7_000_500}
        },
    }


def test_the_page_shows_every_measured_figure_with_its_origin(
    tmp_path: Path, host: dict[str, Any]
) -> None:
    folder = tmp_path / "docs" / "performance"
    folder.mkdir(parents=True)
    (folder / "host.json").write_text(json.dumps(host))
    report.write_reports(folder)
    page = (tmp_path / "docs" / "performance.md").read_text()
    for figure in ("| onnxruntime | 1 | 100 | 50 | 2.00× |", "| 5.50 | 1.50 | 7.00 |", "16.2 ms"):
        assert figure in page
    assert host["date"] in page
    assert host["command"] in page


def test_the_readme_changes_between_its_marks_only(tmp_path: Path, host: dict[str, Any]) -> None:
    folder = tmp_path / "docs" / "performance"
    folder.mkdir(parents=True)
    (folder / "host.json").write_text(json.dumps(host))
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.BEGIN}\nold figures\n{report.END}\nafter\n")
    report.write_reports(folder)
    first = readme.read_text()
    assert first.startswith(f"before\n{report.BEGIN}\n")
    assert first.endswith(f"{report.END}\nafter\n")
    assert "old figures" not in first
    assert "2.00×" in first
    report.write_reports(folder)
    assert readme.read_text() == first


def test_the_machine_description_names_commit_cores_and_tools() -> None:
    facts = describe(["x.py", "--flag"])
    assert facts["command"] == "python x.py --flag"
    assert facts["machine"]["cores"] >= 1
    assert facts["tools"]["numpy"]
    assert facts["commit"]


def test_senseless_numbers_end_in_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert host_latency.main(["--runs", "0"]) == 2
    assert "--runs" in capsys.readouterr().err


def test_the_model_card_gets_a_row_per_network_and_size(
    tmp_path: Path, host: dict[str, Any]
) -> None:
    folder = tmp_path / "docs" / "performance"
    folder.mkdir(parents=True)
    (folder / "host.json").write_text(json.dumps(host))
    weights = tmp_path / "weights"
    weights.mkdir()
    record = {"iou": 0.5, "best_iou": 0.625, "samples_per_s": 30}
    steps = [(50, 64), (100, 64), (150, 96)]
    lines = [json.dumps({"step": step, "size": size, **record}) for step, size in steps]
    (weights / "net.log.jsonl").write_text("\n".join(lines) + "\n")
    card = weights / "MODEL_CARD.md"
    card.write_text("\n".join(["before", *report.TRAINING, "after"]))
    report.write_reports(folder)
    text = card.read_text()
    assert "| net | 64 | 100 | 30 | 0.500 | 0.625 |" in text
    assert "| net | 96 | 50 | 30 | 0.500 | 0.625 |" in text
    assert text.startswith("before\n")
    assert text.endswith("\nafter")
