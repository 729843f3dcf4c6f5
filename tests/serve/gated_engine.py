"""ONNX Runtime behind a gate, so that a test decides when a network has run."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from squeezesam import ModelBundle, Program, ProgramSpec, Segmenter
from squeezesam.engines.onnxruntime_engine import OnnxRuntimeEngine
from squeezesam.engines.protocol import Tensor


class GatedEngine:
    """Programs wait while the gate is shut. runs: names of programs, in order."""

    name = "gated"
    target = "onnx"

    def __init__(self) -> None:
        self._engine = OnnxRuntimeEngine(threads=1)
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.runs: list[str] = []

    def load(self, spec: ProgramSpec) -> Program:
        return _Gated(self, spec.name, self._engine.load(spec))


class _Gated:
    def __init__(self, engine: GatedEngine, name: str, program: Program) -> None:
        self._engine, self._name, self._program = engine, name, program

    def run(self, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        self._engine.runs.append(self._name)
        self._engine.entered.set()
        assert self._engine.gate.wait(180)
        return self._program.run(inputs)


def gated(bundle: Path) -> tuple[GatedEngine, Segmenter]:
    """An engine whose gate is shut, and a segmenter on it."""
    engine = GatedEngine()
    return engine, Segmenter(ModelBundle(bundle), engine)
