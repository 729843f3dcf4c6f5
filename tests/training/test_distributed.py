"""Two processes on gloo: they train like one with the doubled batch, stop and fail together."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from squeezesam_train.batches import RankBatches
from squeezesam_train.checkpoint import load_checkpoint
from squeezesam_train.distributed import DeviceError, pick_device
from tiny_runs import FAILING_RANK, arguments, log, settings, torchrun, train

COMPARE_GRADIENTS = Path(__file__).with_name("compare_gradients.py")


def test_two_processes_have_the_gradients_and_statistics_of_the_whole_batch() -> None:
    result = torchrun(str(COMPARE_GRADIENTS))
    assert result.returncode == 0, result.stderr
    compared, worst, _ = result.stdout.split()
    assert int(compared) > 50
    assert float(worst) < 1e-11


def test_two_processes_train_stop_resume_and_fail_like_one_with_the_doubled_batch(
    tmp_path: Path, photo_root: Path
) -> None:
    def config(batch: int) -> dict[str, object]:
        # With correction steps, and at rates so small that rounding, which decides the sign of a
        # gradient near zero and with it AdamW's step, moves no weight far.
        phases = [{"size": 64, "steps": 4, "batch": batch, "correction": 0.6}]
        more = {"lr": 1e-5, "muon_lr": 1e-4, "save_every": 1, "phases": phases}
        return settings(photo_root, task="segmenter", preset="squeezesam-fast", **more)

    assert train(tmp_path, "one", config(4)) == 0
    # Process 1 alone gets the signal, while step 1 (from 0) is at work: both stop after it.
    command = arguments(tmp_path, "two", config(2))
    result = torchrun(str(FAILING_RANK), "term", "1", "1", *command)
    assert result.returncode == 0, result.stderr
    assert _step(tmp_path / "two") == 2

    # They go on; at step 3 process 1 is killed, process 0 says so and keeps the checkpoint.
    result = torchrun(str(FAILING_RANK), "kill", "1", "3", *command)
    assert result.returncode != 0
    assert "going on at step 2" in result.stderr
    (sentence,) = [x for x in result.stderr.splitlines() if x.startswith("squeezesam-train: ")]
    assert "process 0 of 2 lost the others" in sentence
    assert _step(tmp_path / "two") == 3

    # One process with the doubled batch does the last step.
    assert train(tmp_path, "two", config(4)) == 0
    one, two = log(tmp_path, "one"), log(tmp_path, "two")
    assert [r["step"] for r in two] == [1, 2, 3, 4]
    for expected, found in zip(one, two, strict=True):
        assert found["loss"] == pytest.approx(expected["loss"], abs=5e-4)
        assert found["iou"] == pytest.approx(expected["iou"], abs=0.01)
        assert found["rate"] == expected["rate"]
    states = [load_checkpoint(tmp_path / name / "checkpoint.pt") for name in ("one", "two")]
    weights = [_flat(state["model"]) for state in states]
    assert (weights[0] - weights[1]).abs().max() < 1e-4
    assert (weights[0] - weights[1]).abs().mean() < 1e-6
    momenta = [_flat(state["optimisers"][1]["state"]) for state in states]
    assert (momenta[0] - momenta[1]).norm() < 0.05 * momenta[0].norm()


def test_processes_share_the_samples_of_one_in_its_order() -> None:
    alone = list(RankBatches(passes=3, batch=4, rank=0, size=1))
    shares = [list(RankBatches(passes=3, batch=2, rank=rank, size=2)) for rank in range(2)]
    assert [a + b for a, b in zip(*shares, strict=True)] == alone
    assert alone == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


def test_a_device_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device("auto").type == "cpu"
    with pytest.raises(DeviceError, match="no CUDA device"):
        pick_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert pick_device("auto", 1) == torch.device("cuda", 1)
    with pytest.raises(DeviceError, match="2 found"):
        pick_device("auto", 2)


def _step(run: Path) -> int:
    return int(load_checkpoint(run / "checkpoint.pt")["step"])


def _flat(values: dict[object, object]) -> torch.Tensor:
    tensors = [v["momentum"] if isinstance(v, dict) else v for v in values.values()]
    return torch.cat([t.flatten().double() for t in tensors])
