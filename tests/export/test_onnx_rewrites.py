"""Rewrites of ONNX graphs: fewer and other operators, the same values."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from mobile_network import mobile_program
from onnx import TensorProto, helper, numpy_helper
from squeezesam_export.bundle.write import Inputs
from squeezesam_export.importing.graph import described
from squeezesam_export.program import SourceProgram, reference
from squeezesam_export.targets.onnx import lowering as target_onnx
from squeezesam_export.targets.onnx.batch_axis import drop_batch_axis
from squeezesam_export.targets.onnx.convolutions import (
    pool_before_activation,
    raise_channels_last,
    split_first_convolutions,
    transposed_to_plain,
)
from squeezesam_export.targets.onnx.graph import static_shapes
from torch import Tensor, nn

RNG = np.random.default_rng(0)


def model_of(
    nodes: list[onnx.NodeProto],
    inputs: dict[str, list[int]],
    outputs: list[str],
    weights: dict[str, np.ndarray],
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    return onnx.shape_inference.infer_shapes(model)


def numbers(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def run(model: onnx.ModelProto, folder: Path, *inputs: np.ndarray) -> list[np.ndarray]:
    onnx.checker.check_model(model, full_check=True)
    path = folder / "model.onnx"
    onnx.save_model(model, path)
    return target_onnx.executor(path, 1)(inputs)


def kinds(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def test_a_transposed_convolution_becomes_an_equal_plain_one(tmp_path: Path) -> None:
    kernel, bias = numbers(6, 5, 2, 2), numbers(5)
    model = model_of(
        [helper.make_node("ConvTranspose", ["x", "w", "b"], ["y"], strides=[2, 2])],
        {"x": [1, 6, 4, 7]}, ["y"], {"w": kernel, "b": bias},
    )  # fmt: skip
    x = numbers(1, 6, 4, 7)
    expected = torch.nn.functional.conv_transpose2d(
        torch.from_numpy(x), torch.from_numpy(kernel), torch.from_numpy(bias), stride=2
    )
    assert transposed_to_plain(model) == 1
    assert kinds(model) == ["Conv", "DepthToSpace"]
    np.testing.assert_allclose(run(model, tmp_path, x)[0], expected, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 12, 3, 5), (2, 4, 1, 1)])
def test_a_map_raised_with_channels_last_is_the_same_map(
    tmp_path: Path, size: tuple[int, ...]
) -> None:
    node = helper.make_node("DepthToSpace", ["x"], ["y"], blocksize=2, mode="DCR")
    model = model_of([node], {"x": list(size)}, ["y"], {})
    x = numbers(*size)
    before = run(model, tmp_path, x)[0]
    assert raise_channels_last(model) == 1
    assert kinds(model) == ["Transpose", "Reshape", "Transpose", "Reshape", "Transpose"]
    assert np.array_equal(run(model, tmp_path, x)[0], before)


def test_another_order_of_channels_is_not_raised_so() -> None:
    node = helper.make_node("DepthToSpace", ["x"], ["y"], blocksize=2, mode="CRD")
    assert raise_channels_last(model_of([node], {"x": [1, 8, 3, 3]}, ["y"], {})) == 0


def stem(clip: str, *more: onnx.NodeProto, outputs: list[str] | None = None) -> onnx.ModelProto:
    limits = ["low", "high"] if clip == "Clip" else []
    weights = {"w": numbers(4, 3, 2, 2), "b": numbers(4), "v": numbers(4, 4, 1, 1)}
    if limits:
        weights |= {"low": np.float32(0), "high": np.float32(0.4)}
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["c"], name="conv", strides=[2, 2]),
        helper.make_node(clip, ["c", *limits], ["r"], name="clip"),
        helper.make_node("MaxPool", ["r"], ["p"], name="pool", kernel_shape=[2, 2], strides=[2, 2]),
    ]
    return model_of([*nodes, *more], {"x": [1, 3, 16, 12]}, outputs or ["p"], weights)


@pytest.mark.parametrize("clip", ["Relu", "Clip"])
def test_the_first_pooling_comes_before_the_activation_and_changes_nothing(
    tmp_path: Path, clip: str
) -> None:
    model, x = stem(clip), numbers(1, 3, 16, 12)
    before = run(model, tmp_path, x)[0]
    assert pool_before_activation(model) == 1
    assert kinds(model) == ["Conv", "MaxPool", clip]
    assert np.array_equal(run(model, tmp_path, x)[0], before)


def test_an_activation_that_others_read_keeps_its_place() -> None:
    assert pool_before_activation(stem("Relu", outputs=["p", "r"])) == 0
    other = helper.make_node("Conv", ["r", "v"], ["z"], name="other")
    assert pool_before_activation(stem("Relu", other, outputs=["p", "z"])) == 0


def test_a_later_convolution_keeps_its_activation() -> None:
    later = [
        helper.make_node("Conv", ["p", "v"], ["c2"], name="later"),
        helper.make_node("Relu", ["c2"], ["r2"], name="clip2"),
        helper.make_node("MaxPool", ["r2"], ["p2"], name="pool2", kernel_shape=[2, 2]),
    ]
    model = stem("Relu", *later, outputs=["p2"])
    assert pool_before_activation(model) == 1
    assert kinds(model) == ["Conv", "MaxPool", "Relu", "Conv", "Relu", "MaxPool"]


@pytest.mark.parametrize("widths", [(3, 2), (3, 2, 1)])
def test_a_convolution_over_joined_inputs_reads_the_first_where_it_lies(
    tmp_path: Path, widths: tuple[int, ...]
) -> None:
    names = [f"in{i}" for i in range(len(widths))]
    nodes = [
        helper.make_node("Concat", names, ["all"], name="join", axis=1),
        helper.make_node("Conv", ["all", "w", "b"], ["y"], name="conv", pads=[1, 1, 1, 1]),
    ]
    inputs = {name: [1, count, 6, 8] for name, count in zip(names, widths, strict=True)}
    model = model_of(nodes, inputs, ["y"], {"w": numbers(4, sum(widths), 3, 3), "b": numbers(4)})
    arrays = [numbers(*shape) for shape in inputs.values()]
    before = run(model, tmp_path, *arrays)[0]
    assert split_first_convolutions(model) == 1
    # What lies beside the first input stays one.
    joined = {"Concat": 1} if len(widths) > 2 else {}
    assert Counter(kinds(model)) == {"Conv": 2, "Add": 1, **joined}
    np.testing.assert_allclose(run(model, tmp_path, *arrays)[0], before, atol=1e-5)


class Attending(nn.Module):
    """What a transformer is made of, between two convolutions."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.before, self.after = nn.Conv2d(3, 16, 3, padding=1), nn.Conv2d(16, 2, 1)
        self.query, self.key, self.norm = nn.Linear(16, 16), nn.Linear(16, 16), nn.LayerNorm(16)
        self.bias = nn.Parameter(torch.randn(1, 5, 16))

    def forward(self, image: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        features = torch.relu(self.before(image))
        flat = features.reshape(1, 16, -1).transpose(1, 2)
        tokens = torch.cat([self.bias, tokens], dim=1)
        q = self.query(tokens).reshape(1, 8, 4, 4).transpose(1, 2)
        k = self.key(flat).reshape(1, -1, 4, 4).transpose(1, 2)
        seen = (q @ k.transpose(-2, -1)).softmax(-1) @ k
        tokens = self.norm(tokens + seen.transpose(1, 2).reshape(1, 8, 16))
        flat = flat + tokens[:, 2:3].sigmoid()
        return self.after(flat.transpose(1, 2).reshape(features.shape)), tokens


def test_a_transformer_loses_its_batch_axis_and_keeps_its_values(tmp_path: Path) -> None:
    example = (torch.randn(1, 3, 6, 5), torch.randn(1, 3, 16))
    network = Attending().eval()
    exported = torch.onnx.export(network, example, dynamo=True, opset_version=18, verbose=False)
    assert exported is not None
    model = exported.model_proto
    arrays = [tensor.numpy() for tensor in example]
    before = run(model, tmp_path, *arrays)
    assert drop_batch_axis(model) > 10
    shapes = static_shapes(model)
    made = [shapes[n.output[0]] for n in model.graph.node if n.op_type in ("MatMul", "Softmax")]
    assert made
    assert all(len(shape) < 3 or shape[0] != 1 for shape in made)
    # The convolutions and what joins them are as they were.
    assert [len(shapes[n.output[0]]) for n in model.graph.node if n.op_type == "Conv"] == [4, 4]
    after = run(model, tmp_path, *arrays)
    for a, b in zip(before, after, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, atol=1e-5)


def _without_rewrites(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without the plain convolution int8 would not be the same network.
    monkeypatch.setattr(target_onnx, "rewrite", transposed_to_plain)
    monkeypatch.setattr(target_onnx, "rewrite_for_int8", lambda model: None)


def _lowered_both_ways(
    source: SourceProgram, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> list[onnx.ModelProto]:
    (folder / "new").mkdir()
    (folder / "old").mkdir()
    target_onnx.lower(source, "int8", folder / "new")
    with monkeypatch.context() as patch:
        _without_rewrites(patch)
        target_onnx.lower(source, "int8", folder / "old")
    return [onnx.load(folder / which / f"{source.name}.onnx") for which in ("new", "old")]


def _program(inputs: Inputs, name: str) -> SourceProgram:
    sources = inputs.reference.sources(inputs.calibration)
    return next(source for source in sources if source.name == name)


def test_the_int8_saliency_network_is_equal_bit_for_bit_to_the_graph_before_the_rewrites(
    small_inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Weights rounded anew follow the last bit of each graph's sums, and so the processor.
    monkeypatch.setattr(target_onnx, "round_anew", lambda *_: 0)
    source = _program(small_inputs, "heat")
    new, old = _lowered_both_ways(source, tmp_path, monkeypatch)
    assert kinds(new) != kinds(old)
    for view in small_inputs.comparison:
        photo = [tensor.numpy() for tensor in view.inputs["heat"]]
        assert np.array_equal(run(new, tmp_path, *photo)[0], run(old, tmp_path, *photo)[0])


def test_the_int8_segmenter_is_as_near_to_fp32_as_the_graph_before_the_rewrites(
    small_inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = _program(small_inputs, "segment")
    new, old = _lowered_both_ways(source, tmp_path, monkeypatch)
    assert "DepthToSpace" not in kinds(new)
    assert not [n for n in new.graph.node if n.op_type == "Concat" and "image" in n.input]
    assert not [n for n in new.graph.node if n.op_type == "DequantizeLinear" and "expand" in n.name]
    noise = [0.0, 0.0]
    for view in small_inputs.comparison:
        inputs = [tensor.numpy() for tensor in view.inputs["segment"]]
        wanted = reference(source, view.inputs["segment"])[0]
        for index, model in enumerate((new, old)):
            noise[index] += float(((run(model, tmp_path, *inputs)[0] - wanted) ** 2).sum())
    assert noise[0] < 1.1 * noise[1]


def test_relu6_and_residual_sums_between_convolutions_run_in_eight_bits(tmp_path: Path) -> None:
    source = mobile_program()
    lowered = target_onnx.lower(source, "int8", tmp_path)
    model = onnx.load(lowered.path)
    made_by = {output: node for node in model.graph.node for output in node.output}
    for node in model.graph.node:
        if node.op_type in ("Conv", "Add") and node.input[0] in made_by:
            assert made_by[node.input[0]].op_type == "DequantizeLinear", node.name
    # The first convolution's and the head's, which are in float; the others are in the rounding.
    assert kinds(model).count("Clip") == 2
    assert lowered.execute is not None
    for image in source.calibration:
        wanted = reference(source, image)[0]
        np.testing.assert_allclose(lowered.execute([image[0].numpy()])[0], wanted, atol=0.02)


@pytest.mark.parametrize(
    ("names", "sides"),
    [
        (["N" * 3_000_000], [1]),
        (["x"] * 100_000, [1]),
        (["x"], [1] * 100_000),
        (["x"], ["s" * 99_999]),
    ],
)
def test_a_graph_of_a_strangers_names_is_described_in_a_sentence(
    names: list[str], sides: list[int | str]
) -> None:
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, sides) for name in names]
    graph = helper.make_graph([], "g", values, values)
    assert len(described(helper.make_model(graph))) < 10_000
