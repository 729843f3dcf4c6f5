"""ExecuTorch: PT2E int8 for XNNPACK, half precision, and the Core ML and Vulkan delegates."""

from __future__ import annotations

import dataclasses
import operator
from collections import Counter
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from squeezesam import OutputError
from squeezesam.writing import write_whole
from torch import nn

from squeezesam_export.program import F32, Execute, ExportError, LoweredProgram, SourceProgram
from squeezesam_export.targets.executorch.delegable import delegable, float_scalars
from squeezesam_export.targets.executorch.halves import half_inside
from squeezesam_export.targets.pt2e import quantise
from squeezesam_export.toolchain.lean import lean
from squeezesam_export.toolchain.quiet import quiet

if TYPE_CHECKING:
    from torch.export import ExportedProgram

# What the memory planner adds to a program; nothing is computed there.
_BOOKKEEPING = ("alloc", "getitem", "view", "free")

_XNNPACK_INT8: dict[str, Any] = {
    "scheme": "PT2E static int8: symmetric weights per channel, affine activations per tensor",
    "observer": "minmax",
    "matrices": "int8 per channel, activations quantised at run time",
    "float": "stem convolution, layer norms, softmax, attention products, mask product",
}
_COREML_INT8: dict[str, Any] = {
    **_XNNPACK_INT8,
    "matrices": "int8 per channel, expanded to fp16",
}


def lower(program: SourceProgram, precision: str, backend: str, folder: Path) -> LoweredProgram:
    """Write ``folder/NAME.pte``.

    Args:
        program: what to lower.
        precision: ``fp32``, ``fp16`` (float32 at the boundary) or ``int8`` (static, calibrated on
            the program's real inputs).
        backend: ``xnnpack`` (executed here), ``coreml`` or ``vulkan`` (lowered, not executed).
        folder: an existing folder.

    Raises:
        ExportError: the combination is not offered, int8 lacks calibration inputs, the backend
            took nothing over, or a step of torch or ExecuTorch failed.
    """
    if precision not in ("fp32", "fp16", "int8"):
        raise ExportError(f"the ExecuTorch target knows no precision '{precision}'")
    if backend not in _PREPARE:
        raise ExportError(f"the ExecuTorch target knows no backend '{backend}'")
    if precision == "int8" and backend == "vulkan":
        raise ExportError("the Vulkan backend is exported in fp32 or fp16 only, not in int8")
    if precision == "int8" and not program.calibration:
        raise ExportError(f"int8 needs photos to calibrate the {program.name} on; none were given")
    path = folder / f"{program.name}.pte"
    try:
        with quiet(), lean():
            exported, partitioner = _PREPARE[backend](program, precision)
            buffer, operators = _to_program(exported, partitioner)
    except ExportError:
        raise
    except ImportError as error:
        raise ExportError(f"the ExecuTorch target needs a package: {error}") from error
    except Exception as error:
        raise ExportError(
            f"ExecuTorch could not lower the {program.name} to {backend} {precision}: "
            f"{_first_line(error)}"
        ) from error
    delegated = operators.pop("executorch_call_delegate", 0)
    if not delegated:
        raise ExportError(f"the {backend} backend took nothing of the {program.name} over")
    _write(path, buffer)
    return LoweredProgram(
        path=path,
        execute=executor(path) if backend == "xnnpack" else None,
        quantisation=_quantisation(backend) if precision == "int8" else None,
        engine=_engine(backend),
        delegated=delegated,
        left_over=sum(operators.values()),
        notes={"operators": dict(operators)},
    )


def executor(path: Path) -> Execute:
    """A function that runs the XNNPACK program of ``path``, which is read once.

    Raises:
        ExportError: the runtime does not accept the file.
    """
    try:
        with quiet():
            from executorch.runtime import Runtime

            # From bytes: the file may be moved into a bundle afterwards.
            loaded = Runtime.get().load_program(path.read_bytes())
            loaded.load_method("forward")
    except (OSError, ImportError, RuntimeError) as error:
        raise ExportError(
            f"ExecuTorch's runtime cannot load {path.name}: {_first_line(error)}"
        ) from error

    def run(inputs: Sequence[F32]) -> list[F32]:
        # Asked of the program each time (it keeps it): a method alone does not keep the bytes.
        method = loaded.load_method("forward")
        tensors = [torch.from_numpy(np.ascontiguousarray(array)) for array in inputs]
        # The outputs lie in the program's own memory, which the next run overwrites.
        return [np.array(output.numpy(), np.float32) for output in method.execute(tensors)]

    return run


