"""Whole runs on a few real photos: learning, resuming, stopping, bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
import yaml
from squeezesam_model import load_saliency, load_segmenter
from squeezesam_train.checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from squeezesam_train.cli import main
from squeezesam_train.config import ConfigError, Phase, parse_config
from squeezesam_train.dataset import Photos, SegmenterSamples
from squeezesam_train.engine import Trainer
from squeezesam_train.photos import DataError, list_photos, read_photo


def _settings(root: Path, **changes: object) -> dict[str, object]:
    settings: dict[str, object] = {
        "task": "saliency",
        "preset": "saliency",
        "data": str(root),
        "phases": [{"size": 64, "steps": 3, "batch": 2}, {"size": 96, "steps": 2, "batch": 2}],
        "warmup": 1,
        "workers": 0,
        "precision": "fp32",
        "threads": 1,
        "log_every": 1,
    }
    return {**settings, **changes}


def _train(tmp_path: Path, name: str, settings: dict[str, object], *more: str) -> int:
    config = tmp_path / f"{name}.yaml"
    config.write_text(yaml.safe_dump(settings))
    return main(["--config", str(config), "--output", str(tmp_path / name), *more])


def test_a_run_writes_weights_that_load_and_a_log(tmp_path: Path, photo_root: Path) -> None:
    assert _train(tmp_path, "run", _settings(photo_root)) == 0
    load_saliency(tmp_path / "run" / "weights.safetensors")
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert [r["step"] for r in records] == [1, 2, 3, 4, 5]
    assert [r["size"] for r in records] == [64, 64, 64, 96, 96]
    assert all(0 <= r["waiting"] <= 1 for r in records)


def test_a_stopped_and_resumed_run_equals_an_unbroken_one_bit_for_bit(
    tmp_path: Path, photo_root: Path
) -> None:
    changes = {"task": "segmenter", "preset": "squeezesam"}
    phases = [{"size": 64, "steps": 4, "batch": 2, "correction": 0.5}]
    config = parse_config(_settings(photo_root, phases=phases, **changes))
    photos = Photos(list_photos(photo_root, "train"), {})
    whole = Trainer(config, photos, tmp_path / "whole")
    whole.folder.mkdir()
    whole.run()

    first = Trainer(config, photos, tmp_path / "parts")
    first.folder.mkdir()
    original = first._step

    def step_then_stop(batches: list[dict[str, torch.Tensor]], phase: Phase) -> object:
        result = original(batches, phase)
        if first.step == 1:
            first._stop(15, None)
        return result

    first._step = step_then_stop  # type: ignore[method-assign]
    first.run()
    assert first.step == 2
    second = Trainer(config, photos, tmp_path / "parts")
    assert second.resume()
    second.run()
    expected, found = whole.average.model.state_dict(), second.average.model.state_dict()
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    load_segmenter(tmp_path / "parts" / "weights.safetensors")


def test_training_learns_the_three_photos_by_heart(tmp_path: Path, photo_root: Path) -> None:
    phases = [{"size": 64, "steps": 60, "batch": 8}]
    settings = _settings(photo_root, phases=phases, log_every=10, warmup=5)
    assert _train(tmp_path, "heart", settings) == 0
    lines = (tmp_path / "heart" / "log.jsonl").read_text().splitlines()
    first, last = json.loads(lines[0]), json.loads(lines[-1])
    assert last["loss"] < 0.6 * first["loss"]
    assert last["iou"] > 0.6


def test_samples_depend_on_seed_and_index_alone(photo_root: Path) -> None:
    photos = Photos(list_photos(photo_root, "train"), {})
    config = parse_config(_settings(photo_root))
    early = SegmenterSamples(photos, config, 64, 0, 10)
    late = SegmenterSamples(photos, config, 64, 6, 4)
    for name, value in late[1].items():
        assert torch.equal(value, early[7][name]), name


def test_a_loss_that_is_not_a_number_stops_and_keeps_the_checkpoint(
    tmp_path: Path, photo_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _train(tmp_path, "nan", _settings(photo_root, save_every=1)) == 0
    before = (tmp_path / "nan" / "checkpoint.pt").read_bytes()
    broken = _settings(photo_root, save_every=1, lr=float("inf"), muon_lr=float("inf"))
    broken["phases"] = [{"size": 64, "steps": 9, "batch": 2}]
    assert _train(tmp_path, "nan", broken) == 1
    assert "not a number" in capsys.readouterr().err
    assert (tmp_path / "nan" / "checkpoint.pt").read_bytes() == before


def test_a_full_disk_loses_no_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, {"step": 1})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(CheckpointError, match="previous one is untouched"):
        save_checkpoint(path, {"step": 2})
    assert load_checkpoint(path)["step"] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_truncated_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, {"step": 1})
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CheckpointError, match="cannot read the checkpoint"):
        load_checkpoint(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "dance"}, "task must be"),
        ({"phases": []}, "'phases' must be a list"),
        ({"phases": [{"size": 100, "steps": 1, "batch": 2}]}, "multiple of 32"),
        ({"phases": [{"size": 64, "steps": 1, "batch": 1}]}, "batch of 2"),
        ({"learning": 3}, "unknown key 'learning'"),
        ({"warmup": "soon"}, "'warmup' must be of type int"),
    ],
)
def test_a_wrong_configuration_names_the_key(change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config({**_settings(Path("nowhere")), **change})


def test_bad_commands_end_in_one_sentence_and_the_right_code(
    tmp_path: Path, photo_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _train(tmp_path, "a", _settings(tmp_path / "nowhere")) == 1
    assert _train(tmp_path, "b", _settings(photo_root), "phases") == 2
    assert _train(tmp_path, "c", _settings(photo_root, preset="huge")) == 1
    lines = [x for x in capsys.readouterr().err.splitlines() if x.startswith("squeezesam-train:")]
    assert len(lines) == 3
    assert "index.csv" in lines[0]
    assert "key=value" in lines[1]
    assert "unknown preset 'huge'" in lines[2]


def test_a_mask_without_its_photo_is_named(photo_root: Path, tmp_path: Path) -> None:
    entry = list_photos(photo_root, "train")[0]
    missing = type(entry)(**{**entry.__dict__, "image_path": tmp_path / "gone.webp"})
    with pytest.raises(DataError, match=r"gone\.webp"):
        read_photo(missing)


def test_a_signal_to_the_whole_process_group_still_saves_the_last_step(
    tmp_path: Path, photo_root: Path
) -> None:
    phases = [{"size": 64, "steps": 100_000, "batch": 2}]
    settings = _settings(photo_root, phases=phases, workers=1, save_every=100_000)
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(settings))
    command = ["--config", str(config), "--output", str(tmp_path / "run")]
    process = subprocess.Popen(
        [sys.executable, "-m", "squeezesam_train.cli", *command], start_new_session=True
    )
    log = tmp_path / "run" / "log.jsonl"
    deadline = time.monotonic() + 120
    while (not log.exists() or not log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGTERM)
    assert process.wait(60) == 0
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt")["step"] >= 1
