from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pytest
from squeezesam_train.evaluation.cli import main
from squeezesam_train.evaluation.markdown import table


@dataclass
class Typed:
    code: int
    out: str
    err: str


@pytest.fixture
def run(sample: Path, weights: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs `squeezesam-eval` at 64 pixels on the sample, in this process."""

    def typed(*words: object, data: Path = sample, model: Path = weights[0]) -> Typed:
        command = ["--data", data, "--weights", model, "--saliency-weights", weights[1]]
        try:
            code = main([str(word) for word in (*command, "--size", 64, *words)])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        captured = capfd.readouterr()
        return Typed(code, captured.out, captured.err)

    return typed


@pytest.fixture(scope="module")
def report(
    sample: Path, weights: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """One whole run with every protocol and baseline."""
    folder = tmp_path_factory.mktemp("reports") / "all"
    words = ["--data", sample, "--weights", weights[0], "--saliency-weights", weights[1]]
    words += ["--size", 64, "--baselines", "grabcut,ellipse", "--output", folder]
    assert main([str(word) for word in words]) == 0
    return folder


@pytest.fixture(scope="module")
def scores(report: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((report / "scores.json").read_text())
    return found


def test_a_whole_run_writes_json_markdown_single_scores_and_pictures(report: Path) -> None:
    assert sorted(path.name for path in report.iterdir()) == [
        "clicks.csv", "iou_per_click.png", "masks.csv", "protocols.png", "reliability.png",
        "scores.json", "scores.md",
    ]  # fmt: skip
    assert cv2.imread(str(report / "iou_per_click.png")).shape[0] > 300
    assert "| tight box |" in (report / "scores.md").read_text()


def test_the_report_says_what_was_run_where_and_with_which_weights(scores: dict[str, Any]) -> None:
    assert scores["run"]["command"].startswith("squeezesam-eval --data")
    assert scores["run"]["versions"]["torch"]
    assert scores["run"]["date"].endswith("+00:00")
    assert len(scores["predictors"]["torch"]["weights_sha256"]) == 64
    assert scores["predictors"]["torch"]["size"] == 64
    assert scores["data"]["photos"] == 4
    assert scores["data"]["instances"] == 5
    assert set(scores["protocols"]) == {
        "point", "centre", "points3", "box", "automatic", "saliency", "paper", "manners", "noc",
    }  # fmt: skip


def test_every_predictor_is_scored_on_the_same_instances(scores: dict[str, Any]) -> None:
    found = scores["scores"]["masks"]
    for protocol in ("point", "centre", "points3"):
        assert {name: row["n"] for name, row in found[protocol].items()} == {
            "torch": 5, "grabcut": 5,
        }  # fmt: skip
    assert set(found["box"]) == {"torch", "grabcut", "ellipse"}
    # The labels of the sample are ellipses.
    assert found["box"]["ellipse"]["miou"] > 0.95
    assert scores["scores"]["same_instances"] == {}


def test_the_automatic_mask_is_scored_on_people_pets_and_salient_things(
    scores: dict[str, Any],
) -> None:
    automatic = scores["scores"]["masks"]["automatic"]
    assert set(automatic["torch"]["by_kind"]) == {"person", "pet", "salient"}
    assert {row["n"] for row in automatic.values()} == {3}
    assert "torch: saliency map ≥ 0.5" in automatic
    assert scores["scores"]["saliency"]["all"]["torch"]["n"] == 3


def test_clicks_go_to_the_interactive_set_twenty_times(
    scores: dict[str, Any], report: Path
) -> None:
    noc = scores["scores"]["noc"]
    assert {name: row["n"] for name, row in noc.items()} == {"torch": 2, "grabcut": 2}
    assert len(noc["grabcut"]["miou_per_click"]) == 20
    with (report / "clicks.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["source"] for row in rows} == {"iseg151"}


def test_manners_are_watched_on_every_instance(scores: dict[str, Any], report: Path) -> None:
    found = scores["scores"]["manners"]["torch"]
    assert found["n"] == 5
    assert len(found["miou_per_click"]) == 10
    assert 0 < found["obeyed"] <= 1
    text = (report / "scores.md").read_text()
    assert "## Manners" in text
    assert "## Honest estimates" in text
    assert "| unseen sources |" in text


def test_the_single_scores_average_to_the_reported_ones(
    scores: dict[str, Any], report: Path
) -> None:
    with (report / "masks.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if (r["protocol"], r["predictor"]) ==
                ("box", "grabcut")]  # fmt: skip
    mean = sum(float(row["iou"]) for row in rows) / len(rows)
    assert scores["scores"]["masks"]["box"]["grabcut"]["miou"] == pytest.approx(mean, abs=1e-4)


def test_two_runs_give_the_same_scores(run: Any, tmp_path: Path) -> None:
    words = ("--protocols", "point,box", "--baselines", "grabcut", "--limit", 2, "--output")
    found = []
    for name in ("one", "two"):
        assert run(*words, tmp_path / name).code == 0
        masks = json.loads((tmp_path / name / "scores.json").read_text())["scores"]["masks"]
        for row in (row for rows in masks.values() for row in rows.values()):
            row.pop("mean_milliseconds")
        found.append(masks)
    assert found[0] == found[1]


def test_baselines_on_fewer_photos_are_compared_on_those_alone(run: Any, tmp_path: Path) -> None:
    words = ("--protocols", "box", "--baselines", "ellipse", "--baseline-limit", 1)
    assert run(*words, "--output", tmp_path / "r").code == 0
    scores = json.loads((tmp_path / "r" / "scores.json").read_text())["scores"]
    assert scores["masks"]["box"]["torch"]["n"] == 5
    assert scores["same_instances"]["box"]["torch"]["n"] == 1
    assert "same instances" not in scores["masks"]
    assert "every method was given" in (tmp_path / "r" / "scores.md").read_text()


def test_an_earlier_report_is_kept_unless_overwrite_is_said(run: Any, tmp_path: Path) -> None:
    words = ("--protocols", "box", "--baselines", "none", "--limit", 1, "--output", tmp_path / "r")
    assert run(*words).code == 0
    before = (tmp_path / "r" / "scores.json").read_bytes()
    refused = run(*words)
    assert refused.code == 1
    assert (
        refused.err
        == f"squeezesam-eval: {tmp_path / 'r'} exists already; --overwrite replaces it\n"
    )
    assert (tmp_path / "r" / "scores.json").read_bytes() == before
    assert run(*words, "--overwrite", "--seed", 1).code == 0
    assert (tmp_path / "r" / "scores.json").read_bytes() != before
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_folder_that_is_no_report_is_left_alone_even_with_overwrite(
    run: Any, tmp_path: Path
) -> None:
    precious = tmp_path / "photos" / "holiday.jpg"
    precious.parent.mkdir()
    precious.write_bytes(b"jpeg")
    refused = run("--output", precious.parent, "--overwrite")
    assert refused.code == 1
    assert "holds other things than a report" in refused.err
    assert precious.read_bytes() == b"jpeg"
    for more in ("scores.json", "scores.md"):  # a report's names make it no report's folder
        (precious.parent / more).write_text("{}")
        assert run("--output", precious.parent, "--overwrite").code == 1
        assert precious.read_bytes() == b"jpeg"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--size", 100), 2, "--size must be a positive multiple of 32, not 100"),
        (("--protocols", "point,magic"), 2, "unknown protocol 'magic': choose from point, centre"),
        (("--baselines", "magic"), 2, "unknown baseline 'magic': choose from ellipse, grabcut"),
        (("--limit", 0), 2, "--limit must be at least 1, not 0"),
        (("--seed", -1), 2, "--seed must not be negative, not -1"),
        (("--noc-sources", "nowhere"), 2, "--noc-sources: the split has no source 'nowhere'"),
        (("--split", "test"), 1, "names no photo of the split 'test'"),
        (("--preset", "magic"), 1, "unknown preset 'magic'"),
        (("--preset", "paper"), 1, "holds weights of preset 'squeezesam-fast', not of 'paper'"),
        (("--bundle", "no-such-folder"), 1, "no-such-folder"),
    ],
)
def test_wrong_arguments_get_one_sentence(
    words: tuple[object, ...], code: int, sentence: str, run: Any
) -> None:
    typed = run(*words)
    assert typed.code == code
    assert sentence in typed.err
    assert typed.err.startswith("squeezesam-eval: ")
    assert typed.err.count("\n") == 1


def test_data_without_index_or_with_a_missing_mask_is_named(
    run: Any, sample: Path, tmp_path: Path
) -> None:
    assert "index.csv" in run(data=tmp_path).err
    broken = tmp_path / "broken"
    shutil.copytree(sample, broken)
    (broken / "val" / "pets" / "chelsea.png").unlink()
    typed = run("--baselines", "none", "--protocols", "box", data=broken)
    assert typed.code == 1
    assert typed.err.startswith("squeezesam-eval: cannot read the mask ")


def test_a_bundle_is_scored_beside_the_weights_with_its_own_clicks(
    run: Any, tiny_bundle: Path, tmp_path: Path
) -> None:
    words = ("--bundle", tiny_bundle, "--baselines", "none")
    words += ("--protocols", "point,automatic,saliency,paper")
    assert run(*words, "--output", tmp_path / "r").code == 0
    scores = json.loads((tmp_path / "r" / "scores.json").read_text())
    name = "tiny-onnx-fp32-128x128 (onnxruntime)"
    assert set(scores["predictors"]) == {"torch", name}
    assert scores["predictors"][name]["engine"] == "onnxruntime"
    assert scores["scores"]["masks"]["point"][name]["n"] == 5
    assert scores["scores"]["saliency"]["all"][name]["mae"] > 0
    assert scores["scores"]["masks"]["automatic"][name]["n"] == 3


def test_the_weights_cost_is_reported(scores: dict[str, Any], report: Path) -> None:
    torch = scores["efficiency"]["torch"]
    assert torch["weight_bytes"] == 4 * torch["parameters"] > 1e7
    assert torch["eer"] == 1.0
    assert "## Efficiency" in (report / "scores.md").read_text()


def test_a_bundle_for_another_engine_is_refused(run: Any, tiny_bundle: Path) -> None:
    typed = run("--bundle", tiny_bundle, "--engine", "executorch")
    assert typed.code == 1
    assert "the executorch engine executes executorch bundles" in typed.err


def test_damaged_weights_are_named(run: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.safetensors").write_bytes(b"not weights")
    typed = run(model=tmp_path / "bad.safetensors")
    assert typed.code == 1
    assert "cannot read the weights" in typed.err


def test_json_is_the_report_in_place_of_the_table(run: Any) -> None:
    typed = run("--json", "--protocols", "point", "--baselines", "none", "--limit", 1)
    assert typed.code == 0, typed.err
    told = json.loads(typed.out)
    assert told["data"]["photos"] == 1
    assert list(told["protocols"]) == ["point"]


def test_a_table_has_no_control_characters_whatever_names_have() -> None:
    shown = table(["", "a\x1b[2J", "b\n| c"], [["\x9b1m", "\u202ereversed", "\r"]])
    assert len(shown.splitlines()) == 3
    assert all(line.isprintable() for line in shown.splitlines())


def test_a_row_of_the_training_split_that_is_none_ends_it_before_anything_is_scored(
    run: Any, sample: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(sample, tmp_path / "data"))
    with (data / "index.csv").open("a") as file:
        file.write("train\n")
    refused = run("--limit", 1, "--baselines", "none", data=data)
    assert refused.code == 1
    assert refused.out == ""
    (said,) = refused.err.splitlines()
    assert "index.csv is not a photo index: line " in said
