"""Core ML: torch.export, coremltools, a lint of what was written, and its execution."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from mil_interpreter import Program

from squeezesam_export.program import F32, Execute, ExportError, LoweredProgram, SourceProgram
from squeezesam_export.targets.coreml.lint import LintReport, lint
from squeezesam_export.targets.coreml.opening import opened, predicted
from squeezesam_export.targets.coreml.package import make_reproducible
from squeezesam_export.toolchain.lean import lean
from squeezesam_export.toolchain.quiet import quiet

if TYPE_CHECKING:
    from torch.export import ExportedProgram

ENGINE = "coreml (MIL interpreter, numpy and torch)"
# Smaller weights stay in fp16: their bytes do not matter, and the stem's must not become int8
# (with the pixel normalisation folded in, its photo weights are a fiftieth of its prompt weights
# in the same channel, and would be left two or three levels).
_SMALLEST_WEIGHT = 2048
_SCHEMES: dict[str, dict[str, Any]] = {
    "weights": {
        "scheme": "int8 weights, symmetric per channel; activations fp16",
        "observer": "none",
        "float": f"weights of fewer than {_SMALLEST_WEIGHT} numbers",
    },
    "w8a8": {
        "scheme": "PT2E static W8A8: symmetric weights per channel, affine activations per tensor",
        "observer": "minmax",
        "matrices": "int8 weights per channel, activations fp16",
        "float": "fp16: stem convolution, layer norms, softmax, attention products, mask product",
    },
    "palette6": {
        "scheme": "6-bit weights: a table of 64 values per tensor, k-means; activations fp16",
        "observer": "none",
        "float": f"weights of fewer than {_SMALLEST_WEIGHT} numbers",
    },
}


def lower(program: SourceProgram, precision: str, int8_mode: str, folder: Path) -> LoweredProgram:
    """Write ``folder/NAME.mlpackage``, an ML program with float32 inputs and outputs.

    Args:
        program: what to lower.
        precision: ``fp32``, ``fp16`` or ``int8``; what is not int8 computes in fp16, except in
            ``fp32``.
        int8_mode: ``weights`` (weights alone, iOS 16) or ``w8a8`` (activations too, calibrated on
            the program's real inputs, iOS 17).
        folder: an existing folder.

    Raises:
        ExportError: the combination is not offered, W8A8 lacks calibration inputs, the lint found
            a problem, the interpreter cannot execute what was written, or a step of torch or
            coremltools failed.
    """
    if precision not in ("fp32", "fp16", "int8"):
        raise ExportError(f"the Core ML target knows no precision '{precision}'")
    if precision == "int8" and int8_mode not in _SCHEMES:
        raise ExportError(
            f"the Core ML target knows no int8 mode '{int8_mode}' ({', '.join(_SCHEMES)})"
        )
    activations = precision == "int8" and int8_mode == "w8a8"
    if activations and not program.calibration:
        raise ExportError(f"W8A8 needs photos to calibrate the {program.name} on; none were given")
    try:
        with quiet(), lean(), tempfile.TemporaryDirectory(dir=folder, prefix=".partial-") as name:
            scratch = Path(name) / f"{program.name}.mlpackage"
            model = _convert(program, precision, activations)
            if precision == "int8" and not activations:
                model = _shrink_weights(model, int8_mode)
            model.save(str(scratch))
            make_reproducible(scratch)
            report = lint(scratch)
            if report.problems:
                raise ExportError(
                    f"the Core ML {program.name} would not run on a phone: {report.problems[0]}"
                )
            # Anything in it that cannot be executed is an error now, not at the first prediction.
            opened(scratch)
            path = _move(scratch, folder / scratch.name)
    except ExportError:
        raise
    except ImportError as error:
        raise ExportError(f"the Core ML target needs a package: {error}") from error
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ExportError(
            f"coremltools could not convert the {program.name} to {precision}: {lines[0]}"
        ) from error
    return LoweredProgram(
        path=path,
        execute=executor(path, tuple(program.inputs), program.outputs),
        quantisation=dict(_SCHEMES[int8_mode]) if precision == "int8" else None,
        engine=ENGINE,
        timed=False,
        notes=_notes(report, "iOS17" if activations else "iOS16"),
    )


def executor(path: Path, inputs: Sequence[str], outputs: Sequence[str]) -> Execute:
    """A function that executes the package at ``path`` as it lies on disk at the first call.

    Args:
        path: a folder ``NAME.mlpackage``.
        inputs: names of the inputs, in the order of the function's arguments.
        outputs: names of the outputs, in the order that it returns them in.
    """
    programs: list[Program] = []

    def run(arrays: Sequence[F32]) -> list[F32]:
        if not programs:
            programs.append(opened(path))
        found = predicted(programs[0], dict(zip(inputs, arrays, strict=True)))
        return [found[name] for name in outputs]

    return run


def _notes(report: LintReport, deployment_target: str) -> dict[str, Any]:
    return {
        "operators": report.operators,
        "largest_rank": report.largest_rank,
        "deployment_target": deployment_target,
    }


def _export(program: SourceProgram, activations: bool) -> ExportedProgram:
    exported = torch.export.export(program.module, program.example)
    if activations:
        from squeezesam_export.targets.pt2e import quantise

        exported = quantise(program, exported, dynamic=False)
    # coremltools reads the ATEN dialect, which an empty table of decompositions makes.
    decomposed: ExportedProgram = exported.run_decompositions({})
    return decomposed


def _convert(program: SourceProgram, precision: str, activations: bool) -> Any:
    import coremltools
    import numpy as np

    kind = coremltools.precision
    target = coremltools.target
    return coremltools.convert(
        _export(program, activations),
        source="pytorch",
        convert_to="mlprogram",
        minimum_deployment_target=target.iOS17 if activations else target.iOS16,
        compute_precision=kind.FLOAT32 if precision == "fp32" else kind.FLOAT16,
        inputs=[
            coremltools.TensorType(name=name, shape=tuple(example.shape), dtype=np.float32)
            for name, example in program.inputs.items()
        ],
        outputs=[coremltools.TensorType(name=name, dtype=np.float32) for name in program.outputs],
        skip_model_load=True,
    )


def _shrink_weights(model: Any, int8_mode: str) -> Any:
    from coremltools.optimize import coreml

    if int8_mode == "palette6":
        table = coreml.OpPalettizerConfig(mode="kmeans", nbits=6, weight_threshold=_SMALLEST_WEIGHT)
        return coreml.palettize_weights(model, coreml.OptimizationConfig(table))
    settings = coreml.OpLinearQuantizerConfig(
        mode="linear_symmetric", granularity="per_channel", weight_threshold=_SMALLEST_WEIGHT
    )
    return coreml.linear_quantize_weights(model, coreml.OptimizationConfig(settings))


def _move(source: Path, path: Path) -> Path:
    """Put a finished package in its place, instead of an older one."""
    if path.exists():
        shutil.rmtree(path)
    os.replace(source, path)
    return path
