"""What weights say of themselves, and the order of programs that read of one another."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from squeezesam_model import WeightsError
from squeezesam_model.describe import main
from squeezesam_model.families import family_of
from squeezesam_model.family import FAMILY
from squeezesam_model.heat import heat_program
from squeezesam_model.metadata import Metadata, read_metadata
from squeezesam_model.network import FromProgram, Input, Output, Program, ordered
from squeezesam_model.presets import DEFAULT_SALIENCY
from squeezesam_model.weights import load_saliency, shipped_weights
from torch import nn


def weights(path: Path, **metadata: str) -> Path:
    tensors = {"a": torch.arange(6).half(), "count": torch.tensor(3)}
    save_file(tensors, path, metadata=metadata)
    return path


def test_weights_that_say_nothing_claim_no_licence(tmp_path: Path) -> None:
    found = read_metadata(weights(tmp_path / "own.safetensors", preset="squeezesam-fast"))
    assert found == Metadata("squeezesam-fast", "unspecified", {}, "")


def test_the_shipped_weights_say_their_licence_and_what_they_can_do() -> None:
    for part in FAMILY.parts:
        found = read_metadata(FAMILY.shipped("squeezesam-fast", part))
        assert found.licence == "Apache-2.0"
        assert found.provenance
        assert found.capabilities


def test_describing_keeps_the_tensors_and_what_is_not_named(tmp_path: Path) -> None:
    path = weights(tmp_path / "w.safetensors", preset="p", licence="MIT")
    before = load_file(path)
    words = ["--provenance", "made by hand", "--can", "box", "--cannot", "previous_mask"]
    assert main([str(path), *words]) == 0
    found = read_metadata(path)
    assert found == Metadata("p", "MIT", {"box": True, "previous_mask": False}, "made by hand")
    after = load_file(path)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(before[name].dtype == after[name].dtype for name in before)
    assert [p.name for p in tmp_path.iterdir()] == ["w.safetensors"]


def test_a_file_that_is_none_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(b"precious")
    assert main([str(path), "--licence", "MIT"]) == 1
    assert "cannot read the weights" in capsys.readouterr().err
    assert path.read_bytes() == b"precious"


def test_a_saliency_network_carries_its_least_peak(tmp_path: Path) -> None:
    path = tmp_path / "heat.safetensors"
    path.write_bytes(shipped_weights(DEFAULT_SALIENCY).read_bytes())
    assert main([str(path), "--least-peak", "201"]) == 0
    saliency = load_saliency(path)
    assert saliency.least_peak == 201
    program = heat_program(saliency, 64, 64)
    (heat,) = program.outputs
    # No larger than what stands beside it.
    assert program.inputs[0].shape == (1, 3, 64, 64)
    assert heat_program(saliency, 512, 384).inputs[0].shape[2] == saliency.preset.size
    assert heat.entry() == {"name": "heatmap", "role": "heat", "least_peak": 201}


@pytest.mark.parametrize("text", ["-1", "256", "1e2", "³", "", "1" * 5000, "no"])
def test_a_least_peak_that_is_no_byte_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WeightsError, match="least_peak in its metadata is no whole number"):
        read_metadata(weights(tmp_path / "w.safetensors", least_peak=text))


@pytest.mark.parametrize("key", ["preset", "licence", "provenance"])
@pytest.mark.parametrize("text", ["a\x1b[2Jb", "two\nlines", "\u202eb", "x" * 5_000])
def test_words_that_no_manifest_takes_are_refused(tmp_path: Path, key: str, text: str) -> None:
    with pytest.raises(WeightsError, match=f"the {key} in its metadata has more than") as caught:
        read_metadata(weights(tmp_path / "w.safetensors", **{key: text}))
    assert str(caught.value).isprintable()
    longest = {"preset": 100, "licence": 100, "provenance": 4096}[key]
    kept = read_metadata(weights(tmp_path / "w.safetensors", **{key: "é" * (longest // 2)}))
    assert getattr(kept, key) == "é" * (longest // 2)


@pytest.mark.parametrize("text", ["{", "[1]", '{"box": 1}'])
def test_capabilities_that_are_no_table_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WeightsError, match="in its metadata are no"):
        read_metadata(weights(tmp_path / "w.safetensors", capabilities=text))


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown preset 'huge': choose one of .*paper"):
        family_of("huge")


def program(name: str, *reads: str) -> Program:
    inputs = tuple(Input(other, (1,), FromProgram(other, "out")) for other in reads)
    return Program(name, "prompt", nn.Identity(), inputs, (Output("out"),))


def test_programs_come_behind_those_that_they_read_of() -> None:
    given = (program("c", "b", "a"), program("b", "a"), program("a"), program("d"))
    assert [one.name for one in ordered(given)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("programs", "sentence"),
    [
        ((program("a", "b"), program("b", "a")), "in a circle"),
        ((program("a", "a"),), "in a circle"),
        ((program("a", "b"),), "reads of 'b', which is no program"),
    ],
)
def test_programs_that_cannot_be_ordered_are_refused(
    programs: tuple[Program, ...], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        list(ordered(programs))
