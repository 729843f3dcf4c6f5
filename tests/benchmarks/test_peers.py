"""The table of docs/peers.md: a checkpoint is exported, measured and scored; shapes are theirs."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from lab import peers
from lab.edgesam_shape import EdgeSamShape
from safetensors.torch import save_file
from squeezesam_model.count import count_macs
from squeezesam_model.families import add_family, remove_family
from squeezesam_model.mobilesam.family import UNUSED, MobileSamFamily
from squeezesam_model.mobilesam.tiny_vit import TinyVitShape
from squeezesam_model.sam.seeded import fill_seeded
from squeezesam_train.evaluation.cli import main as evaluate

sys.path.append(str(Path(__file__).parents[1] / "evaluation"))

from scored_sample import write_sample

PAGE = "before\n<!-- peers -->\nold\n<!-- /peers -->\nafter\n"


class ShallowMobileSam(MobileSamFamily):
    """The same network with stages of one block."""

    shape = TinyVitShape(depths=(1, 1, 1, 1))


@pytest.fixture
def shallow() -> Iterator[ShallowMobileSam]:
    family = ShallowMobileSam()
    add_family(family)
    yield family
    remove_family(family.name)


@pytest.fixture
def checkpoint(tmp_path: Path, shallow: ShallowMobileSam) -> Path:
    """A folder with a checkpoint as if it were somebody's."""
    model = shallow.build("mobilesam")
    fill_seeded(model, seed=7)
    tensors = {name: value.contiguous() for name, value in model.state_dict().items()}
    tensors |= {name: torch.zeros(shape) for name, shape in UNUSED.items()}
    folder = tmp_path / "weights"
    folder.mkdir()
    save_file(tensors, folder / "mobilesam.safetensors")
    return folder


def rows(page: Path) -> list[dict[str, str]]:
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def test_a_checkpoint_is_exported_measured_and_scored_by_our_protocols(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, sample = tmp_path / "peers.md", write_sample(tmp_path / "sample")
    page.write_text(PAGE)
    words = ["--export", "mobilesam", "--weights", str(checkpoint), "--data", str(sample)]
    words += ["--size", "64", "--threads", "1", "--runs", "1", "--page", str(page)]
    assert peers.main(words) == 0
    (row,) = rows(page)
    assert row["bundle"] == "mobilesam-onnx-fp32-64x64"
    assert row["weights"] == "given"
    assert row["published"] == "–"  # others' figures are those of another size
    assert "099ce8d" in page.read_text()
    assert float(row["first mask, ms, 1 thr."]) >= 0
    assert float(row["MiB, 1 thr."]) > 50
    bundle = peers.export("mobilesam", checkpoint / "mobilesam.safetensors", 64, tmp_path / "own")
    capsys.readouterr()
    asked = ["--data", str(sample), "--bundle", str(bundle), "--baselines", "none", "--json"]
    assert evaluate([*asked, "--protocols", "point,box"]) == 0
    masks = json.loads(capsys.readouterr().out)["scores"]["masks"]
    for protocol, column in peers.QUALITY.items():
        (own,) = masks[protocol].values()
        assert row[column] == f"{own['miou']:.3f}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mobilesam-onnx-fp32-1024x1024", "9.8, 38.2"),
        ("edgesam-shaped-onnx-int8-1024x1024", "9.6, 22.1"),
        ("mobilesam-onnx-fp32-512x512", "–"),
        ("sam-b-onnx-fp32-1024x1024", "–"),
    ],
)
def test_published_figures_stand_beside_networks_of_that_name_and_size(
    name: str, said: str
) -> None:
    assert peers.published(name) == said


def test_the_efficient_error_rate_is_the_mean_of_three_ratios_to_sam_b() -> None:
    reference = Path(__file__).parents[1] / "model" / "families_reference.json"
    tensors = json.loads(reference.read_text())["sam"]["sam-b"]["tensors"]
    assert sum(map(math.prod, tensors.values())) / 1e6 == pytest.approx(peers.SAM_B[0], abs=0.1)
    _, gmac, megabytes = peers.SAM_B
    assert peers.rate(peers.SAM_B) == "100.0 %"
    assert peers.rate((0.0, gmac / 2, megabytes / 4)) == "25.0 %"
    assert peers.rate(None) == "–"


def test_a_process_that_measures_has_no_torch_in_its_memory() -> None:
    asked = "import sys; from lab import peers; print('torch' in sys.modules)"
    benchmarks = Path(peers.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=benchmarks, check=True, capture_output=True, text=True
    )
    assert done.stdout == "False\n"


def test_random_weights_are_measured_and_not_scored(
    tmp_path: Path, shallow: ShallowMobileSam
) -> None:
    page = tmp_path / "peers.md"
    page.write_text(PAGE)
    words = ["--export", "mobilesam", "--size", "64", "--threads", "1,2", "--runs", "1"]
    assert peers.main([*words, "--page", str(page)]) == 0
    (row,) = rows(page)
    assert row["weights"] == "random"
    assert {"tap, ms, 1 thr.", "tap, ms, 2 thr."} < set(row)
    assert not set(peers.QUALITY.values()) & set(row)
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("after\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "give bundles"),
        (["--weights", "w"], 2, "belong together"),
        (["--weights", "w", "--data", "d"], 1, "holds no checkpoint"),
        (["nowhere"], 1, "nowhere"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    tmp_path: Path, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "peers.md"
    page.write_text(PAGE)
    try:
        found = peers.main([*words, "--page", str(page)])
    except SystemExit as leaving:
        found = int(str(leaving.code))
    assert found == code
    assert said in capsys.readouterr().err.splitlines()[-1]
    assert page.read_text() == PAGE


def test_the_encoder_of_edgesams_shape_costs_what_was_published_of_it() -> None:
    """9.6 million parameters and 22.1 GMAC with the decoder (EdgeSAM's README, at 099ce8d)."""
    network = EdgeSamShape().build("edgesam-shaped").eval()
    parameters = sum(one.numel() for one in network.parameters())
    assert parameters == pytest.approx(9.6e6, rel=0.03)
    with torch.no_grad():
        small = (torch.zeros(1, 3, 256, 256),)
        macs = 16 * count_macs(network.image_encoder, small)
        assert network.image_encoder(*small).shape == (1, 256, 16, 16)
    assert macs == pytest.approx(22.1e9 - 1.94e9, rel=0.1)
