"""Core AI: torch.export, Apple's converter and compression, and execution by Apple's runtime.

Sources of the API: the Python sources of coreai-core 1.0.0b3, coreai-torch 0.4.3 and
coreai-opt 0.4.0.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from squeezesam.engines.coreai_function import CoreAIFunction
from squeezesam.engines.coreai_support import coreai_obstacle, installed_version, tried_versions
from squeezesam.errors import SqueezeSamError

from squeezesam_export.program import F32, Execute, ExportError, LoweredProgram, SourceProgram
from squeezesam_export.targets.coreai.asset import SUFFIX, look_into, save
from squeezesam_export.targets.coreai.compress import SCHEMES, compress
from squeezesam_export.targets.coreai.graphs import LARGEST_RANK, convert, graph
from squeezesam_export.toolchain.lean import lean
from squeezesam_export.toolchain.quiet import quiet

PRECISIONS = ("fp32", "fp16", "int8")
_MODULES = ("coreai.runtime", "coreai_torch", "coreai_opt")


def lower(program: SourceProgram, precision: str, int8_mode: str, folder: Path) -> LoweredProgram:
    """Write ``folder/NAME.aimodel``, for iOS 27 and macOS 27, with float32 inputs and outputs.

    Args:
        program: what to lower.
        precision: ``fp32``, ``fp16`` or ``int8``; what is not int8 computes in fp16, except in
            ``fp32``.
        int8_mode: ``weights`` (weights alone), ``w8a8`` (activations too, calibrated on the
            program's real inputs) or ``palette6`` (tables of 64 values).
        folder: an existing folder.

    Raises:
        ExportError: the combination is not offered, Core AI's tools are missing or others than
            those that were tried, W8A8 lacks calibration inputs, or a step failed.
    """
    _check(program, precision, int8_mode)
    try:
        with quiet(), lean(), tempfile.TemporaryDirectory(dir=folder, prefix=".partial-") as name:
            scratch = Path(name) / f"{program.name}{SUFFIX}"
            exported = graph(program, precision, int8_mode)
            made = convert(exported, list(program.inputs), list(program.outputs))
            if precision == "int8" and int8_mode != "w8a8":
                made = compress(made, int8_mode)
            save(made, scratch)
            contents = look_into(scratch)
            path = _move(scratch, folder / scratch.name)
    except ExportError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ExportError(
            f"Core AI's tools could not convert '{program.name}' to {precision}: {lines[0]}"
        ) from error
    return LoweredProgram(
        path=path,
        execute=executor(path, tuple(program.inputs), program.outputs),
        quantisation=dict(SCHEMES[int8_mode]) if precision == "int8" else None,
        engine=engine(),
        timed=False,
        notes={
            "operators": contents.operators,
            "stored": contents.stored,
            "largest_rank_allowed": LARGEST_RANK,
            "deployment_target": "iOS27",
        },
    )


def executor(path: Path, inputs: Sequence[str], outputs: Sequence[str]) -> Execute:
    """A function that runs the asset at ``path`` in Apple's runtime, loaded at the first call.

    Args:
        path: a folder ``NAME.aimodel``.
        inputs: names of the inputs, in the order of the function's arguments.
        outputs: names of the outputs, in the order that it returns them in.
    """
    opened: list[CoreAIFunction] = []

    def run(arrays: Sequence[F32]) -> list[F32]:
        try:
            if not opened:
                opened.append(CoreAIFunction(path))
            named = zip(inputs, arrays, strict=True)
            found = opened[0]({name: np.ascontiguousarray(array) for name, array in named})
        except SqueezeSamError as error:
            raise ExportError(str(error)) from error
        return [found[name] for name in outputs]

    return run


def engine() -> str:
    """What executes assets here, for manifests."""
    system = f"{platform.system()} {platform.machine().replace('_', '-')}"
    return f"coreai-core {installed_version()}, Apple's runtime on {system}"


def obstacle() -> str | None:
    """Why this target cannot work here, as a sentence; None where it can."""
    found = coreai_obstacle(_MODULES)
    if found is not None:
        return found
    for distribution, tried in tried_versions().items():
        installed = installed_version(distribution)
        if installed != tried:
            return (
                f"the target 'coreai' was tried with {distribution} {tried}, installed is "
                f"{installed}: pip install 'squeezesam[coreai]'"
            )
    return None


def _check(program: SourceProgram, precision: str, int8_mode: str) -> None:
    if precision not in PRECISIONS:
        raise ExportError(f"the Core AI target knows no precision '{precision}'")
    if precision == "int8" and int8_mode not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise ExportError(f"the Core AI target knows no int8 mode '{int8_mode}' ({known})")
    if (precision, int8_mode) == ("int8", "w8a8") and not program.calibration:
        raise ExportError(f"W8A8 needs photos to calibrate '{program.name}' on; none were given")
    found = obstacle()
    if found is not None:
        raise ExportError(found)


def _move(source: Path, path: Path) -> Path:
    """Put a finished asset in its place, instead of an older one."""
    if path.exists():
        shutil.rmtree(path)
    os.replace(source, path)
    return path
