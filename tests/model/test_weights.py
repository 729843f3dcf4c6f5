"""Weights on disk: exact round trip, and refusal of whatever does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from squeezesam_model import (
    SaliencyNet,
    WeightsError,
    load_saliency,
    load_segmenter,
    saliency_preset,
    save_weights,
)


@pytest.fixture
def saved(tmp_path: Path) -> tuple[SaliencyNet, Path]:
    model = SaliencyNet(saliency_preset("saliency"))
    path = tmp_path / "saliency.safetensors"
    save_weights(model, path, "saliency", {"step": "1"})
    return model, path


def test_weights_come_back_as_they_were_in_half_precision(saved: tuple[SaliencyNet, Path]) -> None:
    model, path = saved
    back = load_saliency(path).state_dict()
    for name, value in model.state_dict().items():
        expected = value.half().float() if value.is_floating_point() else value
        assert torch.equal(back[name], expected), name


def test_weights_of_another_preset_are_refused_by_name(saved: tuple[SaliencyNet, Path]) -> None:
    with pytest.raises(WeightsError, match="preset 'saliency', not of 'squeezesam'"):
        load_segmenter(saved[1])


def test_a_missing_tensor_is_named(saved: tuple[SaliencyNet, Path]) -> None:
    tensors = load_file(saved[1])
    del tensors["head.bias"]
    save_file(tensors, saved[1], metadata={"preset": "saliency"})
    with pytest.raises(WeightsError, match=r"lacks head\.bias"):
        load_saliency(saved[1])


def test_a_tensor_of_another_shape_is_named(saved: tuple[SaliencyNet, Path]) -> None:
    tensors = load_file(saved[1])
    tensors["head.bias"] = torch.zeros(2)
    save_file(tensors, saved[1], metadata={"preset": "saliency"})
    with pytest.raises(WeightsError, match=r"head\.bias is \(2,\), not \(1,\)"):
        load_saliency(saved[1])


@pytest.mark.parametrize("content", [b"", b"not weights at all", b"\x10" + b"\0" * 40])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="cannot read the weights"):
        load_saliency(path)


def test_a_failed_save_leaves_the_old_file(
    saved: tuple[SaliencyNet, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, path = saved
    before = path.read_bytes()

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("squeezesam_model.weights.save_file", full_disk)
    with pytest.raises(OSError, match="No space"):
        save_weights(model, path, "saliency", {})
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]
