"""Weight files, compressed weights, quantised activations and the rounding of fp16."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import coremltools
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from coremltools.libmilstoragepython import _BlobStorageReader, _BlobStorageWriter
from coremltools.optimize import coreml
from mil_interpreter import load
from mil_interpreter.blob import BlobFile
from mil_interpreter.types import BY_NAME, TensorType
from mil_programs import WEIGHT, X, converted, linear_package, mb, outputs, written


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


@pytest.mark.parametrize("ios", [16, 18])
def test_fp16_accumulates_in_fp32_and_is_rounded_once_per_operator(
    ios: int, tmp_path: Path
) -> None:
    half = X.astype(np.float16)
    (found,) = outputs(linear_package(tmp_path, "fp16", ios), half)
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
    ("linear int8 per_channel", 18), ("linear int4 per_block", 18),
    ("linear uint4 per_channel", 18), ("palette 3 1", 18), ("palette 4 2", 18), ("sparse", 18),
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
