"""Cost by size and the pairs before and after the rewrites: exported once, compared, shown."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import host_latency
import onnx
import pytest
from host import speed_report
from lab import pairs, speed
from measure import machine
from squeezesam_export.photos import views


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default network at 64 in both forms, from three views each."""
    folder = tmp_path_factory.mktemp("programs")
    with pytest.MonkeyPatch.context() as patch:
        few, others = views.calibration_views()[::10], views.comparison_views()[::10]
        patch.setattr(views, "calibration_views", lambda: few)
        patch.setattr(views, "comparison_views", lambda: others)
        patch.setattr(speed, "COMPARED", 64)
        patch.setattr(speed, "PRESETS", speed.PRESETS[:1])
        assert speed.prepare(folder, [64], float("inf")) == []
    return folder


def _kinds(folder: Path, name: str) -> list[str]:
    return [node.op_type for node in onnx.load(folder / name / "segment.onnx").graph.node]


def test_both_forms_are_the_network_and_only_one_of_them_is_rewritten(programs: Path) -> None:
    former, now = (
        json.loads((programs / name / "about.json").read_text("utf-8"))
        for name in ("squeezesam-fast-64-former", "squeezesam-fast-64")
    )
    assert former["macs"] == now["macs"] > 1e6
    assert min(former["masks_snr_db"], now["masks_snr_db"]) > 15
    kinds = _kinds(programs, "squeezesam-fast-64-former")
    assert "DepthToSpace" in kinds
    assert "DepthToSpace" not in _kinds(programs, "squeezesam-fast-64")
    assert kinds.count("DequantizeLinear") > 20


def test_what_is_exported_is_kept_until_weights_or_sources_change(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "COMPARED", 64)
    monkeypatch.setattr(speed, "PRESETS", speed.PRESETS[:1])
    # No time is left: whatever is missing would be named.
    assert speed.prepare(programs, [64], 0) == []
    monkeypatch.setattr(speed, "_stamp", lambda preset: ["another commit"])
    assert speed.prepare(programs, [64], 0) == ["squeezesam-fast-64", "squeezesam-fast-64-former"]


def test_a_program_is_timed_and_two_are_compared_by_turns(programs: Path) -> None:
    old, new = (
        programs / name / "segment.onnx"
        for name in ("squeezesam-fast-64-former", "squeezesam-fast-64")
    )
    assert 0 < speed.timed(new, 5)["least_ms"] <= speed.timed(new, 5)["ms"] * 10
    found = pairs.measure((old, new), 5)
    assert found["ratio"] > 0
    assert 0 < found["largest_difference"] < 0.5
    assert pairs.measure((new, new), 5)["largest_difference"] == 0


def row(size: int, **fields: Any) -> dict[str, Any]:
    """A measured program that takes 2 ms and 10 ms a megapixel."""
    shown = {"macs": size**2 * 10_000, "ms": 2 + 10 * size**2 / 1e6, "views": 30}
    parity = {"mean_iou": 0.99, "least_iou": 0.9, "same_candidate": 1.0, "masks_snr_db": 30.0}
    return {"preset": "net", "size": size, "former": False, **shown, **parity, **fields}


def test_the_page_has_the_line_through_all_sizes_and_the_share_of_the_peak() -> None:
    both = {"mean_iou": 0.98, "masks_snr_db": 30.0}
    pair = {"old_ms": 20.0, "new_ms": 12.0, "ratio": 0.6, "largest_difference": None, "runs": 5,
            "goal": 0.55}  # fmt: skip
    result = {
        "date": "d", "commit": "c", "command": "python x", "int8_peak_gops": 500.0, "runs": 5,
        "machine": {"cpu": "some processor", "system": "Linux"},
        "rows": [row(256), row(512), row(1024), row(512, former=True)],
        "pairs": {"two": {**pair, "old_parity": both, "new_parity": both}},
    }  # fmt: skip
    page = "\n".join(speed_report.sections(result))
    assert "net 2.0 + 10 a megapixel" in page
    assert page.count("| net | 512×512 |") == 1
    assert "| net | 1024×1024 | 10.49 | 12.5 | 336% |" in page
    assert "| two | 20.0 | 12.0 | **0.60** | 0.55 | (two networks) |" in page


@pytest.mark.parametrize("script", [host_latency, speed])
def test_a_busy_machine_is_not_measured_unless_told(
    script: Any, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(machine, "core_share", lambda: 0.6)
    monkeypatch.setattr(speed, "prepare", lambda *words: [])
    assert script.main(["--output", str(tmp_path / "out")]) == 2
    assert "others take 40% of a core" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    for share in (None, 0.99):
        monkeypatch.setattr(machine, "core_share", lambda share=share: share)
        assert machine.busy() is None


def test_the_share_of_a_core_is_of_those_that_the_process_may_use() -> None:
    allowed = os.sched_getaffinity(0)
    share = machine.core_share(0.1)
    assert share is not None
    assert 0 < share <= 1.05
    assert os.sched_getaffinity(0) == allowed
