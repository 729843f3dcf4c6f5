"""Weights are strangers' files: every way of reading them refuses what is wrong in one sentence."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from squeezesam_model import WeightsError
from squeezesam_model.convert import convert
from squeezesam_model.describe import describe
from squeezesam_model.metadata import read_metadata
from squeezesam_model.sam.checkpoint import load_checkpoint
from squeezesam_model.weights import load_weights

READERS: dict[str, Callable[[Path], object]] = {
    "load": lambda path: load_weights(torch.nn.Linear(2, 2), path, "tiny"),
    "metadata": read_metadata,
    "describe": lambda path: describe(path, {}),
    "convert": lambda path: convert(path, path.with_name("new.safetensors")),
}


def _with_header(header: str, rest: bytes = b"") -> bytes:
    text = header.encode()
    return len(text).to_bytes(8, "little") + text + rest


WRONG = {
    "nothing": b"",
    "a length alone": b"\xff" * 8,
    "no JSON": _with_header("{" * 40),
    "deep": _with_header("[" * 100000),
    "no text": _with_header('{"__metadata__": {"preset": 1}}'),
    "beyond the end": _with_header(
        '{"w": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}'
    ),
    "more than there is": _with_header(
        json.dumps({"w": {"dtype": "F32", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 4]}}),
        bytes(4),
    ),
    "a type of its own": _with_header(
        '{"w": {"dtype": "Q7", "shape": [1], "data_offsets": [0, 1]}}', b"\0"
    ),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_of_weights_is_one_sentence(
    reader: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        READERS[reader](path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_damaged_file_never_fails_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    tensors = {"weight": torch.ones(2, 2), "bias": torch.zeros(2)}
    save_file(tensors, path, {"preset": "tiny", "capabilities": '{"box": true}'})
    content = path.read_bytes()
    chance, said = random.Random(1), []
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 2, 5))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        for read in READERS.values():
            path.write_bytes(damaged)
            path.with_name("new.safetensors").unlink(missing_ok=True)
            try:
                read(path)
            except WeightsError as error:
                said.append(str(error))
    assert len(said) > 100
    assert not any("\n" in sentence for sentence in said)


@pytest.mark.parametrize("kind", [torch.complex64, torch.float8_e4m3fn, torch.bool])
def test_numbers_of_another_kind_are_taken_or_refused(tmp_path: Path, kind: torch.dtype) -> None:
    path = tmp_path / "weights.safetensors"
    tensors = {"weight": torch.zeros(2, 2).to(kind), "bias": torch.zeros(2).to(kind)}
    save_file(tensors, path, {"preset": "tiny"})
    model = torch.nn.Linear(2, 2)
    if kind.is_complex:
        with pytest.raises(WeightsError, match="is complex"):
            load_weights(model, path, "tiny")
        return
    load_weights(model, path, "tiny")
    assert float(model.weight.abs().sum()) == 0


def test_capabilities_as_deep_as_can_be_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"w": torch.zeros(1)}, path, {"capabilities": '{"a":' + "[" * 100000})
    with pytest.raises(WeightsError, match="capabilities"):
        read_metadata(path)


_LONG = "x" * 10**6


@pytest.mark.parametrize("of_torch", [False, True])
@pytest.mark.parametrize("kind", ["name", "many names", "sides", "preset"])
def test_whatever_names_and_shapes_are_in_a_file_the_sentence_is_short(
    kind: str, of_torch: bool, tmp_path: Path
) -> None:
    tensors = {"weight": torch.ones(2, 2), "bias": torch.zeros(2)}
    if kind == "name":
        tensors[_LONG] = torch.zeros(1)
    elif kind == "many names":
        tensors |= {f"{_LONG[:100]}{number}": torch.zeros(1) for number in range(1000)}
    elif kind == "sides":
        tensors["bias"] = torch.zeros([1] * 60)
    path = tmp_path / ("w.pt" if of_torch else "w.safetensors")
    if of_torch:
        torch.save(tensors, path)
    else:
        save_file(tensors, path, {"preset": _LONG if kind == "preset" else "tiny"})
    load = load_checkpoint if of_torch else load_weights
    arguments = (torch.nn.Linear(2, 2), path, "tiny", *([{}] if of_torch else []))
    if kind == "preset" and of_torch:
        load(*arguments)  # it names none
        return
    with pytest.raises(WeightsError) as caught:
        load(*arguments)
    assert len(str(caught.value)) - len(str(path)) < 300
