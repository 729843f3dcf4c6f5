"""bfloat16 or float32: what is asked for, or what this machine computes a step faster in."""

from __future__ import annotations

import copy
import dataclasses
import time
from collections.abc import Callable

import torch
from squeezesam_model.count import example_inputs
from squeezesam_model.segmenter import Segmenter
from torch import Tensor, nn

from squeezesam_train.config import TrainConfig
from squeezesam_train.distributed import World

# The fastest of so many; the first step of each kind, which prepares the kernels, does not count.
TIMED_STEPS = 2

Clock = Callable[[], float]


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """The autocast under which the network runs forward; ``auto`` that nobody settled is fp32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")


def settled(
    config: TrainConfig, model: nn.Module, world: World, clock: Clock = time.perf_counter
) -> TrainConfig:
    """The configuration with ``auto`` replaced by what process 0 computes faster in.

    Args:
        config: of the run.
        model: the run's own network, on its device; it is left as it is.
        world: the processes, which must all compute alike.
        clock: seconds; another one only in tests.
    """
    if config.precision != "auto":
        return config
    found = None
    if world.leads:
        found = faster_precision(model, config, world.device, clock)
    return dataclasses.replace(config, precision=world.from_leader(found))


def faster_precision(
    model: nn.Module, config: TrainConfig, device: torch.device, clock: Clock = time.perf_counter
) -> str:
    """``bf16`` or ``fp32``, whichever takes less time forward and backward.

    A processor that has bfloat16 need not be fast in it: oneDNN took five times as long as in
    float32 on one that has. Where it is emulated altogether nothing is timed.

    Args:
        model: its weights and statistics stay as they are.
        config: the first phase's size and batch are those of the timed steps.
        device: that computes.
        clock: seconds.
    """
    if not has_bf16(device.type):
        return "fp32"
    trial = copy.deepcopy(model).train()
    inputs = _inputs(model, config, device)
    seconds = {
        name: _fastest(lambda name=name: _step(trial, inputs, device, name), clock)  # type: ignore[misc]
        for name in ("fp32", "bf16")
    }
    return "bf16" if seconds["bf16"] < seconds["fp32"] else "fp32"


def has_bf16(device: str) -> bool:
    """Whether ``cpu`` or ``cuda`` computes in bfloat16 rather than emulating it."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


def _inputs(model: nn.Module, config: TrainConfig, device: torch.device) -> list[Tensor]:
    phase = config.phases[0]
    previous = isinstance(model, Segmenter) and model.preset.previous_mask
    count = None if isinstance(model, Segmenter) else 1  # the saliency network takes a photo alone
    single = example_inputs(phase.size, phase.size, previous_mask=previous)[:count]
    return [part.expand(phase.batch, *part.shape[1:]).contiguous().to(device) for part in single]


def _step(model: nn.Module, inputs: list[Tensor], device: torch.device, precision: str) -> None:
    with autocast(device, precision):
        found = model(*inputs)
    parts = found if isinstance(found, tuple) else (found,)
    torch.stack([part.float().mean() for part in parts]).sum().backward()
    model.zero_grad(set_to_none=True)
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _fastest(step: Callable[[], None], clock: Clock) -> float:
    step()
    times = []
    for _ in range(TIMED_STEPS):
        started = clock()
        step()
        times.append(clock() - started)
    return min(times)
