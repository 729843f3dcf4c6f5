"""Packages on disk: weight files, compressed weights, rounding, functions, and damage."""

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
import torch
import torch.nn.functional as F
from coremltools.converters.mil import Builder as mb
from coremltools.libmilstoragepython import _BlobStorageReader, _BlobStorageWriter
from coremltools.optimize import coreml
from mil_programs import converted, edit, model_file, outputs, weight_file, written
from squeezesam_export.coreml_exec import (
    ExecutionError,
    InputError,
    PackageError,
    UnknownOperator,
    load,
)
from squeezesam_export.coreml_exec.__main__ import main
from squeezesam_export.coreml_exec.blob import BlobFile
from squeezesam_export.coreml_exec.types import BY_NAME, TensorType

WEIGHT = np.random.default_rng(5).standard_normal((8, 16)).astype(np.float32)
X = np.random.default_rng(6).standard_normal((4, 16)).astype(np.float32)


def _linear(folder: Path, elements: str = "fp32", ios: int = 16, weight: Any = WEIGHT) -> Path:
    kind = np.float16 if elements == "fp16" else np.float32
    return written(
        lambda x: mb.linear(x=x, weight=np.asarray(weight, kind), name="out"),
        [X.shape], folder, elements, ios,
    )  # fmt: skip


def _bits(name: str, count: int) -> np.ndarray:
    bits = BY_NAME[name].bits
    return np.random.default_rng(bits).integers(0, 2**bits, count).astype(np.uint8)


@pytest.mark.parametrize(
    "name",
    ["fp16", "fp32", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int4", "uint1",
     "uint2", "uint3", "uint4", "uint6"],
)  # fmt: skip
def test_the_weight_file_is_read_as_coremltools_reads_it(name: str, tmp_path: Path) -> None:
    element = BY_NAME[name]
    called = {"fp32": "float"}.get(name, name)
    values = np.arange(-17, 20) if element.numpy.kind != "u" else np.arange(37)
    array = values.astype(element.numpy)
    if element.bits < 8:
        array = _bits(name, 37)
        if name == "int4":
            array = (array.astype(np.int8) - 8).astype(np.int8)
    stored = array.view(np.uint16) if name == "fp16" else array
    if element.bits < 8:
        kind = coremltools.converters.mil.mil.types.string_to_builtin(name)
        nptype = coremltools.converters.mil.mil.types.nptype_from_builtin(kind)
        stored = array.astype(nptype)
    path = tmp_path / "weight.bin"
    writer = _BlobStorageWriter(str(path))
    writer.write_float_data(np.ones(3, np.float32))
    offset = getattr(writer, f"write_{called}_data")(np.ascontiguousarray(stored))
    del writer
    ours = BlobFile.open(path).read(offset, TensorType(element, (37,)))
    np.testing.assert_array_equal(ours, array)
    theirs = np.asarray(getattr(_BlobStorageReader(str(path)), f"read_{called}_data")(offset))
    if element.bits >= 8:
        np.testing.assert_array_equal(ours.view(theirs.dtype), theirs)


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
    path = _linear(tmp_path)
    data = bytearray(weight_file(path).read_bytes())
    data[place : place + len(content)] = content
    weight_file(path).write_bytes(data)
    with pytest.raises(PackageError, match=re.escape(sentence)):
        load(path)


def _cut_weights(path: Path) -> None:
    weight_file(path).write_bytes(weight_file(path).read_bytes()[:300])


