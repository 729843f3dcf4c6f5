"""One function of a Core AI asset, loaded into Apple's runtime and called with numpy arrays.

Source of the API: the Python sources of coreai-core 1.0.0b3.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import gc
import threading
import time
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import BundleError, EngineError, EngineUnavailableError
from ..silence import silent_stderr
from .checks import sentence
from .coreai_support import asset_obstacle, coreai_obstacle
from .protocol import Tensor

# Seconds that the runtime's own threads get before the interpreter ends.
_SETTLING = 0.5
# Nothing says that its functions may be called from several threads at once.
_LOCK = threading.Lock()


@functools.cache
def _settle_before_exit() -> None:
    """Let the runtime's threads end their last calls into Python while there is one.

    A thread of theirs that wants the interpreter when it is already ending is unwound through Swift
    code that knows no exceptions, which aborts a process that has done all its work.
    """

    def settle() -> None:
        gc.collect()
        time.sleep(_SETTLING)

    atexit.register(settle)


class CoreAIFunction:
    """The function ``main`` of an asset. Calls are serialised, over all functions of the process.

    path: the folder ``NAME.aimodel``; it may be moved afterwards.
    inputs: name → shape, in the function's order.
    outputs: name → shape.

    Raises EngineUnavailableError where Core AI's tools do not exist, BundleError for an asset that
    is damaged or was written by another version, EngineError where the runtime refuses it.
    """

    def __init__(self, path: Path) -> None:
        obstacle = coreai_obstacle()
        if obstacle is not None:
            raise EngineUnavailableError(obstacle)
        obstacle = asset_obstacle(path)
        if obstacle is not None:
            raise BundleError(obstacle)
        from coreai.runtime import NDArray

        _settle_before_exit()
        self._array = NDArray
        try:
            # The runtime tells stderr, past Python, which function it loads.
            with _LOCK, silent_stderr():
                self._function = _finish(_load(path))
        except Exception as error:
            raise EngineError(f"Core AI cannot load {path.name}: {sentence(error)}") from error
        about = self._function.desc
        self.inputs: dict[str, tuple[int, ...]] = {
            name: tuple(about.input_descriptor(name).shape) for name in about.input_names
        }
        self.outputs: dict[str, tuple[int, ...]] = {
            name: tuple(about.output_descriptor(name).shape) for name in about.output_names
        }

    def __call__(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Every output by its name, as C-contiguous float32 arrays of their own.

        inputs: C-contiguous float32, every input of the function. Raises EngineError.
        """
        arrays = {name: self._array(array) for name, array in inputs.items()}
        try:
            with _LOCK:
                found = _finish(self._function(arrays))
                # Views of the runtime's own memory: copied before anything else runs.
                return {
                    name: np.array(array.numpy(), np.float32, order="C")
                    for name, array in found.items()
                }
        except Exception as error:
            raise EngineError(f"Core AI failed: {sentence(error)}") from error


async def _load(path: Path) -> Any:
    from coreai.authoring import AIModelAsset

    # What is lowered for this machine lies in a temporary folder until the function is loaded.
    async with AIModelAsset.load(path).executable() as model:
        return model.load_function("main")


def _finish(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine, in a program that is asynchronous itself or not."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    found: list[Any] = []
    failed: list[BaseException] = []

    def apart() -> None:
        try:
            found.append(asyncio.run(work))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=apart)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]
