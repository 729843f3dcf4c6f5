"""The training loop: phases of growing size, resumable at any step."""

from __future__ import annotations

import dataclasses
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from squeezesam_model import saliency_preset, save_weights, segmenter_preset
from squeezesam_model.saliency import SaliencyNet
from squeezesam_model.segmenter import Segmenter
from torch import Tensor, nn
from torch.utils.data import DataLoader

from squeezesam_train.checkpoint import load_checkpoint, save_checkpoint
from squeezesam_train.config import Phase, TrainConfig
from squeezesam_train.dataset import SaliencySamples, SegmenterSamples
from squeezesam_train.ema import WeightAverage
from squeezesam_train.losses import nan_safe
from squeezesam_train.optim import build_optimisers, set_rate
from squeezesam_train.sources.base import PhotoSource
from squeezesam_train.steps import StepResult, saliency_step, segmenter_step

Batch = dict[str, Tensor]


_NOT_A_NUMBER = (
    "{} is not a number at step {}; the last checkpoint is kept "
    "(lower lr or muon_lr, or set precision=fp32)"
)


class TrainingError(Exception):
    """Training that cannot go on, such as a loss that is not a number."""


def build_model(config: TrainConfig) -> nn.Module:
    """The network of a configuration, freshly initialised from its seed."""
    torch.manual_seed(config.seed)
    model: nn.Module
    if config.task == "segmenter":
        model = Segmenter(segmenter_preset(config.preset))
    else:
        model = SaliencyNet(saliency_preset(config.preset))
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


class Trainer:
    """A run in a folder: `checkpoint.pt`, `weights.safetensors` (averaged, fp16), `log.jsonl`."""

    def __init__(self, config: TrainConfig, photos: PhotoSource, folder: Path) -> None:
        self.config, self.photos, self.folder = config, photos, folder
        if config.threads:
            torch.set_num_threads(config.threads)
        self.model = build_model(config)
        self.average = WeightAverage(self.model, config.ema)
        self.optimisers = build_optimisers(self.model, config)
        self.step = 0
        self._stopping = False

    def resume(self) -> bool:
        """Go on from the folder's checkpoint, if there is one."""
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return False
        state = load_checkpoint(path)
        self.model.load_state_dict(state["model"])
        self.average.model.load_state_dict(state["average"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            peaks = [group["peak"] for group in optimiser.param_groups]
            optimiser.load_state_dict(saved)
            # The configuration at hand decides the rates, not the one of the first start.
            for group, peak in zip(optimiser.param_groups, peaks, strict=True):
                group["peak"] = peak
        self.step = state["step"]
        return True

    def start_from(self, weights: dict[str, Tensor]) -> None:
        """Begin with given weights instead of random ones."""
        self.model.load_state_dict(weights)
        self.average.model.load_state_dict(weights)

    def run(self) -> None:
        """Train to the last step, or until SIGTERM or SIGINT asks for a clean stop."""
        previous = {s: signal.signal(s, self._stop) for s in (signal.SIGTERM, signal.SIGINT)}
        try:
            while self.step < self.config.total_steps and not self._stopping:
                self._run_phase()
        except RuntimeError:
            # A signal to the whole process group also ends the loader's workers, which torch
            # reports as an error: the run itself is sound and is saved below.
            if not self._stopping:
                raise
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
        self.save()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _run_phase(self) -> None:
        index, phase = self.config.phase_at(self.step)
        end = sum(p.steps for p in self.config.phases[: index + 1])
        first = self.config.first_sample(self.step)
        kind = SegmenterSamples if self.config.task == "segmenter" else SaliencySamples
        count = (end - self.step) * phase.batch
        samples = kind(self.photos, self.config, phase.size, first, count, phase.sizes, phase.batch)
        loader = DataLoader(
            samples, phase.batch, num_workers=self.config.workers, drop_last=True,
            prefetch_factor=6 if self.config.workers else None,
        )  # fmt: skip
        meter = Meter(phase.batch)
        for batch in timed(loader, meter):
            if self._stopping:
                return
            result = self._step(batch, phase)
            self.step += 1
            meter.add(result)
            if self.step % self.config.log_every == 0 or self.step == end:
                self._log(meter, phase.size)
                meter = meter.renew()
            if self.step % self.config.save_every == 0:
                self.save()

    def _step(self, batch: Batch, phase: Phase) -> StepResult:
        factor = set_rate(self.optimisers, self.step, self.config)
        self.model.train()
        if self.config.task == "segmenter":
            draw = np.random.default_rng((self.config.seed, 1, self.step)).random()
            result = segmenter_step(self.model, batch, self.config, phase, draw < phase.correction)
        else:
            result = saliency_step(self.model, batch, self.config)
        if not nan_safe(result.loss):
            raise TrainingError(_NOT_A_NUMBER.format("the loss", self.step))
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        result.loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        for optimiser in self.optimisers:
            optimiser.step()
        self.average.update(self.model, self.step)
        return dataclasses.replace(result, loss=result.loss.detach(), rate=factor)

    def save(self) -> None:
        """Checkpoint and averaged weights; weights that are no numbers replace nothing."""
        if not all(torch.isfinite(p).all() for p in self.model.parameters()):
            raise TrainingError(_NOT_A_NUMBER.format("a weight", self.step))
        save_checkpoint(
            self.folder / "checkpoint.pt",
            {
                "step": self.step,
                "model": self.model.state_dict(),
                "average": self.average.model.state_dict(),
                "optimisers": [o.state_dict() for o in self.optimisers],
            },
        )
        notes = {"step": str(self.step), "task": self.config.task}
        save_weights(
            self.average.model, self.folder / "weights.safetensors", self.config.preset, notes
        )

    def _log(self, meter: Meter, size: int) -> None:
        record = {"step": self.step, "size": size, "time": round(time.time()), **meter.figures()}
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        text = "  ".join(f"{k} {v}" for k, v in record.items() if k != "time")
        print(text, file=sys.stderr, flush=True)


class Meter:
    """Running means since the last log line, and the share of time spent waiting for data."""

    def __init__(self, batch: int) -> None:
        self.batch = batch
        self.started = time.monotonic()
        self.waited = 0.0
        self.results: list[StepResult] = []

    def add(self, result: StepResult) -> None:
        self.results.append(result)

    def renew(self) -> Meter:
        """Start anew in place: the timing iterator keeps hold of this object."""
        self.__init__(self.batch)  # type: ignore[misc]
        return self

    def figures(self) -> dict[str, Any]:
        count = max(1, len(self.results))
        elapsed = time.monotonic() - self.started
        return {
            "loss": round(sum(float(r.loss) for r in self.results) / count, 4),
            "iou": round(sum(r.iou for r in self.results) / count, 4),
            "best_iou": round(sum(r.best_iou for r in self.results) / count, 4),
            "rate": round(self.results[-1].rate, 4),
            "samples_per_s": round(count * self.batch / elapsed, 1),
            "waiting": round(self.waited / elapsed, 3),
        }


def timed(loader: DataLoader[Batch], meter: Meter) -> Iterator[Batch]:
    """The loader's batches, with the time spent waiting for each added to the meter."""
    batches = iter(loader)
    while True:
        before = time.monotonic()
        batch = next(batches, None)
        if batch is None:
            return
        meter.waited += time.monotonic() - before
        yield batch