def _manifest(path: Path, **changes: str) -> None:
    content = json.loads((path / "Manifest.json").read_text())
    for item in content["itemInfoEntries"].values():
        if item["name"] == "model.mlmodel":
            item.update(changes)
    (path / "Manifest.json").write_text(json.dumps(content))


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
        (lambda p: model_file(p).write_bytes(b""), "holds no ML program but nothing"),
        (lambda p: (p / "Manifest.json").unlink(), "has no Manifest.json"),
        (lambda p: (p / "Manifest.json").write_text("{"), "does not name a model"),
        (lambda p: _manifest(p, path="../../x"), "leads out of the package"),
        (lambda p: edit(p, _rename_weights), "leads out of the package"),
        (lambda p: edit(p, _other_output), "nothing makes the output 'nowhere'"),
        (lambda p: edit(p, _unmade), "refers to 'nowhere', which nothing makes"),
    ],
)
def test_damaged_packages_are_refused_in_a_sentence(
    damage: Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    path = _linear(tmp_path)
    damage(path)
    with pytest.raises(PackageError, match=re.escape(sentence)):
        load(path)


@pytest.mark.parametrize("ios", [16, 18])
def test_fp16_accumulates_in_fp32_and_is_rounded_once_per_operator(
    ios: int, tmp_path: Path
) -> None:
    half = X.astype(np.float16)
    (found,) = outputs(_linear(tmp_path, "fp16", ios), half)
    exact = half.astype(np.float64) @ WEIGHT.astype(np.float16).astype(np.float64).T
    assert found.dtype == np.float16
    # A sum of sixteen in fp16 would be off by more than the half unit that one rounding costs.
    assert (np.abs(found - exact) <= 0.5005 * np.spacing(np.abs(exact).astype(np.float16))).all()


def test_each_operator_of_an_fp16_program_is_rounded(tmp_path: Path) -> None:
    def build(x: Any) -> Any:
        return mb.sub(x=mb.add(x=x, y=np.float16(2048)), y=np.float16(2048))

    path = written(build, [(3,)], tmp_path, "fp16", 16)
    (found,) = outputs(path, np.array([0.4, 1.5, 3.0], np.float16))
    # Between 2048 and 4096 fp16 has even numbers only, and ties go to multiples of four.
    assert found.tolist() == [0.0, 2.0, 4.0]


def test_what_is_too_large_for_fp16_becomes_infinite(tmp_path: Path) -> None:
    path = written(lambda x: mb.mul(x=x, y=np.float16(8)), [(2,)], tmp_path, "fp16", 16)
    (found,) = outputs(path, np.array([1.0, 30000.0], np.float16))
    assert found.tolist() == [8.0, np.inf]


def _quantised(element: str, zero: int) -> Callable[[Any], Any]:
    def build(x: Any) -> Any:
        options = {"scale": 0.5, "zero_point": np.dtype(element).type(zero)}
        return mb.dequantize(input=mb.quantize(input=x, output_dtype=element, **options), **options)

    return build


@pytest.mark.parametrize(("element", "zero"), [("int8", -3), ("uint8", 130)])
def test_activations_are_quantised_as_torch_quantises_them(
    element: str, zero: int, tmp_path: Path
) -> None:
    values = np.linspace(-90, 90, 721, dtype=np.float32)
    (found,) = outputs(written(_quantised(element, zero), [values.shape], tmp_path), values)
    limits = np.iinfo(element)
    expected = torch.fake_quantize_per_tensor_affine(
        torch.from_numpy(values), 0.5, zero, int(limits.min), int(limits.max)
    )
    np.testing.assert_array_equal(found, expected.numpy())


def test_activations_can_have_a_scale_per_channel(tmp_path: Path) -> None:
    scales = np.array([0.5, 0.25, 1.0], np.float32)

    def build(x: Any) -> Any:
        return mb.dequantize(
            input=mb.quantize(input=x, output_dtype="int8", scale=scales, axis=1),
            scale=scales, axis=-2,
        )  # fmt: skip

    values = np.random.default_rng(2).uniform(-9, 9, (2, 3, 4)).astype(np.float32)
    (found,) = outputs(written(build, [values.shape], tmp_path), values)
    expected = torch.fake_quantize_per_channel_affine(
        torch.from_numpy(values), torch.from_numpy(scales), torch.zeros(3, dtype=torch.int32),
        1, -128, 127,
    )  # fmt: skip
    np.testing.assert_array_equal(found, expected.numpy())


def _compressed(kind: str, model: Any) -> Any:
    if kind.startswith("linear"):
        _, dtype, granularity = kind.split()
        options = {"block_size": 8} if granularity == "per_block" else {}
        linear = coreml.OpLinearQuantizerConfig(
            dtype=dtype, granularity=granularity, weight_threshold=0, **options
        )
        return coreml.linear_quantize_weights(model, coreml.OptimizationConfig(linear))
    if kind.startswith("palette"):
        _, bits, size = kind.split()
        options = {"cluster_dim": int(size)} if int(size) > 1 else {}
        palette = coreml.OpPalettizerConfig(
            mode="kmeans", nbits=int(bits), weight_threshold=0, **options
        )
        return coreml.palettize_weights(model, coreml.OptimizationConfig(palette))
    pruner = coreml.OpMagnitudePrunerConfig(target_sparsity=0.5, weight_threshold=0)
    return coreml.prune_weights(model, coreml.OptimizationConfig(pruner))


COMPRESSED = [
    ("linear int8 per_channel", 16), ("linear uint8 per_tensor", 16), ("palette 4 1", 16),
    ("palette 6 1", 16), ("sparse", 16),
    ("linear int8 per_channel", 18), ("linear int4 per_block", 18), ("linear uint4 per_channel", 18),
    ("palette 3 1", 18), ("palette 4 2", 18), ("sparse", 18),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "ios"), COMPRESSED)
