"""Checkpoints: resuming, full disks, damaged files, files of another run."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from squeezesam_model import load_segmenter
from squeezesam_train import checkpoint
from squeezesam_train.checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from squeezesam_train.config import Phase
from squeezesam_train.config_file import parse_config
from squeezesam_train.engine import Trainer
from squeezesam_train.photos import list_photos
from squeezesam_train.sources.folder import FolderPhotos
from tiny_runs import FAILING_RANK, arguments, settings, train


def test_a_stopped_and_resumed_run_equals_an_unbroken_one_bit_for_bit(
    tmp_path: Path, photo_root: Path
) -> None:
    changes = {"task": "segmenter", "preset": "squeezesam-fast"}
    phases = [{"size": 64, "steps": 4, "batch": 2, "correction": 0.5}]
    config = parse_config(settings(photo_root, phases=phases, **changes))
    photos = FolderPhotos(list_photos(photo_root, "train"), {})
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


def test_a_run_killed_at_a_step_goes_on_from_its_checkpoint_to_the_same_weights(
    tmp_path: Path, photo_root: Path
) -> None:
    changes = settings(photo_root, save_every=2)
    assert train(tmp_path, "whole", changes) == 0
    command = [str(FAILING_RANK), "kill", "0", "3", *arguments(tmp_path, "killed", changes)]
    killed = subprocess.run([sys.executable, *command], capture_output=True)
    assert killed.returncode == -9
    assert load_checkpoint(tmp_path / "killed" / "checkpoint.pt")["step"] == 2
    assert train(tmp_path, "killed", changes) == 0
    whole, resumed = (load_checkpoint(tmp_path / n / "checkpoint.pt") for n in ("whole", "killed"))
    for part in ("model", "average"):
        for name, value in whole[part].items():
            assert torch.equal(value, resumed[part][name]), name
    files = [load_file(tmp_path / n / "weights.safetensors") for n in ("whole", "killed")]
    assert all(torch.equal(value, files[1][name]) for name, value in files[0].items())


def test_a_full_disk_ends_the_run_with_a_sentence_and_loses_no_checkpoint(
    tmp_path: Path, photo_root: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def full(path: Path, _: object) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    phases = [{"size": 64, "steps": 2, "batch": 2}]
    assert train(tmp_path, "run", settings(photo_root, phases=phases)) == 0
    before = _contents(tmp_path / "run")
    monkeypatch.setattr(checkpoint, "_write", full)
    phases[0]["steps"] = 3
    assert train(tmp_path, "run", settings(photo_root, phases=phases)) == 1
    message = capsys.readouterr().err.splitlines()[-1]
    assert message.startswith("squeezesam-train: cannot write the checkpoint")
    assert "No space left on device (the previous one is untouched)" in message
    assert _contents(tmp_path / "run") == before


def test_a_disk_that_takes_no_more_bytes_loses_no_checkpoint(
    tmp_path: Path, photo_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    phases = [{"size": 64, "steps": 1, "batch": 2}]
    assert train(tmp_path, "run", settings(photo_root, phases=phases)) == 0
    before = _contents(tmp_path / "run")
    phases[0]["steps"] = 2
    config = settings(photo_root, phases=phases)
    with _largest_file(1 << 20):
        assert train(tmp_path, "run", config) == 1
    message = capsys.readouterr().err.splitlines()[-1]
    assert "cannot write the checkpoint" in message
    assert "File too large (the previous one is untouched)" in message
    assert set(before) == {"checkpoint.pt", "weights.safetensors"}
    assert _contents(tmp_path / "run") == before


def test_weights_that_find_no_room_leave_the_old_ones_and_the_new_checkpoint(
    tmp_path: Path, photo_root: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    phases = [{"size": 64, "steps": 1, "batch": 2}]
    assert train(tmp_path, "run", settings(photo_root, phases=phases)) == 0
    weights = (tmp_path / "run" / "weights.safetensors").read_bytes()
    original = checkpoint._write

    def write_and_fill(path: Path, state: dict[str, object]) -> None:
        original(path, state)
        _limit_files(len(weights) // 2)

    monkeypatch.setattr(checkpoint, "_write", write_and_fill)
    phases[0]["steps"] = 2
    config = settings(photo_root, phases=phases)
    with _largest_file(resource.RLIM_INFINITY):
        assert train(tmp_path, "run", config) == 1
    assert "cannot write the weights" in capsys.readouterr().err.splitlines()[-1]
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt")["step"] == 2
    assert (tmp_path / "run" / "weights.safetensors").read_bytes() == weights
    names = {p.name for p in (tmp_path / "run").iterdir()}
    assert names == {"checkpoint.pt", "weights.safetensors", "log.jsonl"}


def test_a_log_that_cannot_be_written_is_named(
    tmp_path: Path, photo_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run" / "log.jsonl").mkdir(parents=True)
    assert train(tmp_path, "run", settings(photo_root)) == 1
    assert "cannot write the log" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.9, 0.999])
def test_a_checkpoint_that_was_cut_off_is_refused_and_kept(
    share: float, tmp_path: Path, photo_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    save_checkpoint(run / "checkpoint.pt", {"step": 1, "model": {"w": torch.zeros(5000)}})
    whole = (run / "checkpoint.pt").read_bytes()
    (run / "checkpoint.pt").write_bytes(whole[: int(share * len(whole))])
    assert train(tmp_path, "run", settings(photo_root)) == 1
    message = capsys.readouterr().err.splitlines()[-1]
    assert "cannot read the checkpoint" in message
    assert "cut off or damaged" in message
    assert len((run / "checkpoint.pt").read_bytes()) == int(share * len(whole))


def test_files_that_are_no_checkpoints_are_refused(tmp_path: Path) -> None:
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(CheckpointError, match="not a checkpoint of squeezesam-train"):
        load_checkpoint(tmp_path / "list.pt")
    with pytest.raises(CheckpointError, match="No such file"):
        load_checkpoint(tmp_path / "missing.pt")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"task": "segmenter", "preset": "squeezesam-fast"},
            "task=saliency, this run has task=segment",
        ),
        ({"optimiser": "adamw"}, "optimiser=muon, this run has optimiser=adamw"),
    ],
)
def test_a_checkpoint_of_another_configuration_is_refused(
    change: dict[str, object], message: str, tmp_path: Path, photo_root: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    phases = [{"size": 64, "steps": 1, "batch": 2}]
    assert train(tmp_path, "run", settings(photo_root, phases=phases)) == 0
    before = _contents(tmp_path / "run")
    assert train(tmp_path, "run", settings(photo_root, phases=phases, **change)) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert message in last
    assert "--restart" in last
    assert _contents(tmp_path / "run") == before


def test_an_old_checkpoint_without_notes_is_compared_by_its_weights(
    tmp_path: Path, photo_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = settings(photo_root, phases=[{"size": 64, "steps": 1, "batch": 2}])
    assert train(tmp_path, "run", config) == 0
    path = tmp_path / "run" / "checkpoint.pt"
    state = load_checkpoint(path)
    for key in ("task", "preset", "optimiser"):
        del state[key]
    save_checkpoint(path, state)
    assert train(tmp_path, "run", config) == 0
    assert "going on at step 1" in capsys.readouterr().err
    state["model"]["head.bias"] = torch.zeros(7)
    save_checkpoint(path, state)
    assert train(tmp_path, "run", config) == 1
    assert "does not fit this configuration's network" in capsys.readouterr().err


def _contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "log.jsonl"}


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """Let the system refuse to write beyond ``size`` bytes into any file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    _limit_files(size)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _limit_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