def set_threads(n: int) -> None:
    """Let ExecuTorch's XNNPACK use ``n`` threads from now on (the whole process)."""
    with quiet():
        from executorch.extension.pybindings import portable_lib

        portable_lib._unsafe_reset_threadpool(n)


def _engine(backend: str) -> str:
    name = f"executorch {version('executorch')}"
    if backend == "xnnpack":
        return f"{name}, XNNPACK, default threads"
    return f"{name}, {backend} delegate, graph-checked"


def _quantisation(backend: str) -> dict[str, Any]:
    return dict(_XNNPACK_INT8 if backend == "xnnpack" else _COREML_INT8)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content, overwrite=True)
    except OutputError as error:
        raise ExportError(f"cannot write the program: {error}") from error


def _to_program(exported: ExportedProgram, partitioner: Any) -> tuple[bytes, Counter[str]]:
    """The program's bytes, and how often each operator is called outside of the delegates."""
    from executorch.backends.xnnpack._passes.remove_noop_expand_copy_pass import (
        RemoveNoopExpandCopyPass,
    )
    from executorch.exir import to_edge_transform_and_lower

    # Every matmul of rank four comes with copies that "expand" to the same shape; no delegate
    # takes them, and they would cut the transformer into twice as many pieces.
    edge = to_edge_transform_and_lower(
        exported, transform_passes=[RemoveNoopExpandCopyPass()], partitioner=[partitioner]
    )
    finished = edge.to_executorch()
    operators: Counter[str] = Counter()
    for node in finished.exported_program().graph.nodes:
        if node.op == "call_function":
            name = getattr(node.target, "__name__", str(node.target))
            if node.target is not operator.getitem and name not in _BOOKKEEPING:
                operators[name] += 1
    return bytes(finished.buffer), operators


def _export(module: nn.Module, program: SourceProgram) -> ExportedProgram:
    return torch.export.export(module, program.example)


def _for_xnnpack(program: SourceProgram, precision: str) -> tuple[ExportedProgram, Any]:
    from squeezesam_export.targets.executorch.partition import StagedPartitioner

    program = dataclasses.replace(program, module=delegable(program.module))
    module = half_inside(program.module) if precision == "fp16" else program.module
    exported = _export(module, program)
    float_scalars(exported)
    if precision == "int8":
        exported = quantise(program, exported, dynamic=True)
    return exported, StagedPartitioner()


def _for_coreml(program: SourceProgram, precision: str) -> tuple[ExportedProgram, Any]:
    import coremltools
    from executorch.backends.apple.coreml.compiler import CoreMLBackend
    from executorch.backends.apple.coreml.partition import CoreMLPartitioner

    exported = _export(program.module, program)
    target = coremltools.target.iOS16
    if precision == "int8":
        exported = quantise(program, exported, dynamic=False)
        # The first that knows quantised activations.
        target = coremltools.target.iOS17
    kind = coremltools.precision
    specs = CoreMLBackend.generate_compile_specs(
        compute_precision=kind.FLOAT32 if precision == "fp32" else kind.FLOAT16,
        minimum_deployment_target=target,
    )
    return exported, CoreMLPartitioner(compile_specs=specs)


def _for_vulkan(program: SourceProgram, precision: str) -> tuple[ExportedProgram, Any]:
    from executorch.backends.vulkan.partitioner.vulkan_partitioner import VulkanPartitioner

    partitioner = VulkanPartitioner({"force_fp16": precision == "fp16"})
    return _export(program.module, program), partitioner


_PREPARE: dict[str, Callable[[SourceProgram, str], tuple[Any, Any]]] = {
    "xnnpack": _for_xnnpack,
    "coreml": _for_coreml,
    "vulkan": _for_vulkan,
}
