"""Small Core ML programs, written by coremltools' own builder and saved to disk."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import coremltools
import numpy as np
from coremltools.converters.mil import Builder
from coremltools.converters.mil.mil import types
from coremltools.proto import Model_pb2
from mil_interpreter import load

mb = Builder
ELEMENTS = {"fp32": types.fp32, "fp16": types.fp16, "int32": types.int32}
TARGETS = {15: coremltools.target.iOS15, 16: coremltools.target.iOS16,
           17: coremltools.target.iOS17, 18: coremltools.target.iOS18}  # fmt: skip

WEIGHT = np.random.default_rng(5).standard_normal((8, 16)).astype(np.float32)
X = np.random.default_rng(6).standard_normal((4, 16)).astype(np.float32)


def converted(program: Any, ios: int = 17) -> Any:
    """A program as a model, without any pass that could replace its operators."""
    return coremltools.convert(
        program,
        convert_to="mlprogram",
        minimum_deployment_target=TARGETS[ios],
        pass_pipeline=coremltools.PassPipeline.EMPTY,
        skip_model_load=True,
    )


def written(
    build: Callable[..., Any],
    shapes: Sequence[tuple[int, ...]],
    folder: Path,
    elements: Sequence[str] | str = "fp32",
    ios: int = 17,
) -> Path:
    """Build a program with inputs ``x``, ``y``, ``z`` of these shapes and save it."""
    kinds = [elements] * len(shapes) if isinstance(elements, str) else elements
    specs = [
        Builder.TensorSpec(shape=shape, dtype=ELEMENTS[kind])
        for shape, kind in zip(shapes, kinds, strict=True)
    ]
    # The builder names inputs after the function's parameters.
    functions = {
        1: lambda x: build(x),
        2: lambda x, y: build(x, y),
        3: lambda x, y, z: build(x, y, z),
    }
    program = Builder.program(input_specs=specs, opset_version=TARGETS[ios])(functions[len(shapes)])
    path = folder / "small.mlpackage"
    converted(program, ios).save(str(path))
    return path


def outputs(path: Path, *arrays: np.ndarray) -> list[np.ndarray]:
    """What the interpreter makes of the package on disk."""
    program = load(path)
    found = program.predict(dict(zip(program.inputs, arrays, strict=True)))
    return list(found.values())


def model_file(path: Path) -> Path:
    return path / "Data" / "com.apple.CoreML" / "model.mlmodel"


def weight_file(path: Path) -> Path:
    return path / "Data" / "com.apple.CoreML" / "weights" / "weight.bin"


def edit(path: Path, change: Callable[[Any], None]) -> None:
    """Change the operations of a saved package's only function."""
    model = Model_pb2.Model()
    model.ParseFromString(model_file(path).read_bytes())
    (function,) = model.mlProgram.functions.values()
    change(function.block_specializations[function.opset])
    model_file(path).write_bytes(model.SerializeToString())


def change_weight(
    path: Path, operator: str, index: int, change: Callable[[np.ndarray], None]
) -> None:
    """Change the fp16 weight of the index-th such operator, in the weight file alone."""
    model = Model_pb2.Model()
    model.ParseFromString(model_file(path).read_bytes())
    (function,) = model.mlProgram.functions.values()
    operations = function.block_specializations[function.opset].operations
    chosen = [one for one in operations if one.type == operator][index]
    name = chosen.inputs["weight"].arguments[0].name
    (constant,) = (one for one in operations if one.outputs[0].name == name)
    shape = [size.constant.size for size in constant.outputs[0].type.tensorType.dimensions]
    content = bytearray(weight_file(path).read_bytes())
    place = constant.attributes["val"].blobFileValue.offset
    (start,) = struct.unpack_from("<Q", content, place + 16)
    change(np.frombuffer(content, np.float16, int(np.prod(shape)), start).reshape(shape))
    weight_file(path).write_bytes(content)


def linear_package(
    folder: Path, elements: str = "fp32", ios: int = 16, weight: Any = WEIGHT
) -> Path:
    """``WEIGHT`` as a linear layer of an input like ``X``."""
    kind = np.float16 if elements == "fp16" else np.float32
    return written(
        lambda x: mb.linear(x=x, weight=np.asarray(weight, kind), name="out"),
        [X.shape], folder, elements, ios,
    )  # fmt: skip
