"""Whole runs on a few real photos: learning, resuming, stopping, bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from squeezesam_model import load_saliency
from squeezesam_train.checkpoint import load_checkpoint
from squeezesam_train.config_file import parse_config
from squeezesam_train.dataset import SegmenterSamples
from squeezesam_train.engine import Trainer
from squeezesam_train.groups import PhotoGroups
from squeezesam_train.network import build_model
from squeezesam_train.photos import DataError, list_photos, read_photo
from squeezesam_train.sources.base import Photo
from squeezesam_train.sources.folder import FolderPhotos
from squeezesam_train.steps import saliency_step
from tiny_runs import arguments, settings, train


def test_a_run_writes_weights_that_load_and_a_log(tmp_path: Path, photo_root: Path) -> None:
    assert train(tmp_path, "run", settings(photo_root)) == 0
    load_saliency(tmp_path / "run" / "weights.safetensors")
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert [r["step"] for r in records] == [1, 2, 3, 4, 5]
    assert [r["size"] for r in records] == [64, 64, 64, 96, 96]
    assert all(0 <= r["waiting"] <= 1 for r in records)


def test_training_learns_the_three_photos_by_heart(tmp_path: Path, photo_root: Path) -> None:
    phases = [{"size": 64, "steps": 60, "batch": 8}]
    config = settings(photo_root, phases=phases, log_every=10, warmup=5)
    assert train(tmp_path, "heart", config) == 0
    lines = (tmp_path / "heart" / "log.jsonl").read_text().splitlines()
    first, last = json.loads(lines[0]), json.loads(lines[-1])
    assert last["loss"] < 0.6 * first["loss"]
    assert last["iou"] > 0.6


def test_samples_depend_on_seed_and_index_alone(photo_root: Path) -> None:
    photos = FolderPhotos(list_photos(photo_root, "train"), {})
    config = parse_config(settings(photo_root))
    early = SegmenterSamples(photos, config, 64, 0, 10)
    late = SegmenterSamples(photos, config, 64, 6, 4)
    for name, value in late[1].items():
        assert torch.equal(value, early[7][name]), name


def test_a_loss_that_is_not_a_number_stops_and_keeps_the_checkpoint(
    tmp_path: Path, photo_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(tmp_path, "nan", settings(photo_root, save_every=1)) == 0
    before = (tmp_path / "nan" / "checkpoint.pt").read_bytes()
    broken = settings(photo_root, save_every=1, lr=float("inf"), muon_lr=float("inf"))
    broken["phases"] = [{"size": 64, "steps": 9, "batch": 2}]
    assert train(tmp_path, "nan", broken) == 1
    assert "not a number" in capsys.readouterr().err
    assert (tmp_path / "nan" / "checkpoint.pt").read_bytes() == before


def test_bad_commands_end_in_one_sentence_and_the_right_code(
    tmp_path: Path, photo_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(tmp_path, "a", settings(tmp_path / "nowhere")) == 1
    assert train(tmp_path, "b", settings(photo_root), "phases") == 2
    assert train(tmp_path, "c", settings(photo_root, preset="huge")) == 1
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
    config = settings(photo_root, phases=phases, workers=1, save_every=100_000)
    command = arguments(tmp_path, "run", config)
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


def test_accumulated_passes_take_the_samples_of_one_large_batch(
    tmp_path: Path, photo_root: Path
) -> None:
    photos = FolderPhotos(list_photos(photo_root, "train"), {})
    seen: dict[str, list[torch.Tensor]] = {}
    for name, batch, accumulate in (("large", 4, 1), ("small", 2, 2)):
        phases = [{"size": 64, "steps": 2, "batch": batch}]
        config = parse_config(settings(photo_root, phases=phases, accumulate=accumulate))
        trainer = Trainer(config, photos, tmp_path)
        trainer.step = 1
        feed = trainer._feed(trainer.config.phases[0], 1)
        seen[name] = [b["image"] for b in feed]
    assert [len(x) for x in seen["small"]] == [2, 2]
    assert torch.equal(torch.cat(seen["small"]), seen["large"][0])


def test_accumulated_passes_make_one_step_of_their_mean_gradient(
    tmp_path: Path, photo_root: Path
) -> None:
    phases = [{"size": 64, "steps": 1, "batch": 2}]
    config = parse_config(settings(photo_root, phases=phases, accumulate=2, clip=1e9))
    trainer = Trainer(config, FolderPhotos(list_photos(photo_root, "train"), {}), tmp_path)
    passes = list(trainer._feed(trainer.config.phases[0], 1))
    reference = build_model(config).train()
    gradients = []
    for batch in passes:
        saliency_step(reference, batch, config).loss.backward()
        gradients.append([p.grad.clone() for p in reference.parameters()])
        reference.zero_grad()
    trainer._step(passes, trainer.config.phases[0])
    for parameter, first, second in zip(trainer.model.parameters(), *gradients, strict=True):
        torch.testing.assert_close(parameter.grad, (first + second) / 2, rtol=1e-4, atol=1e-6)


def test_held_blocks_stay_as_they_were_and_all_others_learn(
    tmp_path: Path, photo_root: Path
) -> None:
    phases = [{"size": 64, "steps": 2, "batch": 2}]
    chosen = settings(photo_root, phases=phases, preset="saliency-lite0", frozen_blocks=3)
    config = parse_config(chosen)
    trainer = Trainer(config, FolderPhotos(list_photos(photo_root, "train"), {}), tmp_path)
    before = {k: v.clone() for k, v in trainer.model.state_dict().items()}
    for _ in range(2):
        trainer._step(list(trainer._feed(trainer.config.phases[0], 1)), trainer.config.phases[0])
    held = ("trunk.encoder.stem.", *(f"trunk.encoder.blocks.{i}." for i in range(3)))
    for name, value in trainer.model.state_dict().items():
        same = torch.equal(value, before[name])
        assert same == name.startswith(held) or value.numel() == 0, name


def test_more_held_blocks_than_there_are_is_a_sentence(photo_root: Path) -> None:
    with pytest.raises(ValueError, match=r"frozen_blocks is 99, but the encoder has \d+ blocks"):
        build_model(parse_config(settings(photo_root, preset="saliency-lite0", frozen_blocks=99)))
    with pytest.raises(ValueError, match="this preset's encoder has no blocks to hold still"):
        build_model(parse_config(settings(photo_root, frozen_blocks=1)))


def test_a_group_of_samples_shares_its_photo_as_far_as_it_has_objects(photo_root: Path) -> None:
    class Watched(FolderPhotos):
        drawn: list[str]

        def draw(self, rng: np.random.Generator) -> Photo:
            photo = super().draw(rng)
            self.drawn.append(Path(photo.name).stem)
            return photo

    photos = Watched(list_photos(photo_root, "train"), {})
    settings_of_four = settings(photo_root, task="segmenter", masks_per_photo=4, copy_paste=0.0)
    phases = [{"size": 64, "steps": 1, "batch": 4}]
    config = parse_config({**settings_of_four, "phases": phases})
    group = PhotoGroups(SegmenterSamples(photos, config, 64, 0, 400))
    draws = []
    for index in range(40):
        photos.drawn = []
        group[index]
        draws.append(photos.drawn)
    objects = {"coffee": 2, "astronaut": 1, "chelsea": 1}
    firsts = [draws[start][0] for start in range(0, 40, 4)]
    assert set(firsts) == set(objects)
    for number, name in enumerate(firsts):
        own = draws[4 * number : 4 * number + 4]
        # The group's photo is drawn for its first sample and serves as many as it has objects.
        assert [len(names) for names in own] == [1] + [0] * (objects[name] - 1) + [1] * (
            4 - objects[name]
        )
    late = PhotoGroups(SegmenterSamples(photos, config, 64, 22, 10))
    for name, value in group[29].items():
        assert torch.equal(value, late[7][name]), name
