"""Averaging the weights of several runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml
from safetensors import safe_open
from squeezesam_model import SaliencyNet, load_saliency, saliency_preset, save_weights
from squeezesam_train.config_file import parse_config
from squeezesam_train.soup import averaged, main, renew_statistics
from tiny_runs import settings


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    paths = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        paths.append(tmp_path / f"{seed}.safetensors")
        notes = {"licence": "MIT", "provenance": "photos of mine", "step": str(seed)}
        save_weights(SaliencyNet(saliency_preset("saliency")), paths[-1], "saliency", notes)
    return paths


@pytest.fixture
def config(tmp_path: Path, photo_root: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(settings(photo_root)))
    return path


def test_every_weight_is_the_mean_and_whole_numbers_are_kept() -> None:
    first = {"w": torch.tensor([1.0, 2.0]), "n": torch.tensor(3)}
    second = {"w": torch.tensor([3.0, 8.0]), "n": torch.tensor(5)}
    mean = averaged([first, second])
    assert mean["w"].tolist() == [2, 5]
    assert mean["n"] == 5


def test_the_statistics_become_those_of_the_batches_seen(photo_root: Path) -> None:
    net = SaliencyNet(saliency_preset("saliency"))
    torch.manual_seed(0)
    batches = [{"image": torch.randint(0, 255, (2, 3, 64, 64), dtype=torch.uint8)} for _ in "abc"]
    seen: list[torch.Tensor] = []
    stem, norm = net.trunk.encoder.stem[0], net.trunk.encoder.stem[1]
    hook = stem.register_forward_hook(lambda *call: seen.append(call[2].detach()))
    norm.running_mean += 100
    momentum = norm.momentum
    renew_statistics(net, batches, parse_config(settings(photo_root)))
    hook.remove()
    means = torch.stack([features.mean((0, 2, 3)) for features in seen])
    variances = torch.stack([features.var((0, 2, 3)) for features in seen])
    torch.testing.assert_close(norm.running_mean, means.mean(0), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(norm.running_var, variances.mean(0), rtol=1e-4, atol=1e-5)
    assert norm.momentum == momentum
    assert not net.training


def test_the_command_writes_the_mean_with_new_statistics_and_says_what_went_in(
    runs: list[Path], config: Path, tmp_path: Path
) -> None:
    output = tmp_path / "mean.safetensors"
    words = [*map(str, runs), "--config", str(config), "--samples", "4"]
    assert main([*words, "--output", str(output)]) == 0
    mean, one, two = (load_saliency(path).state_dict() for path in (output, *runs))
    weight = "trunk.encoder.stem.0.weight"
    torch.testing.assert_close(mean[weight], (one[weight] + two[weight]) / 2, rtol=2e-3, atol=1e-4)
    assert not torch.equal(
        mean["trunk.encoder.stem.1.running_mean"], one["trunk.encoder.stem.1.running_mean"]
    )
    with safe_open(output, "pt") as file:
        told = file.metadata()
    assert len(told["averaged"].split()) == 2
    # What both say alike stays true of the mean; how far each was trained does not.
    assert (told["licence"], told["provenance"]) == ("MIT", "photos of mine")
    assert "step" not in told


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (lambda words: words[1:], 2, "two or more weights"),
        (lambda words: [*words, "--samples", "0"], 2, "a sample or more"),
        (lambda words: [*words, "--set", "task=dance"], 2, "task must be"),
        (lambda words: ["missing.safetensors", *words], 1, "cannot read the weights"),
        (lambda words: [*words, "--set", "data=nowhere"], 1, "nowhere"),
    ],
)
def test_what_cannot_be_averaged_is_said_in_a_sentence(
    change: object, code: int, message: str, runs: list[Path], config: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    output = tmp_path / "mean.safetensors"
    words = [*map(str, runs), "--config", str(config), "--output", str(output)]
    assert main(change(words)) == code
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not output.exists()


def test_an_earlier_output_is_kept_unless_told_otherwise(
    runs: list[Path], config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "mean.safetensors"
    output.write_bytes(b"mine")
    words = [*map(str, runs), "--config", str(config), "--output", str(output)]
    assert main(words) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert output.read_bytes() == b"mine"
    assert main([*words, "--samples", "2", "--overwrite"]) == 0
    assert load_saliency(output)
