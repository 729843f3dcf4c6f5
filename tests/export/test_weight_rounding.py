"""Rounding int8 weights by what it does to the layers' results."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from squeezesam_export.errors import ExportError
from squeezesam_export.targets.onnx.products import join_biases, multiply_in_int8
from squeezesam_export.targets.onnx.rounded_weights import round_anew
from squeezesam_export.targets.onnx.rounding import (
    least_error,
    moments,
    nearest,
    squared_error,
)

LEAST, MOST = -64, 63


def correlated(draw: np.random.Generator, groups: int, count: int, inputs: int) -> Any:
    """G×N×K inputs that move together and are positive, as those behind a ReLU."""
    mixing = draw.normal(size=(groups, inputs, inputs)) + 2
    return np.abs(draw.normal(size=(groups, count, inputs)) @ mixing).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), groups=st.integers(1, 3), results=st.integers(1, 5),
    inputs=st.integers(1, 12), alike=st.booleans(),
)  # fmt: skip
def test_no_result_errs_more_than_with_the_nearest_whole_numbers(
    seed: int, groups: int, results: int, inputs: int, alike: bool
) -> None:
    draw = np.random.default_rng(seed)
    patches = correlated(draw, groups, 40, inputs)
    if alike:
        # Inputs that never vary, or are the same twice: a singular covariance.
        patches[..., 0] = 3
        patches[..., -1] = patches[..., inputs // 2]
    seen = moments(patches)
    assert seen.covariance is not None
    weights = draw.normal(size=(groups, results, inputs))
    steps = np.abs(weights).max(-1) / 63
    whole = least_error(weights, steps, seen.covariance, LEAST, MOST)
    assert np.array_equal(whole, np.rint(whole))
    assert whole.min() >= LEAST
    assert whole.max() <= MOST
    found = squared_error(weights, whole, steps, seen.covariance)
    plain = squared_error(weights, nearest(weights, steps, LEAST, MOST), steps, seen.covariance)
    assert (found <= plain * (1 + 1e-9) + 1e-12).all()


def test_on_inputs_that_move_together_the_error_is_a_fraction_of_that_of_the_nearest() -> None:
    draw = np.random.default_rng(5)
    covariance = moments(correlated(draw, 4, 400, 16)).covariance
    assert covariance is not None
    weights = draw.normal(size=(4, 32, 16))
    steps = np.abs(weights).max(-1) / 7
    found = least_error(weights, steps, covariance, -8, 7)
    plain = nearest(weights, steps, -8, 7)
    ratio = squared_error(weights, found, steps, covariance).sum()
    ratio /= squared_error(weights, plain, steps, covariance).sum()
    assert ratio < 0.5


def test_the_moments_are_those_of_numpy() -> None:
    patches = correlated(np.random.default_rng(1), 2, 50, 4)
    seen = moments(patches)
    assert seen.covariance is not None
    for group in range(2):
        expected = np.cov(patches[group].astype(np.float64), rowvar=False, bias=True)
        np.testing.assert_allclose(seen.covariance[group], expected, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(seen.mean[group], patches[group].mean(0), rtol=1e-5)


LAYERS = {
    "dense 3×3": (8, 6, 1, 3, 1, 1),
    "pointwise": (16, 12, 1, 1, 1, 0),
    "depthwise": (8, 8, 8, 3, 1, 1),
    "depthwise, strided": (8, 8, 8, 5, 2, 2),
    "grouped": (8, 12, 4, 3, 1, 1),
    "without padding": (4, 6, 1, 3, 2, 0),
    "more inputs than are rounded so": (80, 4, 1, 3, 1, 1),
}


def one_layer(kind: str, bits: int = 4) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """A convolution in float32, and with rounded weights and bias as ONNX Runtime writes them."""
    channels, results, groups, size, stride, pad = LAYERS[kind]
    draw = np.random.default_rng(len(kind))
    kernel = draw.normal(size=(results, channels // groups, size, size)).astype(np.float32)
    bias = draw.normal(size=results).astype(np.float32)
    most = 2 ** (bits - 1) - 1
    steps = (np.abs(kernel).reshape(results, -1).max(1) / most).astype(np.float32)
    units = (steps * 0.001).astype(np.float32)
    whole = np.rint(kernel / steps[:, None, None, None]).astype(np.int8)
    attributes = {"group": groups, "strides": [stride] * 2, "pads": [pad] * 4}
    conv = helper.make_node("Conv", ["x", "w", "b"], ["y"], name="layer", **attributes)
    expanded = helper.make_node("Conv", ["x", "w_", "b_"], ["y"], name="layer", **attributes)
    zeros = np.zeros(results, np.int32)
    stored = {
        "w_whole": whole, "w_steps": steps, "w_zero": zeros.astype(np.int8),
        "b_whole": np.rint(bias / units).astype(np.int32), "b_steps": units, "b_zero": zeros,
    }  # fmt: skip
    expansions = [
        helper.make_node(
            "DequantizeLinear", [f"{n}_whole", f"{n}_steps", f"{n}_zero"], [f"{n}_"], axis=0
        )
        for n in "wb"
    ]
    return (
        _model([conv], {"w": kernel, "b": bias}, channels),
        _model([*expansions, expanded], stored, channels),
    )


def _model(nodes: list[onnx.NodeProto], weights: dict[str, Any], channels: int) -> onnx.ModelProto:
    given_ = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, channels, 24, 20])
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    tensors = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, "layer", [given_], [made], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def _run(model: onnx.ModelProto, feeds: list[dict[str, Any]]) -> Any:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return np.concatenate([session.run(None, feed)[0] for feed in feeds])


@pytest.mark.parametrize("kind", LAYERS)
def test_a_layer_rounded_anew_errs_less_and_no_channel_is_shifted(kind: str) -> None:
    plain, quantised = one_layer(kind)
    draw = np.random.default_rng(3)
    channels = LAYERS[kind][0]
    # Smooth and positive, as maps behind a ReLU6 are.
    rough = torch.from_numpy(draw.normal(size=(6, channels, 9, 8)).astype(np.float32) + 0.5)
    smooth = torch.nn.functional.interpolate(rough, (24, 20), mode="bilinear").relu().numpy()
    feeds = [{"x": smooth[i : i + 1]} for i in range(6)]
    wanted, before = _run(plain, feeds), _run(quantised, feeds)
    assert round_anew(quantised, plain, feeds, bits=4) == 1
    after = _run(quantised, feeds)
    if "more inputs" not in kind:
        assert np.square(after - wanted).mean() < 0.8 * np.square(before - wanted).mean()
    inside = (slice(None), slice(None), slice(2, -2), slice(2, -2))
    shift = np.abs((after - wanted)[inside].mean((0, 2, 3)))
    spread = wanted.std((0, 2, 3))
    assert (shift < 0.05 * spread + 0.01).all()


def test_what_cannot_be_run_is_one_error() -> None:
    plain, quantised = one_layer("pointwise")
    plain.graph.node[0].op_type = "Nothing"
    with pytest.raises(ExportError, match="cannot run the program to be quantised"):
        round_anew(quantised, plain, [{"x": np.zeros((1, 16, 24, 20), np.float32)}])


def tokens(rows: int, work: int = 64) -> onnx.ModelProto:
    """A convolution of ``work`` channels beside a product of ``rows`` rows and one of one row."""
    draw = np.random.default_rng(rows)
    weights = {
        name: draw.normal(size=shape).astype(np.float32)
        for name, shape in {
            "k": (work, work, 3, 3), "b": (work,), "w": (96, 64), "c": (64,), "v": (64, 80),
        }.items()
    }  # fmt: skip
    weights |= {"first": np.array([0]), "last": np.array([1])}
    nodes = [
        helper.make_node("Conv", ["x", "k", "b"], ["y"], name="conv", pads=[1] * 4),
        helper.make_node("MatMul", ["rows", "w"], ["product"], name="many"),
        helper.make_node("Add", ["product", "c"], ["z"], name="bias"),
        helper.make_node("Slice", ["z", "first", "last", "first"], ["one"], name="one"),
        helper.make_node("MatMul", ["one", "v"], ["u"], name="single"),
    ]
    sizes = {"x": [1, work, 32, 32], "rows": [rows, 96]}
    graph = helper.make_graph(
        nodes, "tokens",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in sizes.items()],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("z", "u", "y")],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def feeds_of(model: onnx.ModelProto, count: int = 6) -> list[dict[str, Any]]:
    draw = np.random.default_rng(count)
    sizes = {i.name: [d.dim_value for d in i.type.tensor_type.shape.dim] for i in model.graph.input}
    # Of another mean than nothing, as tokens are.
    return [
        {n: (draw.normal(size=s) + 0.7).astype(np.float32) for n, s in sizes.items()}
        for _ in range(count)
    ]


def test_a_product_and_its_stored_bias_are_joined_and_stay_the_same_numbers() -> None:
    model = tokens(32)
    feeds = feeds_of(model)
    before = _run(model, feeds)
    assert join_biases(model) == 1
    assert [n.op_type for n in model.graph.node] == ["Conv", "Gemm", "Slice", "MatMul"]
    assert np.array_equal(_run(model, feeds), before)


def test_a_product_of_many_rows_runs_in_int8_and_its_mean_stays() -> None:
    plain, quantised = tokens(32), tokens(32)
    join_biases(plain)
    join_biases(quantised)
    feeds = feeds_of(plain)
    wanted = _run(plain, feeds)
    assert multiply_in_int8(quantised, plain, feeds) == 1
    found = _run(quantised, feeds)
    assert not np.array_equal(found, wanted)
    noise = np.square(found - wanted).mean() / np.square(wanted).mean()
    assert 10 * np.log10(noise) < -30
    assert (np.abs((found - wanted).mean(0)) < 0.05 * wanted.std(0)).all()
    made_by = {output: n.op_type for n in quantised.graph.node for output in n.output}
    kinds = {n.name: [made_by.get(i) for i in n.input[:2]] for n in quantised.graph.node}
    assert kinds["many"] == ["DequantizeLinear", "DequantizeLinear"]
    # A single row gains nothing.
    assert "DequantizeLinear" not in kinds["single"]


@pytest.mark.parametrize(("rows", "work"), [(8, 64), (32, 2)], ids=["few rows", "little else"])
def test_products_of_few_rows_and_of_a_vision_transformer_stay_in_float(
    rows: int, work: int
) -> None:
    plain, quantised = tokens(rows, work), tokens(rows, work)
    assert multiply_in_int8(quantised, plain, feeds_of(plain)) == 0
    assert quantised.SerializeToString() == tokens(rows, work).SerializeToString()
