"""Several processes training one network: who is who, what they agree on, how they part.

`torchrun` starts the processes and sets RANK, WORLD_SIZE and LOCAL_RANK; without it a run is a
world of one, where everything here is free.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from squeezesam_train.synced_norm import synchronise


class PeersLostError(Exception):
    """Another process of the run has ended or no longer answers."""


class DeviceError(Exception):
    """A device that this machine does not have."""


def pick_device(name: str, local_rank: int = 0) -> torch.device:
    """The device for ``auto``, ``cpu`` or ``cuda``; process ``local_rank`` takes its own GPU.

    Raises:
        DeviceError: CUDA is asked for and absent, or has fewer GPUs than processes.
    """
    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "cpu" or (name == "auto" and not found):
        return torch.device("cpu")
    if not found:
        raise DeviceError("device=cuda, but torch finds no CUDA device here")
    if local_rank >= found:
        raise DeviceError(
            f"process {local_rank} of this machine has no GPU left ({found} found): "
            "give --nproc-per-node that number, or device=cpu"
        )
    return torch.device("cuda", local_rank)


@dataclass(frozen=True)
class World:
    """The processes of a run, as one of them sees it.

    Attributes:
        device: where this process computes.
        rank: number of this process, from 0.
        size: number of processes.
    """

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and the log."""
        return self.rank == 0

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process; all of them must ask."""
        if self.size == 1:
            return flag
        value = torch.tensor(float(flag), device=self.device)
        with self.guard():
            dist.all_reduce(value, dist.ReduceOp.MAX)
            return bool(value.item())

    def mean(self, values: list[float]) -> list[float]:
        """Means over the processes, value by value; all of them must ask."""
        if self.size == 1:
            return values
        table = torch.tensor(values, dtype=torch.float64, device=self.device)
        with self.guard():
            dist.all_reduce(table)
            joined: list[float] = (table / self.size).tolist()
            return joined

    def from_leader(self, value: Any) -> Any:
        """What process 0 passed, in every process."""
        if self.size == 1:
            return value
        box = [value]
        with self.guard():
            dist.broadcast_object_list(box, src=0, device=self.device)
        return box[0]

    def spread(self, model: nn.Module) -> nn.Module:
        """What to call in training: DistributedDataParallel over ``model``.

        ``model`` itself gets synchronised BatchNorm and keeps the names of its weights.
        """
        if self.size == 1:
            return model
        # A hint about speed for one tensor of a thousand bytes, on every start.
        warnings.filterwarnings("ignore", message="Grad strides do not match")
        with self.guard():
            # Synchronised statistics are the same everywhere: nothing to broadcast at each step.
            return DistributedDataParallel(synchronise(model), forward_sync_buffers=False)

    def accumulating(self, model: nn.Module, last: bool) -> AbstractContextManager[Any]:
        """Gradients are joined only in the last of a step's passes."""
        if last or not isinstance(model, DistributedDataParallel):
            return nullcontext()
        return model.no_sync()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turn the errors of a broken connection into :class:`PeersLostError`."""
        try:
            yield
        except RuntimeError as error:
            if self.size == 1 or not _connection_broke(error):
                raise
            reason = str(error).strip().splitlines()[0]
            raise PeersLostError(
                f"process {self.rank} of {self.size} lost the others, which ended or hang; "
                f"the last checkpoint is kept ({reason})"
            ) from error


def _connection_broke(error: RuntimeError) -> bool:
    if isinstance(error, dist.DistError):
        return True
    text = str(error).lower()
    return any(word in text for word in ("gloo", "nccl", "connection", "timed out"))


def join_world(device_name: str, timeout: int) -> World:
    """Join the processes that torchrun started (a world of one without it).

    Args:
        device_name: ``auto``, ``cpu`` or ``cuda``.
        timeout: seconds after which a process that waits for the others gives up.

    Raises:
        DeviceError: see :func:`pick_device`.
        PeersLostError: the others cannot be reached.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    device = pick_device(device_name, int(os.environ.get("LOCAL_RANK", "0")))
    if size == 1:
        return World(device)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    world = World(device, int(os.environ["RANK"]), size)
    with world.guard():
        dist.init_process_group(
            "nccl" if device.type == "cuda" else "gloo", timeout=timedelta(seconds=timeout)
        )
    return world


def leave_world() -> None:
    """Part from the other processes, once all is done."""
    if dist.is_available() and dist.is_initialized():
        dist.destroy_process_group()
