"""ONNX: dynamo export, static QDQ int8 of the convolutional part, ONNX Runtime to execute it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from squeezesam_export.program import F32, Execute, ExportError, LoweredProgram, SourceProgram
from squeezesam_export.targets.onnx.convolutional import OPERATORS, kept_in_float
from squeezesam_export.targets.onnx.floating import operators_of, to_float
from squeezesam_export.targets.onnx.matrices import shrink_matrices
from squeezesam_export.targets.onnx.products import multiply_in_int8
from squeezesam_export.targets.onnx.rewrite import rewrite, rewrite_for_int8
from squeezesam_export.targets.onnx.rounded_weights import round_anew
from squeezesam_export.toolchain.quiet import quiet

OPSET = 18
# Of a protobuf message; weights in files beside it are refused by the runtime.
LARGEST_FILE = 2**31 - 1
# Weights in 7 bits: without VNNI, x86 adds pairs of 8-bit products in 16 bits and saturates.
_SETTINGS: dict[str, Any] = {
    "activations": "uint8",
    "weights": "int8 per channel, 7 bits used",
    "rounding": "least squared error of a layer's results (GPTQ), mean error in the bias",
    "observer": "minmax",
    "matrices": "int8 per column; 16 rows and more beside convolutions multiplied in int8, else "
    "expanded to float32 at load and multiplied in float32",
}


def lower(
    program: SourceProgram,
    precision: str,
    folder: Path,
    in_float: Collection[str] = (),
    method: CalibrationMethod = CalibrationMethod.MinMax,
    options: Mapping[str, Any] | None = None,
) -> LoweredProgram:
    """Write ``folder/NAME.onnx`` in fp32, fp16 or int8 (static, on real inputs).

    Args:
        program: what to lower.
        precision: one of the three.
        folder: an existing folder.
        in_float: layers that stay in float where the rest is int8.
        method: how int8 finds the ranges of activations; others than the default are for
            measurements.
        options: of the method, as ONNX Runtime calls them.

    Raises:
        ExportError: the precision is unknown, or a step of ONNX Runtime's tools failed.
    """
    path = folder / f"{program.name}.onnx"
    with quiet(), tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        plain = _export(program, scratch / "fp32.onnx")
        if precision == "fp32":
            onnx.save_model(onnx.load(plain), path)
        elif precision == "fp16":
            _to_half(plain, path)
        elif precision == "int8":
            _quantise(program, plain, path, scratch, in_float, (method, options or {}))
        else:
            raise ExportError(f"the ONNX target knows no precision '{precision}'")
    return LoweredProgram(
        path=path,
        execute=executor(path),
        quantisation=dict(_SETTINGS) if precision == "int8" else None,
        engine=f"onnxruntime {onnxruntime.__version__}, CPU provider, default optimisations",
        notes={"operators": dict(Counter(n.op_type for n in onnx.load(path).graph.node))},
    )


def to_ort(lowered: LoweredProgram) -> LoweredProgram:
    """The same program in the format that ONNX Runtime's small builds load, instead of the file.

    Optimised for no processor in particular.

    Raises:
        ExportError: ONNX Runtime could not write it.
    """
    path = lowered.path.with_suffix(".ort")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    options.add_session_config_entry("session.save_model_format", "ORT")
    try:
        # Folded, the int8 matrices would be written as float32: four times the bytes.
        onnxruntime.InferenceSession(
            str(lowered.path), options, ["CPUExecutionProvider"],
            disabled_optimizers=["ConstantFolding"],
        )  # fmt: skip
    except Exception as error:
        path.unlink(missing_ok=True)
        raise ExportError(f"ONNX Runtime could not write {path.name}: {error}") from error
    lowered.path.unlink()
    return replace(lowered, path=path, execute=executor(path))


def executor(path: Path, threads: int = 0) -> Execute:
    """A function that runs the file; ``threads`` 0 leaves their number to ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [tensor.name for tensor in session.get_inputs()]

    def run(inputs: Sequence[F32]) -> list[F32]:
        return [np.asarray(o) for o in session.run(None, dict(zip(names, inputs, strict=True)))]

    return run


def _export(program: SourceProgram, path: Path) -> Path:
    weights = sum(4 * value.numel() for value in program.module.state_dict().values())
    if weights >= LARGEST_FILE:
        raise ExportError(
            f"an ONNX file holds {LARGEST_FILE / 1e9:.1f} GB at most, and the {program.name} has "
            f"{weights / 1e9:.1f} GB of weights: choose a smaller network or another target"
        )
    exported = torch.onnx.export(
        program.module, program.example, dynamo=True, opset_version=OPSET,
        input_names=list(program.inputs), output_names=list(program.outputs), verbose=False,
    )  # fmt: skip
    if exported is None:
        raise ExportError(f"torch could not export the {program.name} to ONNX")
    model = exported.model_proto
    rewrite(model)
    _tidy(model)
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, path)
    return path


def _tidy(model: onnx.ModelProto) -> None:
    """Leave out stack traces and paths of the exporting machine: they change from run to run."""
    del model.metadata_props[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    for tensor in model.graph.initializer:
        del tensor.metadata_props[:]
    del model.graph.metadata_props[:]


def _to_half(source: Path, path: Path) -> None:
    from onnxruntime.transformers.float16 import convert_float_to_float16

    model = convert_float_to_float16(
        onnx.load(source), keep_io_types=True, disable_shape_infer=False
    )
    onnx.save_model(model, path)


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, program: SourceProgram) -> None:
        self._batches = iter(program.calibration)
        self._names = list(program.inputs)

    def get_next(self) -> dict[str, F32] | None:
        batch = next(self._batches, None)
        if batch is None:
            return None
        return {name: t.numpy() for name, t in zip(self._names, batch, strict=True)}


def _quantise(
    program: SourceProgram,
    source: Path,
    path: Path,
    scratch: Path,
    in_float: Collection[str],
    ranges: tuple[CalibrationMethod, Mapping[str, Any]],
) -> None:
    model = onnx.load(source)
    rewrite_for_int8(model)
    rewritten, prepared = scratch / "rewritten.onnx", scratch / "prepared.onnx"
    onnx.save_model(model, rewritten)
    quant_pre_process(
        str(rewritten), str(prepared), skip_symbolic_shape=True, skip_optimization=True
    )
    quantised = scratch / "int8.onnx"
    quantize_static(
        str(prepared), str(quantised), _Reader(program), quant_format=QuantFormat.QDQ,
        op_types_to_quantize=list(OPERATORS), nodes_to_exclude=kept_in_float(onnx.load(prepared)),
        per_channel=True, reduce_range=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
        calibrate_method=ranges[0],
        extra_options={"CalibMovingAverage": False, **ranges[1]},
    )  # fmt: skip
    model = onnx.load(quantised)
    unrounded = onnx.load(prepared)
    round_anew(model, unrounded, iter(_Reader(program).get_next, None))
    multiply_in_int8(model, unrounded, iter(_Reader(program).get_next, None))
    if in_float:
        plain = onnx.load(source)
        if to_float(model, plain, operators_of(plain, program, set(in_float))) < len(in_float):
            raise ExportError("a layer that is to stay in float is not in the ONNX program")
    shrink_matrices(model)
    onnx.save_model(model, path)
