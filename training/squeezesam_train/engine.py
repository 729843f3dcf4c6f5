"""The training loop: phases of growing size, resumable at any step, in one process or many."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from squeezesam_model import save_weights
from torch import Tensor, nn

from squeezesam_train.batches import Batch, build_loader, load, to_device
from squeezesam_train.checkpoint import (
    CheckpointError,
    check_owner,
    load_checkpoint,
    save_checkpoint,
)
from squeezesam_train.config import Phase, TrainConfig
from squeezesam_train.dataset import SAMPLES
from squeezesam_train.distributed import World, pick_device
from squeezesam_train.ema import WeightAverage
from squeezesam_train.groups import PhotoGroups
from squeezesam_train.losses import nan_safe
from squeezesam_train.monitor import Journal, Meter
from squeezesam_train.network import build_model, hold_still
from squeezesam_train.optim import build_optimisers, set_rate
from squeezesam_train.pictures import mask_table
from squeezesam_train.precision import settled
from squeezesam_train.sources.base import PhotoSource
from squeezesam_train.steps import StepResult, predict, saliency_step, segmenter_step

_NOT_A_NUMBER = "{} is not a number at step {}; the last checkpoint is kept "
_NOT_A_NUMBER += "(lower lr or muon_lr, or set precision=fp32)"


class TrainingError(Exception):
    """Training that cannot go on, such as a loss that is not a number."""


class Trainer:
    """A run in a folder: `checkpoint.pt`, `weights.safetensors` (averaged, fp16), `log.jsonl`.

    Args:
        config: of the run; its epochs are turned into steps here.
        photos: the training photos.
        folder: where process 0 writes.
        world: the processes that train together; without it this one alone.
    """

    def __init__(
        self, config: TrainConfig, photos: PhotoSource, folder: Path, world: World | None = None
    ) -> None:
        self.world = world or World(pick_device(config.device))
        self.config = config.resolved(len(photos), self.world.size)
        self.photos, self.folder = photos, folder
        if config.threads:
            torch.set_num_threads(config.threads)
        # Sizes stay for thousands of steps: let cuDNN look for its fastest way.
        torch.backends.cudnn.benchmark = True
        self.model = build_model(config).to(self.world.device)
        self.config = settled(self.config, self.model, self.world)
        self.average = WeightAverage(self.model, config.ema)
        self.optimisers = build_optimisers(self.model, config)
        self.parallel = self.world.spread(self.model)
        self.step = 0
        self._journal: Journal | None = None
        self._asked_to_stop = self._stopping = False

    def resume(self) -> bool:
        """Go on from the folder's checkpoint, if there is one.

        Process 0 reads it, so no other machine needs the file.

        Raises:
            CheckpointError: it is damaged or belongs to another run.
        """
        found: dict[str, Any] | CheckpointError | None = None
        if self.world.leads:
            try:
                found = self._read_checkpoint()
            except CheckpointError as error:
                found = error
        found = self.world.from_leader(found)
        if isinstance(found, CheckpointError):
            raise found
        if found is None:
            return False
        try:
            self._restore(found)
        except Exception as error:  # what was saved need not be what it is called
            raise CheckpointError(
                f"{self.folder / 'checkpoint.pt'} does not fit this configuration's network or "
                "optimiser: choose another --output, or give --restart to begin anew"
            ) from error
        return True

    def _read_checkpoint(self) -> dict[str, Any] | None:
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return None
        state = load_checkpoint(path)
        check_owner(state, self._owner(), path)
        return state

    def _owner(self) -> dict[str, str]:
        return {key: getattr(self.config, key) for key in ("task", "preset", "optimiser")}

    def _restore(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.average.model.load_state_dict(state["average"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            peaks = [group["peak"] for group in optimiser.param_groups]
            optimiser.load_state_dict(saved)
            # The configuration at hand decides the rates, not the one of the first start.
            for group, peak in zip(optimiser.param_groups, peaks, strict=True):
                group["peak"] = peak
        self.step = state["step"]

    def start_from(self, weights: dict[str, Tensor]) -> None:
        """Begin with given weights instead of random ones."""
        self.model.load_state_dict(weights)
        self.average.model.load_state_dict(weights)

    def run(self) -> None:
        """Train to the last step, or until SIGTERM or SIGINT asks for a clean stop.

        Raises:
            TrainingError: the loss is not a number.
            CheckpointError: a checkpoint cannot be written.
            LogError: the log cannot be written.
            PeersLostError: another process of the run has ended.
        """
        previous = {s: signal.signal(s, self._stop) for s in (signal.SIGTERM, signal.SIGINT)}
        try:
            if self.world.leads:
                self._journal = Journal(self.folder, self.config.tensorboard, self.step)
            while self.step < self.config.total_steps and not self._stopping:
                self._run_phase()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
            if self._journal is not None:
                self._journal.close()
        self.save()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def _run_phase(self) -> None:
        index, phase = self.config.phase_at(self.step)
        end = sum(p.steps for p in self.config.phases[: index + 1])
        with contextlib.closing(self._feed(phase, end - self.step)) as feed:
            self._run_steps(feed, phase, end)

    def _run_steps(self, feed: Iterator[Batch], phase: Phase, end: int) -> None:
        meter = Meter(phase.batch * self.config.accumulate * self.world.size)
        while self.step < end:
            before = time.monotonic()
            batches = [next(feed) for _ in range(self.config.accumulate)]
            meter.waited += time.monotonic() - before
            # A signal may reach one process alone, or all at different steps: they stop together.
            self._stopping = self.world.any(self._asked_to_stop)
            if self._stopping:
                return
            meter.add(self._step(batches, phase))
            self.step += 1
            self._report(meter, phase, end, batches[0])
            if self.step % self.config.save_every == 0:
                self.save()

    def _feed(self, phase: Phase, steps: int) -> Generator[Batch, None, None]:
        """This process's batches of the next steps, on its device."""
        passes = steps * self.config.accumulate
        first = self.config.first_sample(self.step) * self.world.size
        count = passes * phase.batch * self.world.size
        # All processes draw a pass's samples at one size.
        together = phase.batch * self.world.size
        samples = SAMPLES[self.config.task](
            self.photos, self.config, phase.size, first, count, phase.sizes, together
        )
        grouped = self.config.masks_per_photo > 1
        loader = build_loader(
            PhotoGroups(samples) if grouped else samples,
            passes, phase.batch, self.config.workers, self.world,
        )  # fmt: skip
        with contextlib.closing(load(loader)) as batches:
            for batch in batches:
                yield to_device(batch, self.world.device)

    def _step(self, batches: list[Batch], phase: Phase) -> StepResult:
        """One optimiser step over the passes' joined gradients."""
        factor = set_rate(self.optimisers, self.step, self.config)
        self.model.train()
        hold_still(self.model, self.config.frozen_blocks)
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        results = []
        for number, batch in enumerate(batches, 1):
            joins = self.world.accumulating(self.parallel, number == len(batches))
            with self.world.guard(), joins:
                result = self._forward(batch, phase)
                if self.world.any(not nan_safe(result.loss)):
                    raise TrainingError(_NOT_A_NUMBER.format("the loss", self.step))
                (result.loss / len(batches)).backward()
            results.append(dataclasses.replace(result, loss=result.loss.detach()))
        nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        for optimiser in self.optimisers:
            optimiser.step()
        self.average.update(self.model, self.step)
        return StepResult(
            torch.stack([r.loss for r in results]).mean(),
            sum(r.iou for r in results) / len(results),
            sum(r.best_iou for r in results) / len(results),
            factor,
        )

    def _forward(self, batch: Batch, phase: Phase) -> StepResult:
        if self.config.task == "saliency":
            return saliency_step(self.parallel, batch, self.config)
        draws = np.random.default_rng((self.config.seed, 1, self.step))
        correct = draws.random() < phase.correction
        rounds = int(draws.integers(1, phase.rounds + 1)) if correct else 0
        seed = (self.config.seed, 2, self.step)
        return segmenter_step(self.parallel, batch, self.config, phase, rounds, seed)

    def save(self) -> None:
        """Checkpoint and averaged weights; weights that are no numbers replace nothing.

        Raises:
            TrainingError: a weight is not a number.
            CheckpointError: the disk is full, or process 0 could not write for another reason.
        """
        if not all(torch.isfinite(p).all() for p in self.model.parameters()):
            raise TrainingError(_NOT_A_NUMBER.format("a weight", self.step))
        failure: CheckpointError | None = None
        if self.world.leads:
            try:
                self._write()
            except CheckpointError as error:
                failure = error
        if self.world.any(failure is not None):
            raise failure or CheckpointError("process 0 could not write the checkpoint")

    def _write(self) -> None:
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "average": self.average.model.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers],
            **self._owner(),
        }
        save_checkpoint(self.folder / "checkpoint.pt", state)
        notes = {"step": str(self.step), "task": self.config.task}
        path = self.folder / "weights.safetensors"
        try:
            save_weights(self.average.model, path, self.config.preset, notes)
        except (OSError, SafetensorError) as error:
            raise CheckpointError(
                f"cannot write the weights {path}: {error} "
                "(the previous ones are untouched, the checkpoint of this step is complete)"
            ) from error

    def _report(self, meter: Meter, phase: Phase, end: int, batch: Batch) -> None:
        journal = self._journal
        if self.step % self.config.log_every == 0 or self.step == end:
            # All processes take part in the means, one writes them.
            figures = meter.figures(self.world)
            if journal is not None:
                journal.write(self.step, phase.size, figures)
        shows = self.step % self.config.picture_every == 0 or self.step == end
        if shows and journal is not None and journal.shows_pictures:
            logits = predict(self.average.model, batch, self.config)
            journal.picture(self.step, mask_table(batch, logits))
