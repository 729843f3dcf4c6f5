"""What every target gets to lower, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from squeezesam_export.errors import ExportError

__all__ = ["F32", "Execute", "ExportError", "LoweredProgram", "SourceProgram", "output_shapes",
           "reference"]  # fmt: skip

F32 = NDArray[np.float32]
Execute = Callable[[Sequence[F32]], list[F32]]


@dataclass(frozen=True)
class SourceProgram:
    """One network, folded, at a fixed size, ready to be lowered.

    Attributes:
        name: of the program in the bundle; its file is called after it.
        module: float32, evaluation mode, BatchNorm and normalisation folded away; takes the inputs
            in order and returns a tuple of tensors in the order of ``outputs``.
        inputs: name → example tensor (float32), in order.
        outputs: names of the outputs, in order.
        calibration: inputs made from real photos, for static quantisation.
        macs: multiply-accumulates of one run.
    """

    name: str
    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]
    calibration: tuple[tuple[Tensor, ...], ...]
    macs: int

    @property
    def example(self) -> tuple[Tensor, ...]:
        """The example inputs in order."""
        return tuple(self.inputs.values())


@dataclass(frozen=True)
class LoweredProgram:
    """A program on disk.

    Attributes:
        path: file or folder (.mlpackage).
        execute: runs the written file on numpy arrays (None where this machine cannot).
        quantisation: scheme and settings for the manifest; None for floating point.
        engine: what ``execute`` runs with, and its settings; or what checked the graph.
        delegated: nodes or delegate calls that the backend took over (None if meaningless).
        left_over: operators left outside the delegate (None if meaningless).
        timed: whether the time of ``execute`` says anything about an app's (that of an
            interpreter does not).
        notes: further facts for the manifest, such as the lint's operator counts.
    """

    path: Path
    execute: Execute | None
    quantisation: dict[str, Any] | None
    engine: str
    delegated: int | None = None
    left_over: int | None = None
    timed: bool = True
    notes: dict[str, Any] = field(default_factory=dict)


def output_shapes(program: SourceProgram) -> list[tuple[int, ...]]:
    """Shapes of a program's outputs, in order."""
    return [output.shape for output in reference(program, program.example)]


def reference(program: SourceProgram, inputs: Sequence[Tensor]) -> list[F32]:
    """The fp32 network's outputs for one set of inputs."""
    with torch.inference_mode():
        return [output.numpy() for output in program.module(*inputs)]
