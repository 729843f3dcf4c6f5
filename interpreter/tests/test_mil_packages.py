"""Packages that are chosen from, damaged, or hold what cannot be executed."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coremltools
import numpy as np
import pytest
from mil_interpreter import (
    ExecutionError,
    InputError,
    PackageError,
    UnknownOperator,
    load,
)
from mil_interpreter.__main__ import main
from mil_programs import (
    WEIGHT,
    X,
    edit,
    linear_package,
    mb,
    model_file,
    outputs,
    weight_file,
    written,
)


@pytest.mark.parametrize(
    ("place", "content", "sentence"),
    [
        (64, struct.pack("<I", 0xDEADBEE0), "do not begin with the format's mark"),
        (68, struct.pack("<I", 1), "are fp16; the program says fp32"),
        (68, struct.pack("<I", 99), "are the unknown type 99"),
        (72, struct.pack("<Q", 508), "508 bytes"),
        (72, struct.pack("<Q", 1 << 40), "their numbers lie outside the file"),
        (80, struct.pack("<Q", 64), "their numbers lie outside the file"),
        (4, struct.pack("<I", 1), "of version 1, not 2"),
    ],
)
def test_damaged_weight_files_are_refused(
    place: int, content: bytes, sentence: str, tmp_path: Path
) -> None:
    path = linear_package(tmp_path)
    data = bytearray(weight_file(path).read_bytes())
    data[place : place + len(content)] = content
    weight_file(path).write_bytes(data)
    with pytest.raises(PackageError, match=re.escape(sentence)):
        load(path)


def _cut_weights(path: Path) -> None:
    weight_file(path).write_bytes(weight_file(path).read_bytes()[:300])


def _name_model(package: Path, name: str) -> None:
    """Let the manifest name another file as the model."""
    content = json.loads((package / "Manifest.json").read_text())
    content["itemInfoEntries"][content["rootModelIdentifier"]]["path"] = name
    (package / "Manifest.json").write_text(json.dumps(content))


def _rename_weights(block: Any) -> None:
    for operation in block.operations:
        for attribute in operation.attributes.values():
            if attribute.WhichOneof("value") == "blobFileValue":
                attribute.blobFileValue.fileName = "@model_path/../../../secret.bin"


def _other_output(block: Any) -> None:
    block.outputs[0] = "nowhere"


def _unmade(block: Any) -> None:
    block.operations[-1].inputs["x"].arguments[0].name = "nowhere"


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda p: weight_file(p).unlink(), "cannot read the weight file weight.bin"),
        (lambda p: weight_file(p).write_bytes(b"short"), "has no header"),
        (_cut_weights, "their numbers lie outside the file"),
        (lambda p: model_file(p).unlink(), "cannot read model.mlmodel"),
        (lambda p: model_file(p).write_bytes(b"\xff" * 50), "model.mlmodel is damaged"),
        (lambda p: model_file(p).write_bytes(bytes((4 << 20) + 1)), "at most 4194304 are read"),
        (lambda p: model_file(p).write_bytes(b""), "holds no ML program but nothing"),
        (lambda p: (p / "Manifest.json").unlink(), "has no Manifest.json"),
        (lambda p: (p / "Manifest.json").write_text("{"), "does not name a model"),
        (lambda p: _name_model(p, "../../x"), "leads out of the package"),
        (lambda p: edit(p, _rename_weights), "leads out of the package"),
        (lambda p: edit(p, _other_output), "nothing makes the output 'nowhere'"),
        (lambda p: edit(p, _unmade), "refers to 'nowhere', which nothing makes"),
    ],
)
def test_damaged_packages_are_refused_in_a_sentence(
    damage: Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    path = linear_package(tmp_path)
    damage(path)
    with pytest.raises(PackageError, match=re.escape(sentence)):
        load(path)


def test_a_function_is_chosen_by_its_name(tmp_path: Path) -> None:
    for name, factor in (("double", 2), ("triple", 3)):
        (tmp_path / name).mkdir()
        path = written(
            lambda x, f=factor: mb.linear(x=mb.mul(x=x, y=float(f)), weight=WEIGHT),
            [X.shape], tmp_path / name, "fp32", 18,
        )  # fmt: skip
        path.rename(tmp_path / f"{name}.mlpackage")
    both = coremltools.utils.MultiFunctionDescriptor()
    for name in ("double", "triple"):
        both.add_function(str(tmp_path / f"{name}.mlpackage"), "main", name)
    both.default_function_name = "triple"
    path = tmp_path / "both.mlpackage"
    coremltools.utils.save_multifunction(both, str(path))
    plain = X @ WEIGHT.T
    for name, factor in ((None, 3), ("double", 2), ("triple", 3)):
        program = load(path, name)
        assert program.functions == ("double", "triple")
        (found,) = program.predict({"x": X}).values()
        np.testing.assert_allclose(found, factor * plain, rtol=1e-5, atol=1e-5)
    with pytest.raises(PackageError, match="no function 'quadruple' \\(double, triple\\)"):
        load(path, "quadruple")


def test_an_unknown_operator_is_named_with_what_it_makes(tmp_path: Path) -> None:
    path = written(lambda x: mb.non_zero(x=x, name="places"), [(3,)], tmp_path)
    with pytest.raises(UnknownOperator, match="operator non_zero, which makes 'places'"):
        load(path)


def test_branches_are_not_executed(tmp_path: Path) -> None:
    def build(x: Any) -> Any:
        positive = mb.squeeze(x=mb.greater(x=x, y=0.0), axes=[0])
        return mb.cond(
            pred=positive, _true_fn=lambda: mb.relu(x=x), _false_fn=lambda: mb.abs(x=x), name="way"
        )

    with pytest.raises(UnknownOperator, match="operator cond, which makes 'way'"):
        load(written(build, [(1,)], tmp_path))


def _extra_argument(block: Any) -> None:
    last = block.operations[-1]
    last.inputs["momentum"].CopyFrom(last.inputs["x"])


def _lost_argument(block: Any) -> None:
    del block.operations[-1].inputs["weight"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_extra_argument, "linear (out) has the argument 'momentum', which the interpreter"),
        (_lost_argument, "linear (out) lacks 'weight'"),
    ],
)
def test_arguments_are_never_passed_over(
    change: Callable[[Any], None], sentence: str, tmp_path: Path
) -> None:
    path = linear_package(tmp_path)
    edit(path, change)
    with pytest.raises(UnknownOperator, match=re.escape(sentence)):
        load(path)


def _other_shape(block: Any) -> None:
    block.operations[-1].outputs[0].type.tensorType.dimensions[1].constant.size = 9


def _other_type(block: Any) -> None:
    block.operations[-1].outputs[0].type.tensorType.dataType = 23


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_other_shape, "makes the shape [4×8]; the program says fp32[4×9]"),
        (_other_type, "makes float32; the program says int32[4×8]"),
    ],
)
def test_results_must_be_what_the_program_declares(
    change: Callable[[Any], None], sentence: str, tmp_path: Path
) -> None:
    path = linear_package(tmp_path)
    edit(path, change)
    with pytest.raises(ExecutionError, match=re.escape(sentence)):
        outputs(path, X)


def test_an_impossible_argument_fails_with_operator_and_reason(tmp_path: Path) -> None:
    path = written(lambda x: mb.softmax(x=x, axis=1, name="out"), [X.shape], tmp_path)

    def change(block: Any) -> None:
        for operation in block.operations:
            if operation.type == "const":
                operation.attributes["val"].immediateValue.tensor.ints.values[:] = [7]

    edit(path, change)
    with pytest.raises(ExecutionError, match=r"operator softmax \(out\) failed: Dimension out of"):
        outputs(path, X)


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({}, "'x' is missing"),
        ({"x": X, "y": X}, "'y' is not one of them"),
        ({"x": X[:3]}, "has the shape [3×16], not fp32[4×16]"),
        ({"x": X.astype(np.int32)}, "is int32, not fp32[4×16]"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(
    inputs: dict[str, np.ndarray], sentence: str, tmp_path: Path
) -> None:
    program = load(linear_package(tmp_path))
    with pytest.raises(InputError, match=re.escape(sentence)):
        program.predict(inputs)


def test_the_tool_lists_what_a_package_consists_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = linear_package(tmp_path)
    assert main([str(path), "--info"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert "input x: fp32[4×16]" in lines
    assert "output out: fp32[4×8]" in lines
    assert any(re.fullmatch(r"linear +1", line) for line in lines)
    assert main([str(tmp_path / "nothing.mlpackage")]) == 1
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 1
    assert "is not a Core ML package" in error[0]


def test_values_are_freed_after_their_last_use(tmp_path: Path) -> None:
    def build(x: Any) -> Any:
        y = x
        for _ in range(20):
            y = mb.add(x=y, y=1.0)
        return y

    program = load(written(build, [(2,)], tmp_path))
    steps = program._function.steps
    released = [name for step in steps for name in step.releases]
    assert len(released) == len(set(released)) == 20
    assert program.predict({"x": np.zeros(2, np.float32)})[next(iter(program.outputs))][0] == 20
