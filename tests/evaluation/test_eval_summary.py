from __future__ import annotations

import io

import pytest
from squeezesam_train.evaluation.efficiency import efficiency
from squeezesam_train.evaluation.markdown import table
from squeezesam_train.evaluation.progress import Progress
from squeezesam_train.evaluation.run import CurveRecord, MaskRecord, Records
from squeezesam_train.evaluation.summary import summarise


def _record(predictor: str, target: str, value: float, source: str = "a") -> MaskRecord:
    return MaskRecord(
        protocol="point",
        predictor=predictor,
        target=target,
        source=source,
        kind="person" if source == "a" else "pet",
        size="S",
        pieces="whole",
        iou=value,
        boundary_iou=value / 2,
        best=value + 0.1,
        estimate=0.5,
        milliseconds=2.0,
    )


def test_means_are_over_instances_and_once_more_over_sources() -> None:
    rows = [_record("torch", f"t{i}", v) for i, v in enumerate((0.2, 0.4, 0.6))]
    rows.append(_record("torch", "t9", 0.8, "b"))
    found = summarise(Records(masks=rows))["masks"]["point"]["torch"]
    assert found["n"] == 4
    assert found["miou"] == pytest.approx(0.5)
    assert found["miou_of_sources"] == pytest.approx((0.4 + 0.8) / 2)
    assert found["boundary_iou"] == pytest.approx(0.25)
    assert found["best_candidate_miou"] == pytest.approx(0.6)
    assert found["standard_error"] == pytest.approx(0.2582 / 2, abs=1e-4)
    assert found["by_kind"] == {
        "person": {"n": 3, "miou": 0.4, "best_candidate_miou": 0.5},
        "pet": {"n": 1, "miou": 0.8, "best_candidate_miou": 0.9},
    }
    assert found["unseen_sources"] is None


def test_sources_that_no_training_saw_are_a_group_of_their_own() -> None:
    rows = [_record("torch", "t1", 0.2), _record("torch", "t2", 0.6, "mugs")]
    found = summarise(Records(masks=rows), unseen=("mugs", "kayak"))["masks"]["point"]["torch"]
    assert found["unseen_sources"] == {"n": 1, "miou": 0.6, "best_candidate_miou": 0.7}
    assert found["n"] == 2


def test_where_a_baseline_saw_fewer_photos_all_are_compared_on_those() -> None:
    rows = [_record("torch", "t1", 0.2), _record("torch", "t2", 0.8), _record("grabcut", "t2", 0.5)]
    scores = summarise(Records(masks=rows))
    assert scores["masks"]["point"]["torch"]["miou"] == pytest.approx(0.5)
    same = scores["same_instances"]["point"]
    assert same["torch"]["n"] == same["grabcut"]["n"] == 1
    assert same["torch"]["miou"] == pytest.approx(0.8)
    full = summarise(Records(masks=rows[1:]))
    assert full["same_instances"] == {}


def test_clicks_are_counted_per_instance_and_the_curve_is_the_mean() -> None:
    curves = [
        CurveRecord("torch", "t1", "a", "S", [0.5, 0.9, 0.88] + [0.95] * 17),
        CurveRecord("torch", "t2", "a", "S", [0.3, 0.5, 0.4] + [0.5] * 17),
    ]
    found = summarise(Records(curves=curves))["noc"]["torch"]
    assert found["noc85"] == pytest.approx((2 + 20) / 2)
    assert (found["failures85"], found["failures90"]) == (1, 1)
    assert found["miou_per_click"][:3] == pytest.approx([0.4, 0.7, 0.64])
    assert found["largest_fall_up_to_10"] == pytest.approx(0.06)


def test_a_table_escapes_what_would_break_it() -> None:
    assert table(["a", "b"], [["x|y", "1"]]) == "| a | b |\n| :-- | --: |\n| x\\|y | 1 |\n"


def test_the_efficient_error_rate_is_the_mean_ratio_of_the_costs_to_the_first_networks() -> None:
    torch = {"kind": "torch", "parameters": 1000, "macs": 500}
    programs = {
        "encode": {"bytes": 900, "macs": 200, "roles": ["embedding"]},
        "decode": {"bytes": 100, "macs": 50, "roles": ["masks", "scores"]},
        "heat": {"bytes": 7000, "macs": 7000, "roles": ["heat"]},
    }
    bundle = {"kind": "bundle", "parameters": 1000, "programs": programs}
    silent = {
        "kind": "bundle",
        "parameters": 1000,
        "programs": {"segment": {"bytes": 1, "macs": 0, "roles": ["masks"]}},
    }
    found = efficiency({"grabcut": {"kind": "baseline"}, "a": torch, "b": bundle, "c": silent})
    assert {name: row["eer"] for name, row in found.items()} == {
        "a": 1.0,
        "b": pytest.approx((1 + 0.5 + 0.25) / 3, abs=1e-4),
    }
    assert efficiency({"grabcut": {"kind": "baseline"}}) == {}


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_a_line_now_and_then_elsewhere() -> None:
    terminal, log, quick = _Terminal(), io.StringIO(), io.StringIO()
    Progress("photos", terminal)(4, 4)
    assert "█" * 30 + " 4 of 4 photos" in terminal.getvalue()
    slow = Progress("photos", log, every=0.0)
    for done in range(3):
        slow(done, 2)
    assert [line[:6] for line in log.getvalue().splitlines()] == ["0 of 2", "1 of 2", "2 of 2"]
    Progress("photos", quick)(4, 4)
    assert quick.getvalue() == ""
