"""ONNX Runtime on the CPU: the default engine of ``onnx`` bundles."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import EngineError, EngineUnavailableError
from ..privacy import disable_telemetry
from .checks import check_signature, sentence
from .protocol import Program, ProgramSpec, Tensor, on_cancel

if TYPE_CHECKING:
    import onnxruntime


class OnnxRuntimeEngine:
    """Runs ``.onnx`` programs with ONNX Runtime's CPU provider.

    threads: how many threads one run may use; None leaves it to ONNX Runtime (one per core).
    """

    name = "onnxruntime"
    target = "onnx"

    def __init__(self, threads: int | None = None) -> None:
        disable_telemetry()
        try:
            import onnxruntime
        except ImportError as error:
            raise EngineUnavailableError(
                f"the onnxruntime engine is not installed ({error}); pip install onnxruntime"
            ) from error
        self._module = onnxruntime
        self._threads = threads

    def load(self, spec: ProgramSpec) -> Program:
        """Loads one program. Raises EngineError if ONNX Runtime refuses it."""
        try:
            session = self._module.InferenceSession(
                _source(spec.path), self._options(), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions share no base class
            raise EngineError(
                f"onnxruntime cannot load the program {spec.name!r}: {sentence(error)}"
            ) from error
        check_signature(
            spec,
            {tensor.name: tuple(tensor.shape) for tensor in session.get_inputs()},
            {tensor.name: tuple(tensor.shape) for tensor in session.get_outputs()},
        )
        return _OnnxProgram(session, spec, self._module.RunOptions)

    def _options(self) -> onnxruntime.SessionOptions:
        options = self._module.SessionOptions()
        options.intra_op_num_threads = self._threads or 0
        options.inter_op_num_threads = 1
        options.execution_mode = self._module.ExecutionMode.ORT_SEQUENTIAL
        # Spinning workers would keep a core busy between two taps.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        return options


def _source(path: Path) -> str | bytes:
    """The path, or the file's bytes where the path is no text: ONNX Runtime takes text only."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return path.read_bytes()
    return str(path)


class _OnnxProgram:
    """InferenceSession.run is safe to call from several threads at once."""

    def __init__(self, session: Any, spec: ProgramSpec, run_options: Any) -> None:
        self._session = session
        self._run_options = run_options
        self._name = spec.name
        self._outputs = [tensor.name for tensor in spec.outputs]

    def run(self, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        try:
            options = self._run_options()
            options.log_severity_level = 4  # what fails is said by the exception
            # Between two operators, also inside of a loop.
            on_cancel(functools.partial(setattr, options, "terminate", True))
            values = self._session.run(self._outputs, dict(inputs), options)
            return {
                name: np.ascontiguousarray(value, dtype=np.float32)
                for name, value in zip(self._outputs, values, strict=True)
            }
        except Exception as error:
            raise EngineError(
                f"onnxruntime failed in the program {self._name!r}: {sentence(error)}"
            ) from error
