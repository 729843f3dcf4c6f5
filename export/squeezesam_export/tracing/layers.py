"""Layers of a program, and the signal-to-noise ratio of everything that flows between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
# Where both graphs agree exactly.
EXACT_DB = 120.0


@dataclass(frozen=True)
class LayerNode:
    """One operator of the fp32 graph that has an equal in the exported one.

    Attributes:
        name: a weight's path where it has one, else the operator's name in the graph.
        kind: operator, such as ``Conv``.
        inputs: tensors it reads, without weights.
        output: the tensor that its followers read: behind its bias and activation.
        macs: multiply-accumulates of one run.
        precision: how the exported program computes it, such as ``int8`` or ``fp32``.
        delegated: whether the accelerator's delegate takes it; None where there is none.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    output: str
    macs: int
    precision: str
    delegated: bool | None = None


class Tracer(Protocol):
    """Runs the fp32 and the exported program and shows the tensors inside.

    Attributes:
        nodes: the layers, in the order of execution.
        time_share: layer name → share of the exported program's time, 0…1; empty where the
            engine does not tell.
        left_over: operators outside of the delegate, with their number.
    """

    nodes: list[LayerNode]
    time_share: dict[str, float]
    left_over: dict[str, int]

    def trace(self, inputs: tuple[F32, ...]) -> Iterator[tuple[str, F32, F32]]:
        """Every tensor that both graphs have: name, fp32 value, exported value."""


@dataclass
class SnrMeter:
    """Signal and noise energies per tensor, added up over photos."""

    signal: dict[str, float] = field(default_factory=dict)
    noise: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, expected: F32, found: F32) -> None:
        """One photo's tensor; shapes are equal."""
        wanted = expected.astype(np.float64)
        difference = found.astype(np.float64) - wanted
        self.signal[name] = self.signal.get(name, 0.0) + float((wanted**2).sum())
        self.noise[name] = self.noise.get(name, 0.0) + float((difference**2).sum())

    def decibels(self, name: str) -> float:
        """10·log10 of signal over noise, at most :data:`EXACT_DB`."""
        signal, noise = max(self.signal[name], 1e-30), max(self.noise[name], 1e-30)
        return min(EXACT_DB, float(10 * np.log10(signal / noise)))


@dataclass(frozen=True)
class LayerReport:
    """A line of the report.

    Attributes:
        node: the layer.
        snr_db: of its output, with all errors from further up.
        own_db: signal over the noise that it added to its worst input's: its own doing;
            :data:`EXACT_DB` where it added none.
        macs_share: of the program's, 0…1.
        time_share: of the program's, 0…1; None where the engine does not tell.
    """

    node: LayerNode
    snr_db: float
    own_db: float
    macs_share: float
    time_share: float | None


def measure(tracer: Tracer, photos: Iterable[tuple[F32, ...]]) -> list[LayerReport]:
    """All layers, the one that adds most noise first."""
    meter = SnrMeter()
    for inputs in photos:
        for name, expected, found in tracer.trace(inputs):
            meter.add(name, expected, found)
    total = sum(node.macs for node in tracer.nodes) or 1
    reports = [_report(node, meter, total, tracer.time_share) for node in tracer.nodes]
    return sorted(reports, key=lambda report: report.own_db)


def _report(
    node: LayerNode, meter: SnrMeter, total: int, time_share: Mapping[str, float]
) -> LayerReport:
    snr = meter.decibels(node.output)
    # An input that only one of the graphs has (a constant, a photo) is exact.
    before = [meter.decibels(name) for name in node.inputs if name in meter.signal]
    own = _added(min(before, default=EXACT_DB), snr)
    share = time_share.get(node.name) if time_share else None
    return LayerReport(node, snr, own, node.macs / total, share)


def _added(before_db: float, after_db: float) -> float:
    """SNR of the noise that came on top, as if the two were independent."""
    noise = 10 ** (-after_db / 10) - 10 ** (-before_db / 10)
    return EXACT_DB if noise <= 10 ** (-EXACT_DB / 10) else float(-10 * np.log10(noise))
