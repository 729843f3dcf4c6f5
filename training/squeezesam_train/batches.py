"""From samples to batches on the device: each process's share, loaded ahead of the training."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from squeezesam_train.distributed import World

Batch = dict[str, Tensor]


class RankBatches(Sampler[list[int]]):
    """Which samples each pass of a process takes.

    Pass k of all processes together takes the samples k·B·W … (k+1)·B·W − 1, process r the r-th B
    of them: W processes with a batch of B see what one process with W·B sees.
    """

    def __init__(self, passes: int, batch: int, rank: int, size: int) -> None:
        self.passes, self.batch, self.rank, self.size = passes, batch, rank, size

    def __len__(self) -> int:
        return self.passes

    def __iter__(self) -> Iterator[list[int]]:
        for number in range(self.passes):
            start = (number * self.size + self.rank) * self.batch
            yield list(range(start, start + self.batch))


def build_loader(
    samples: Dataset[Batch], passes: int, batch: int, workers: int, world: World
) -> DataLoader[Batch]:
    """This process's batches of a stretch of samples."""
    return DataLoader(
        samples,
        batch_sampler=RankBatches(passes, batch, world.rank, world.size),
        num_workers=workers,
        prefetch_factor=6 if workers else None,
        pin_memory=world.device.type == "cuda",
        worker_init_fn=_leave_stopping_to_the_trainer,
    )


def load(loader: DataLoader[Batch]) -> Generator[Batch, None, None]:
    """The loader's batches; its workers end with the generator, whatever ended it.

    An iterator that is merely dropped may live on in the traceback of the failure that ended a
    run, and Python waits at its exit for workers that do not listen to SIGTERM.
    """
    iterator = iter(loader)
    try:
        yield from iterator
    finally:
        if loader.num_workers:
            iterator._shutdown_workers()  # type: ignore[attr-defined]


def _leave_stopping_to_the_trainer(_: int) -> None:
    """A signal to the whole process group must not end the workers under a step at work."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def to_device(batch: Batch, device: torch.device) -> Batch:
    """The batch where the network is; the copy of pinned memory runs beside the computation."""
    return {name: value.to(device, non_blocking=True) for name, value in batch.items()}
