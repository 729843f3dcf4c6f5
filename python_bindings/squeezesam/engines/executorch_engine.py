"""ExecuTorch's Python runtime: executes ``.pte`` programs (XNNPACK) on the desktop.

It is the engine for checking what a phone will run, not for deploying on a server: the wheel
brings all of torch with it. Therefore it is no dependency of squeezesam and is imported here only.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..errors import EngineError, EngineUnavailableError
from ..silence import silent_stderr
from .checks import check_signature, sentence
from .protocol import Program, ProgramSpec, Tensor

# The runtime, its memory planning and its thread pool are one per process and know no locks.
_LOCK = threading.Lock()
# The process that the thread pool was made in: a fork has the pool and none of its threads, and
# would wait for them for ever.
_home: int | None = None
# Making its thread pool (for a count asked for, a method loaded or a first run) it tells stderr
# where it looked for the processors: unheard.


class ExecuTorchEngine:
    """Runs ``.pte`` programs. Runs are serialised: ExecuTorch methods are not thread-safe.

    threads: size of ExecuTorch's thread pool, which all its programs in this process share; None
    leaves it as it is.
    """

    name = "executorch"
    target = "executorch"

    def __init__(self, threads: int | None = None) -> None:
        try:
            with _unheard_imports():
                import torch
                from executorch.runtime import Runtime
        except ImportError as error:
            raise EngineUnavailableError(
                "this bundle runs on ExecuTorch, which is not installed here; "
                "pip install executorch, or use an onnx bundle"
            ) from error
        _stay_at_home()
        self._from_numpy = torch.from_numpy
        _warn_once_unheard(torch.from_numpy)
        with _LOCK, silent_stderr():
            self._runtime = Runtime.get()
            if threads is not None:
                from executorch.extension.pybindings import portable_lib

                # Loaded programs keep a pointer to the pool: it is not made anew for nothing.
                if portable_lib._threadpool_get_thread_count() != threads:
                    portable_lib._unsafe_reset_threadpool(threads)

    def load(self, spec: ProgramSpec) -> Program:
        """Loads the method ``forward`` of one program. Raises EngineError if it is refused."""
        _stay_at_home()
        try:
            with _LOCK, silent_stderr():
                method = self._runtime.load_program(spec.path).load_method("forward")
                sizes = None if method is None else _sizes(method.metadata)
        except Exception as error:
            raise EngineError(
                f"executorch cannot load the program {spec.name!r}: {sentence(error)}"
            ) from error
        if sizes is None:
            raise EngineError(f"the program {spec.name!r} has no method 'forward'")
        check_signature(spec, _named(spec.inputs, sizes[0]), _named(spec.outputs, sizes[1]))
        return _ExecuTorchProgram(method, spec, self._from_numpy)


def _stay_at_home() -> None:
    """Raises EngineError in a fork of the process that ExecuTorch was started in."""
    global _home
    if _home is None:
        _home = os.getpid()
    if _home != os.getpid():
        raise EngineError(
            "executorch was started before this process was forked and cannot run in it; start "
            "processes by multiprocessing's 'spawn', or load the bundle after the fork only"
        )


@contextlib.contextmanager
def _unheard_imports() -> Iterator[None]:
    """Importing executorch logs warnings about libraries that nothing here needs."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def _warn_once_unheard(from_numpy: Any) -> None:
    """The core's tensors are read-only, as they should be; torch warns of that once a process."""
    read_only = np.zeros(1, np.float32)
    read_only.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from_numpy(read_only)


def _sizes(meta: Any) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Of inputs and outputs. Raises what ExecuTorch says of one that is no tensor."""
    return (
        [tuple(meta.input_tensor_meta(i).sizes()) for i in range(meta.num_inputs())],
        [tuple(meta.output_tensor_meta(i).sizes()) for i in range(meta.num_outputs())],
    )


def _named(specs: Any, sizes: list[tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """ExecuTorch tensors have a position, not a name: the manifest's order names them."""
    names = [tensor.name for tensor in specs]
    names += [f"#{position}" for position in range(len(names), len(sizes))]
    return dict(zip(names, sizes, strict=False))


class _ExecuTorchProgram:
    def __init__(self, method: Any, spec: ProgramSpec, from_numpy: Any) -> None:
        self._method = method
        self._spec = spec
        self._from_numpy = from_numpy
        self._ran = False

    def run(self, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        _stay_at_home()  # before the lock, which another thread may have held when it forked
        arguments = [self._from_numpy(inputs[tensor.name]) for tensor in self._spec.inputs]
        try:
            quiet = contextlib.nullcontext() if self._ran else silent_stderr()
            self._ran = True
            with _LOCK, quiet:
                # Results live in the method's planned memory: copy before the next run.
                values = [np.array(value) for value in self._method.execute(arguments)]
            # It may give more than the manifest lists, as loading allows; never less.
            if len(values) < len(self._spec.outputs):
                raise ValueError(f"{len(values)} outputs")
            return {
                tensor.name: np.ascontiguousarray(value, dtype=np.float32)
                for tensor, value in zip(self._spec.outputs, values, strict=False)
            }
        except Exception as error:
            raise EngineError(
                f"executorch failed in the program {self._spec.name!r}: {sentence(error)}"
            ) from error
