"""Weights on disk: exact round trip, and refusal of whatever does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from squeezesam_model import (
    SaliencyNet,
    WeightsError,
    convert,
    load_saliency,
    load_segmenter,
    saliency_preset,
    save_weights,
)
from squeezesam_model.weights import shipped_weights


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
    with pytest.raises(WeightsError, match="preset 'saliency', not of 'squeezesam-fast'"):
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


def _old_names(path: Path, preset: str) -> dict[str, torch.Tensor]:
    """The file as squeezesam 0.1 wrote it."""
    tensors = {
        name.replace("trunk.encoder.", "trunk."): value for name, value in load_file(path).items()
    }
    save_file(tensors, path, metadata={"preset": preset, "step": "7"})
    return tensors


def test_weights_of_0_1_get_a_sentence_and_the_command_that_helps(
    saved: tuple[SaliencyNet, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    model, path = saved
    _old_names(path, "saliency")
    with pytest.raises(WeightsError, match=r"python -m squeezesam_model\.convert OLD NEW"):
        load_saliency(path)
    new = path.with_name("new.safetensors")
    assert convert.main([str(path), str(new)]) == 0
    back = load_saliency(new).state_dict()
    for name, value in model.state_dict().items():
        assert torch.equal(back[name], value.half().float() if value.ndim else value), name
    # A second time would overwrite it.
    assert convert.main([str(path), str(new)]) == 1
    assert "exists already" in capsys.readouterr().err


def test_the_narrow_network_of_0_1_is_called_fast_now(tmp_path: Path) -> None:
    path, new = tmp_path / "old.safetensors", tmp_path / "new.safetensors"
    path.write_bytes(shipped_weights("squeezesam-fast").read_bytes())
    _old_names(path, "squeezesam")
    with pytest.raises(WeightsError, match="now called 'squeezesam-fast'"):
        load_segmenter(path, "squeezesam")
    convert.convert(path, new)
    load_segmenter(new, "squeezesam-fast")
    with safe_open(new, framework="pt") as file:
        assert file.metadata() == {"preset": "squeezesam-fast", "step": "7"}


def test_converting_what_is_not_of_0_1_fails_in_a_sentence(
    saved: tuple[SaliencyNet, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"nothing")
    new = tmp_path / "new.safetensors"
    for old, reason in ((saved[1], "does not hold weights of squeezesam 0.1"), (broken, "cannot")):
        assert convert.main([str(old), str(new)]) == 1
        assert reason in capsys.readouterr().err
        assert not new.exists()
    assert convert.main([str(saved[1])]) == 2
