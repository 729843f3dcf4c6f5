"""What a run tells: the log, the terminal, TensorBoard."""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

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


def _appended(path: Path) -> TextIO:
    """The log, to write on; never what a link or a pipe in its place leads to.

    Raises:
        OSError: it is one, or cannot be written.
    """
    follow_none = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | follow_none, 0o666)

    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OSError(errno.ELOOP, "it is a link or no file")
    return open(path, "a", encoding="utf-8", opener=opener)


class Journal:
    """Writes records to `log.jsonl`, to the terminal and, if asked, to TensorBoard's files.

    Args:
        folder: of the run.
        tensorboard: whether to write `folder`/tensorboard.
        step: steps done so far; what TensorBoard shows of later ones (lost with the process that
            had not saved them) is dropped.

    Raises:
        LogError: what would be written lies elsewhere.
    """

    def __init__(self, folder: Path, tensorboard: bool, step: int) -> None:
        self.path = folder / "log.jsonl"
        self._board: Any = None
        if tensorboard and (folder / "tensorboard").is_symlink():
            raise LogError(f"cannot write {folder / 'tensorboard'}: it is a link")
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
            with _appended(self.path) as file:
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
