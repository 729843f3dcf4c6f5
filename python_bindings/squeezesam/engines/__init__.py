"""The engines that execute a bundle's programs, and how one is chosen."""

from __future__ import annotations

from ..errors import EngineUnavailableError
from .protocol import Engine, Program, ProgramSpec, Tensor, TensorSpec, on_cancel

__all__ = [
    "ENGINES",
    "Engine",
    "Program",
    "ProgramSpec",
    "Tensor",
    "TensorSpec",
    "create_engine",
    "on_cancel",
]

ENGINES = {"onnxruntime": "onnx", "executorch": "executorch", "coreai": "coreai"}
"""Engine name → bundle target that it executes."""


def create_engine(target: str, name: str | None = None, threads: int | None = None) -> Engine:
    """The engine called `name`, or the one for `target`, ready to load programs.

    threads: for one run of a program; None leaves it to the engine.
    Raises EngineUnavailableError for an unknown engine, one that cannot execute `target`, one
    that is not installed, and for ``coreml``, which exists on Apple systems only; ValueError for
    threads < 1.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    known = ", ".join(ENGINES)
    if name is not None and name not in ENGINES:
        raise EngineUnavailableError(f"there is no engine {name!r}; known: {known}")
    if target == "coreml":
        raise EngineUnavailableError(
            "this is a Core ML bundle: it runs on iOS and macOS through the Swift package; "
            "in Python use an onnx or executorch bundle"
        )
    if name is None:
        name = next((engine for engine, runs in ENGINES.items() if runs == target), None)
        if name is None:
            raise EngineUnavailableError(f"no engine here executes {target!r} bundles")
    if ENGINES[name] != target:
        raise EngineUnavailableError(
            f"the {name} engine executes {ENGINES[name]} bundles, this one is for {target}"
        )
    if name == "coreai":
        from .coreai_engine import CoreAIEngine

        return CoreAIEngine(threads)
    if name == "executorch":
        from .executorch_engine import ExecuTorchEngine

        return ExecuTorchEngine(threads)
    from .onnxruntime_engine import OnnxRuntimeEngine

    return OnnxRuntimeEngine(threads)
