"""What squeezesam asks of an engine: load a program, run it. Nothing else.

An engine executes the lowered programs of a bundle, each under its name. Everything before and
after (resizing, prompts, choosing and enlarging the mask) is the C++ core's, the same for all
engines, so an engine of your own needs two small classes and can be given to `Segmenter.load`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from .. import _core

Tensor: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """One float32 input or output of a program.

    source: what fills an input (``photo``, ``planes``, ``points``, ``labels``, ``mask``,
        ``mask_flag``, ``program``), empty for an output.
    role: what an output is (``heat``, ``masks``, ``scores``, ``embedding``), empty for one that
        only other programs read, and for an input.
    """

    name: str
    shape: tuple[int, ...]
    source: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class ProgramSpec:
    """One program of a bundle: where it lies and which tensors go in and come out, in order.

    runs: ``photo`` (once a photo) or ``prompt`` (at every prediction).
    size: bytes of all its files.
    macs: multiply-adds of one run, 0 where the manifest is silent.
    """

    name: str
    path: Path
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    runs: str = "prompt"
    size: int = 0
    macs: int = 0


class Program(Protocol):
    """A loaded program. `run` must accept calls from several threads (it may make them queue)."""

    def run(self, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Executes once. Inputs and outputs are C-contiguous float32 of the spec's shapes.

        The inputs are valid only during the call. Raises EngineError when execution fails.
        """
        ...


@runtime_checkable
class Engine(Protocol):
    """Something that can load the programs of one target."""

    @property
    def name(self) -> str:
        """The engine's name as it stands in results, e.g. ``onnxruntime``."""
        ...

    @property
    def target(self) -> str:
        """The bundle target it executes: ``onnx``, ``executorch``, ``coreml`` or ``coreai``."""
        ...

    def load(self, spec: ProgramSpec) -> Program:
        """Loads one program and checks it against `spec`. Raises EngineError."""
        ...


def on_cancel(stop: Callable[[], object]) -> None:
    """Inside of `Program.run`, on its thread: what to call when the prediction is cancelled.

    `stop` is called at most once, by the thread that cancels (at once, where that has happened),
    and never after `run` has returned. It must not wait for the run. `run` should end soon after,
    with or without an error: the prediction fails with CancelledError. An engine that cannot be
    stopped leaves this out; a cancellation then waits for the end of its run.
    """
    _core.on_cancel(stop)
