"""What a run shows: TensorBoard's scalars and pictures."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from squeezesam_model.points import BOX_BOTTOM_RIGHT, BOX_TOP_LEFT, FOREGROUND, PADDING
from squeezesam_train.pictures import mask_table
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny_runs import log, settings, train


def test_tensorboard_gets_the_logs_figures_and_pictures(tmp_path: Path, photo_root: Path) -> None:
    phases = [{"size": 64, "steps": 3, "batch": 2}]
    config = settings(
        photo_root, task="segmenter", preset="squeezesam-fast", phases=phases,
        tensorboard=True, picture_every=2,
    )  # fmt: skip
    assert train(tmp_path, "run", config) == 0
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    names = {"size", "loss", "iou", "best_iou", "rate", "samples_per_s", "waiting"}
    assert set(events.Tags()["scalars"]) == names
    for name in names:
        shown = [(e.step, e.value) for e in events.Scalars(name)]
        assert shown == [(r["step"], pytest.approx(r[name])) for r in log(tmp_path, "run")]
    pictures = events.Images("masks")
    assert [p.step for p in pictures] == [2, 3]
    assert (pictures[0].width, pictures[0].height) == (3 * 64, 2 * 64)


def test_a_run_without_tensorboard_writes_none_of_it(tmp_path: Path, photo_root: Path) -> None:
    phases = [{"size": 64, "steps": 1, "batch": 2}]
    assert train(tmp_path, "run", settings(photo_root, phases=phases)) == 0
    names = {p.name for p in (tmp_path / "run").iterdir()}
    assert names == {"checkpoint.pt", "weights.safetensors", "log.jsonl"}


# What a stranger's folder, to be resumed, may have in place of what a run writes there.
ELSEWHERE: dict[str, Callable[[Path, Path], object]] = {
    "log.jsonl to a file": lambda run, kept: (run / "log.jsonl").symlink_to(kept),
    "log.jsonl to nothing": lambda run, kept: (run / "log.jsonl").symlink_to(kept.parent / "new"),
    "log.jsonl a pipe": lambda run, kept: os.mkfifo(run / "log.jsonl"),
    "log.jsonl a device": lambda run, kept: (run / "log.jsonl").symlink_to("/dev/null"),
    "tensorboard to a folder": lambda run, kept: (run / "tensorboard").symlink_to(kept.parent),
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_a_run_writes_through_no_link_in_its_folder(
    tmp_path: Path, photo_root: Path, what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "mine" / "authorized_keys"
    kept.parent.mkdir()
    kept.write_text("precious")
    (tmp_path / "run").mkdir()
    ELSEWHERE[what](tmp_path / "run", kept)
    phases = [{"size": 64, "steps": 1, "batch": 2}]
    config = settings(photo_root, phases=phases, tensorboard="tensorboard" in what)
    assert train(tmp_path, "run", config) == 1
    err = capfd.readouterr().err
    assert "squeezesam-train: cannot write" in err
    assert "Traceback" not in err
    assert list(kept.parent.iterdir()) == [kept]
    assert kept.read_text() == "precious"


def test_a_picture_shows_photo_and_prompts_target_and_prediction_side_by_side() -> None:
    target = torch.zeros(1, 64, 64, dtype=torch.bool)
    target[:, 16:32] = True
    valid = torch.ones(1, 64, 64, dtype=torch.bool)
    valid[:, 60:] = False
    batch = {
        "image": torch.full((1, 3, 64, 64), 7, dtype=torch.uint8),
        "target": target,
        "valid": valid,
        "points": torch.tensor([[[40.0, 20.0], [8.0, 8.0], [60.0, 50.0], [0.0, 0.0]]]),
        "labels": torch.tensor(
            [[float(FOREGROUND), float(BOX_TOP_LEFT), float(BOX_BOTTOM_RIGHT), float(PADDING)]]
        ),
    }
    logits = torch.full((1, 16, 16), -1.0)
    logits[:, :, :8] = 1
    picture = mask_table(batch, logits)
    assert picture.shape == (64, 192, 3)
    assert picture[20, 40].tolist() == [40, 220, 60]
    assert picture[8, 30].tolist() == picture[30, 60].tolist() == [250, 200, 30]
    assert picture[0, 0].tolist() == [7, 7, 7]
    assert np.array_equal(picture[:60, 64:128, 0] == 255, target[0, :60].numpy())
    assert (picture[60:, 64:128] == 128).all()
    assert (picture[:, 128:160] == 255).all()
    assert (picture[:, 160:] == 0).all()
