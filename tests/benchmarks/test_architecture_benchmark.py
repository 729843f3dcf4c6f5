"""The comparison of architectures: equal budgets, resumable, a table of what was measured."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
sys.path.append(str(Path(__file__).parents[1] / "evaluation"))

from lab import architectures
from lab.architecture_table import write_table
from lab.architecture_variants import VARIANTS
from scored_sample import write_sample
from squeezesam_model import load_segmenter
from squeezesam_model.count import example_inputs
from squeezesam_model.weights import shipped_weights


@pytest.fixture(scope="module")
def both_splits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evaluation's sample photos, in the training split as well."""
    root = write_sample(tmp_path_factory.mktemp("splits"))
    shutil.copytree(root / "val", root / "train")
    with (root / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with (root / "index.csv").open("a", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writerows({**row, "split": "train"} for row in rows)
    return root


def words(data: Path, output: Path, *names: str) -> list[str]:
    return ["--data", str(data), "--output", str(output), "--size", "64", "--steps", "2",
            "--batch", "2", "--photos", "2", "--no-speed", "--variants", *names]  # fmt: skip


def test_a_stopped_comparison_goes_on_without_repeating_what_is_done(
    both_splits: Path, tmp_path: Path
) -> None:
    output = tmp_path / "architectures"
    assert architectures.main(words(both_splits, output, "shipped")) == 0
    first = json.loads((output / "results.json").read_text())["runs"]
    assert architectures.main(words(both_splits, output, "shipped", "unsigned-clicks")) == 0
    runs = json.loads((output / "results.json").read_text())["runs"]
    assert runs[0] == first[0]
    assert [run["variant"] for run in runs] == ["shipped", "unsigned-clicks"]
    assert all(0 <= run["scores"][p] <= 1 for run in runs for p in architectures.PROTOCOLS)
    page = output.with_suffix(".md").read_text()
    assert VARIANTS["unsigned-clicks"].title in page
    assert "4 samples at 64 pixels" in page


def test_the_table_shows_the_change_against_the_same_seed_with_its_standard_error(
    tmp_path: Path,
) -> None:
    budget = {"size": 64, "steps": 1, "batch": 1, "photos": 9}
    runs = [
        {"variant": name, "seed": seed, "budget": budget, "seconds": 1,
         "scores": dict.fromkeys((*architectures.PROTOCOLS, "click5"), value)}
        for name, values in {"shipped": (0.5, 0.6), "paper": (0.53, 0.62)}.items()
        for seed, value in enumerate(values)
    ]  # fmt: skip
    speed = {
        "shipped": {"parameters": 4_790_000, "macs": 2_500_000_000, "milliseconds": 50.0},
        "paper": {"parameters": 11_110_000, "macs": 6_640_000_000, "milliseconds": 125.0},
    }
    write_table({"runs": runs, "speed": speed, **architectures.describe()}, tmp_path / "page.md")
    line = next(x for x in (tmp_path / "page.md").read_text().splitlines() if "paper's" in x)
    assert "57.5 (53.0–62.0)" in line
    assert "+2.5 ± 0.5" in line
    assert "| 11.11 | 6.64 | 2.50× |" in line


def test_variants_without_a_way_of_hearing_clicks_do_not_hear_them() -> None:
    shipped = load_segmenter(shipped_weights("squeezesam"))
    image, planes, points, labels = example_inputs(64, 64)
    points[0, 0] = torch.tensor([20.0, 30.0])
    labels[:] = -1
    labels[0, 0] = 1
    planes[:, 1, 28:33, 18:23] = -1
    silent, unsigned = VARIANTS["no-late-fusion"].build(), VARIANTS["unsigned-clicks"].build()
    for variant in (silent, unsigned):
        variant.load_state_dict(shipped.state_dict())
        variant.eval()
    with torch.no_grad():
        without_token = shipped(image, planes, points, labels * 0 - 1).masks
        assert torch.equal(silent(image, planes, points, labels).masks, without_token)
        assert not torch.equal(shipped(image, planes, points, labels).masks, without_token)
        without_minus = shipped(image, planes.clamp(min=0), points, labels).masks
        assert torch.equal(unsigned(image, planes, points, labels).masks, without_minus)
