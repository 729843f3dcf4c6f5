"""Palettes, ONNX Runtime's own format, and several sizes in one package: executed, and small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from export_requests import PRESET
from mil_interpreter import load
from squeezesam_export.program import ExportError, SourceProgram, reference
from squeezesam_export.request import ExportRequest
from squeezesam_export.targets.coreml import lowering as target_coreml
from squeezesam_export.targets.coreml.shapes import combine, function_name
from squeezesam_export.targets.onnx import lowering as target_onnx
from torch import nn

SIZES = ((32, 32), (24, 32), (32, 24))


def network(height: int = 32, width: int = 32) -> SourceProgram:
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 48, 3, padding=1), nn.ReLU(),
        nn.Conv2d(48, 8, 3, padding=1), nn.Flatten(2),
    ).eval()  # fmt: skip
    image = torch.rand(1, 3, height, width)
    wrapped = _Tuple(module)
    return SourceProgram("saliency", wrapped, {"image": image}, ("heatmap",), ((image,),), 1)


class _Tuple(nn.Module):
    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (self.module(image),)


def size_of(path: Path) -> int:
    return sum(p.stat().st_size for p in path.rglob("weight.bin"))


def test_palettes_are_smaller_than_int8_and_nearly_as_good(tmp_path: Path) -> None:
    source = network()
    (tmp_path / "int8").mkdir()
    eight = target_coreml.lower(source, "int8", "weights", tmp_path / "int8")
    six = target_coreml.lower(source, "int8", "palette6", tmp_path)
    assert six.notes["operators"]["constexpr_lut_to_dense"] == 2
    assert size_of(six.path) < 0.9 * size_of(eight.path)
    assert six.execute is not None
    wanted = reference(source, source.example)[0]
    found = six.execute([source.example[0].numpy()])[0]
    noise = np.linalg.norm(found - wanted) / np.linalg.norm(wanted)
    assert 1e-4 < noise < 0.05
    assert six.quantisation is not None
    assert six.quantisation["scheme"].startswith("6-bit")


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_the_ort_file_gives_what_the_onnx_file_gives(tmp_path: Path, precision: str) -> None:
    source = network()
    lowered = target_onnx.lower(source, precision, tmp_path)
    assert lowered.execute is not None
    wanted = lowered.execute([source.example[0].numpy()])[0]
    ort = target_onnx.to_ort(lowered)
    assert [p.name for p in tmp_path.iterdir()] == ["saliency.ort"]
    # The mark of the format, after the flatbuffer's first offset.
    assert ort.path.read_bytes()[4:8] == b"ORTM"
    assert ort.execute is not None
    found = ort.execute([source.example[0].numpy()])[0]
    np.testing.assert_allclose(found, wanted, atol=1e-5 if precision == "fp32" else 0.02)


def test_sizes_share_their_weights_in_one_package(tmp_path: Path) -> None:
    sources = {size: network(*size) for size in SIZES}
    packages, path = {}, tmp_path / "all.mlpackage"
    for size, source in sources.items():
        folder = tmp_path / function_name(*size)
        folder.mkdir()
        packages[size] = target_coreml.lower(source, "fp16", "weights", folder).path
    combine(packages, path)
    assert size_of(path) < 1.1 * size_of(packages[SIZES[0]])
    for size, source in sources.items():
        program = load(path, function_name(*size))
        found = program.predict({"image": source.example[0].numpy()})["heatmap"]
        alone = load(packages[size]).predict({"image": source.example[0].numpy()})["heatmap"]
        np.testing.assert_array_equal(found, alone)
    assert load(path).name == function_name(*SIZES[0])
    with pytest.raises(ExportError, match="exists"):
        combine(packages, path)
    with pytest.raises(ExportError, match="no size"):
        combine({}, tmp_path / "none.mlpackage")
    assert not list(tmp_path.glob(".partial-*"))


@pytest.mark.parametrize(
    ("target", "changes", "name"),
    [
        ("coreml", {"options": {"int8": "palette6"}}, f"{PRESET}-coreml-palette6-64x64"),
        ("coreml", {"options": {"int8": "w8a8"}}, f"{PRESET}-coreml-w8a8-64x64"),
        ("onnx", {"options": {"format": "ort"}}, f"{PRESET}-onnx-ort-int8-64x64"),
        ("onnx", {"max_iou_drop": 0.01}, f"{PRESET}-onnx-int8-mixed-64x64"),
    ],
)
def test_a_bundle_is_named_by_what_is_in_it(
    target: str, changes: dict[str, object], name: str
) -> None:
    nowhere = Path("nowhere")
    request = ExportRequest(
        target, "int8", 64, 64, PRESET, nowhere, **changes  # type: ignore[arg-type]
    )  # fmt: skip
    assert request.name == name