def test_compressed_weights_are_those_that_coremltools_expands(
    kind: str, ios: int, tmp_path: Path
) -> None:
    path = tmp_path / "small.mlpackage"

    @mb.program(
        input_specs=[mb.TensorSpec(shape=X.shape)], opset_version=coremltools.target[f"iOS{ios}"]
    )
    def program(x: Any) -> Any:
        return mb.linear(x=x, weight=np.repeat(WEIGHT, 4, axis=0))

    small = _compressed(kind, converted(program, ios))
    small.save(str(path))
    assert any(name.startswith("constexpr_") for name in load(path).operators)
    dense = coreml.decompress_weights(small)
    dense.save(str(tmp_path / "dense.mlpackage"))
    ours, theirs = load(path), load(tmp_path / "dense.mlpackage")
    assert not any(name.startswith("constexpr_") for name in theirs.operators)
    (expected,) = theirs.predict({"x": X}).values()
    (found,) = ours.predict({"x": X}).values()
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
    full = X @ np.repeat(WEIGHT, 4, axis=0).T
    assert not np.array_equal(found, full)


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
    path = _linear(tmp_path)
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
    path = _linear(tmp_path)
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
    program = load(_linear(tmp_path))
    with pytest.raises(InputError, match=re.escape(sentence)):
        program.predict(inputs)


def test_the_tool_lists_what_a_package_consists_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _linear(tmp_path)
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


def test_convolutions_with_compressed_weights_match_torch(tmp_path: Path) -> None:
    weight = np.random.default_rng(1).standard_normal((8, 3, 3, 3)).astype(np.float32)
    scale = np.abs(weight).max((1, 2, 3)) / 127
    quantised = np.rint(weight / scale[:, None, None, None]).astype(np.int8)

    def build(x: Any) -> Any:
        dense = mb.constexpr_affine_dequantize(
            quantized_data=quantised, zero_point=np.int8(0), scale=scale.astype(np.float32),
            axis=np.int32(0),
        )  # fmt: skip
        return mb.conv(x=x, weight=dense, pad_type="same")

    image = np.random.default_rng(2).standard_normal((1, 3, 9, 9)).astype(np.float32)
    (found,) = outputs(written(build, [image.shape], tmp_path, "fp32", 16), image)
    dequantised = torch.from_numpy(quantised * scale[:, None, None, None]).float()
    expected = F.conv2d(torch.from_numpy(image), dequantised, padding=1)
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-5, atol=1e-5)
