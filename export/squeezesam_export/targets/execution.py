"""What runs a written program, by target and backend."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from squeezesam_export.program import Execute


def executor(
    target: str, backend: str, path: Path, inputs: Sequence[str], outputs: Sequence[str]
) -> Execute | None:
    """A function that runs the program at ``path``; None where this machine cannot.

    Args:
        target: ``onnx``, ``executorch`` or ``coreml``.
        backend: of ExecuTorch: ``xnnpack``, ``coreml`` or ``vulkan``.
        path: the program's file or package.
        inputs: names in the order of the function's arguments.
        outputs: names in the order that it returns them in.

    Raises:
        ExportError: the engine does not accept the file.
    """
    # Each target is imported when it is asked for: their toolchains take seconds to load.
    if target == "onnx":
        from squeezesam_export.targets.onnx import lowering as target_onnx

        return target_onnx.executor(path)
    if target == "coreml":
        from squeezesam_export.targets.coreml import lowering as target_coreml

        return target_coreml.executor(path, inputs, outputs)
    if backend != "xnnpack":
        return None
    from squeezesam_export.targets.executorch import lowering as target_executorch

    return target_executorch.executor(path)
