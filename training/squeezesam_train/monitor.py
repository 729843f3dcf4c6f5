"""What a run tells: the log, the terminal, TensorBoard."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from squeezesam_train.distributed import World
from squeezesam_train.steps import StepResult


class LogError(Exception):
    """A log that cannot be written."""


class Meter:
    """Running means since the last log line, and the share of time spent waiting for data."""

    def __init__(self, samples: int) -> None:
        self.samples = samples
        self.started = time.monotonic()
        self.waited = 0.0
        self.results: list[StepResult] = []

    def add(self, result: StepResult) -> None:
        """Count one step."""
        self.results.append(result)

    def figures(self, world: World) -> dict[str, Any]:
        """Means over the steps since the last call and over the processes; then start anew."""
        count = max(1, len(self.results))
        elapsed = time.monotonic() - self.started
        loss, iou, best, waited = world.mean(
            [
                sum(float(r.loss) for r in self.results) / count,
                sum(r.iou for r in self.results) / count,
                sum(r.best_iou for r in self.results) / count,
                self.waited / elapsed,
            ]
        )
        figures = {
            "loss": round(loss, 4),
            "iou": round(iou, 4),
            "best_iou": round(best, 4),
            "rate": round(self.results[-1].rate, 4),
            "samples_per_s": round(count * self.samples / elapsed, 1),
            "waiting": round(waited, 3),
        }
        self.started, self.waited, self.results = time.monotonic(), 0.0, []
        return figures


class Journal:
    """Writes records to `log.jsonl`, to the terminal and, if asked, to TensorBoard's files.

    Args:
        folder: of the run.
        tensorboard: whether to write `folder`/tensorboard.
        step: steps done so far; what TensorBoard shows of later ones (lost with the process that
            had not saved them) is dropped.
    """

    def __init__(self, folder: Path, tensorboard: bool, step: int) -> None:
        self.path = folder / "log.jsonl"
        self._board: Any = None
        if tensorboard:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def write(self, step: int, size: int, figures: dict[str, Any]) -> None:
        """One record.

        Raises:
            LogError: the log cannot be written.
        """
        record = {"step": step, "size": size, "time": round(time.time()), **figures}
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
        except OSError as error:
            raise LogError(
                f"cannot write the log {self.path}: {error.strerror} (the last checkpoint is kept)"
            ) from error
        text = "  ".join(f"{k} {v}" for k, v in record.items() if k != "time")
        print(text, file=sys.stderr, flush=True)
        if self._board is not None:
            for name, value in {"size": size, **figures}.items():
                self._board.add_scalar(name, value, step)

    @property
    def shows_pictures(self) -> bool:
        """Whether pictures go anywhere."""
        return self._board is not None

    def picture(self, step: int, image: NDArray[np.uint8]) -> None:
        """An H×W×3 picture of what the network does."""
        self._board.add_image("masks", image, step, dataformats="HWC")

    def close(self) -> None:
        """Write out what TensorBoard's files still lack."""
        if self._board is not None:
            self._board.close()
