"""Apple's Core AI runtime as it comes with the ``coreai-core`` package: executes ``.aimodel``.

On Linux it computes correctly and slowly: it is there to see on any machine what Apple's own code
makes of a bundle, not to work with. An app on iOS 27 or macOS 27 takes the Swift package's Core AI
engine, where the system's framework runs the same assets.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import BundleError, EngineError, EngineUnavailableError
from .checks import check_signature
from .coreai_function import CoreAIFunction
from .coreai_support import coreai_obstacle
from .protocol import Program, ProgramSpec, Tensor


class CoreAIEngine:
    """Runs ``.aimodel`` programs. Runs are serialised.

    threads: None; the runtime lets nobody choose.
    """

    name = "coreai"
    target = "coreai"
    remark = "Core AI's runtime is slow on this machine: it is for checking what a phone will run"
    """What a person should know who uses it; the command prints it."""

    def __init__(self, threads: int | None = None) -> None:
        obstacle = coreai_obstacle()
        if obstacle is not None:
            raise EngineUnavailableError(f"this is a Core AI bundle: {obstacle}")
        if threads is not None:
            raise EngineUnavailableError(
                "Core AI's runtime chooses its threads itself; leave the number out"
            )

    def load(self, spec: ProgramSpec) -> Program:
        """Loads the function ``main`` of one program.

        Raises EngineError if it is refused, BundleError for an asset that is damaged, was written
        by another version, or has another signature than the manifest says.
        """
        try:
            function = CoreAIFunction(spec.path)
        except BundleError as error:
            raise BundleError(f"the program {spec.name!r} cannot be loaded: {error}") from error
        except EngineError as error:
            raise EngineError(f"the program {spec.name!r}: {error}") from error
        check_signature(spec, function.inputs, function.outputs)
        return _CoreAIProgram(function, spec)


class _CoreAIProgram:
    def __init__(self, function: CoreAIFunction, spec: ProgramSpec) -> None:
        self._function = function
        self._spec = spec

    def run(self, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        try:
            found = self._function(
                {tensor.name: inputs[tensor.name] for tensor in self._spec.inputs}
            )
        except EngineError as error:
            raise EngineError(f"the program {self._spec.name!r}: {error}") from error
        return {tensor.name: found[tensor.name] for tensor in self._spec.outputs}
