"""ONNX programs: rewrites are exact, int8 is near, small and faithful to real photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from squeezesam_export.bundle.write import Exported
from squeezesam_export.networks.reference import Reference
from squeezesam_export.photos.views import comparison_views
from squeezesam_export.program import ExportError, reference
from squeezesam_export.targets.onnx import lowering as target_onnx
from squeezesam_export.targets.onnx.matrices import shrink_matrices


def _run(model: onnx.ModelProto, path: Path, *inputs: np.ndarray) -> list[np.ndarray]:
    onnx.save_model(model, path)
    return target_onnx.executor(path, 1)(inputs)


@pytest.mark.parametrize("transposed", [False, True])
def test_shrunk_matrices_stay_within_half_a_step_per_column(
    tmp_path: Path, transposed: bool
) -> None:
    rng = np.random.default_rng(1)
    weight = rng.normal(size=(80, 70)).astype(np.float32) * np.logspace(-3, 1, 70)[None]
    weight = weight.astype(np.float32)
    stored = np.ascontiguousarray(weight.T) if transposed else weight
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w"], ["y"], transB=int(transposed))],
        "matrix",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [80, 80])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [80, 70])],
        [numpy_helper.from_array(stored, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    assert shrink_matrices(model) == 1
    found = _run(model, tmp_path / "m.onnx", np.eye(80, dtype=np.float32))[0]
    step = np.abs(weight).max(0) / 127
    assert (np.abs(found - weight) <= step / 2 * 1.001).all()
    assert all(w.data_type != TensorProto.FLOAT or np.prod(w.dims) <= 80 for w in
               model.graph.initializer)  # fmt: skip


@pytest.fixture(scope="module")
def fp32(
    network_reference: Reference, tmp_path_factory: pytest.TempPathFactory
) -> tuple[object, object]:
    source = network_reference.sources([])[0]
    return source, target_onnx.lower(source, "fp32", tmp_path_factory.mktemp("fp32"))


def test_fp32_onnx_equals_torch_on_a_real_photo(
    network_reference: Reference, fp32: tuple[object, object]
) -> None:
    source, lowered = fp32
    inputs = network_reference.prepare(comparison_views()[0]).inputs["segment"]
    found = lowered.execute([t.numpy() for t in inputs])
    for a, b in zip(reference(source, inputs), found, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-3, rtol=1e-3)


def test_no_transposed_convolution_and_no_path_of_this_machine_is_left(
    fp32: tuple[object, object],
) -> None:
    model = onnx.load(fp32[1].path)
    assert "ConvTranspose" not in {node.op_type for node in model.graph.node}
    assert b"site-packages" not in model.SerializeToString()


def test_half_precision_runs_with_float32_at_its_boundary(
    network_reference: Reference, tmp_path: Path
) -> None:
    lowered = target_onnx.lower(network_reference.sources([])[1], "fp16", tmp_path)
    model = onnx.load(lowered.path)
    assert {i.type.tensor_type.elem_type for i in model.graph.input} == {TensorProto.FLOAT}
    inputs = network_reference.prepare(comparison_views()[2]).inputs["heat"]
    expected = reference(network_reference.sources([])[1], inputs)[0]
    found = lowered.execute([t.numpy() for t in inputs])[0]
    assert np.abs(found - expected).max() < 0.02 * np.abs(expected).max()


def test_int8_runs_the_convolutions_in_eight_bits(onnx_int8: Exported) -> None:
    model = onnx.load(onnx_int8.lowered["segment"].path.parent.parent / onnx_int8.path.name
                      / "segment.onnx")  # fmt: skip
    made_by = {output: node for node in model.graph.node for output in node.output}
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    later = [c for c in convolutions if c.input[0] in made_by]
    # All but the stem, which sees pixels beside prompt planes.
    assert len(later) == len(convolutions) - 2
    assert {made_by[c.input[0]].op_type for c in later} == {"DequantizeLinear"}


def test_int8_masks_agree_with_fp32_on_twenty_real_views(onnx_int8: Exported) -> None:
    assert onnx_int8.parity is not None
    assert len(onnx_int8.parity.mask_iou) >= 20
    assert onnx_int8.parity.mean_iou >= 0.97


def test_an_unknown_precision_is_refused(network_reference: Reference, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no precision 'int4'"):
        target_onnx.lower(network_reference.sources([])[1], "int4", tmp_path)


def test_onnx_runtime_multiplies_stored_matrices_as_the_manifest_says(
    onnx_int8: Exported, tmp_path: Path
) -> None:
    bundle = onnx_int8.lowered["segment"].path.parent.parent / onnx_int8.path.name
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.optimized_model_filepath = str(tmp_path / "loaded.onnx")
    onnxruntime.InferenceSession(
        str(bundle / "segment.onnx"), options, providers=["CPUExecutionProvider"]
    )

    graph = onnx.load(tmp_path / "loaded.onnx").graph
    weights = {tensor.name: tensor.data_type for tensor in graph.initializer}
    products = [n for n in graph.node if n.op_type in ("MatMul", "Gemm", "FusedMatMul")]
    stored = [n for n in products if n.input[1] in weights]
    assert stored
    assert {weights[node.input[1]] for node in stored} == {TensorProto.FLOAT}
    # Those of many rows; in a network of this size there are few that are large enough.
    assert [n for n in graph.node if n.op_type in ("QGemm", "MatMulIntegerToFloat")]
    assert not [n for n in graph.node if n.op_type in ("MatMulNBits", "DynamicQuantizeMatMul")]
    said = str(onnx_int8.manifest["quantisation"])
    assert "16 rows and more beside convolutions multiplied in int8" in said
    assert "multiplied in float32" in said
