"""Core ML packages: what can be read back from them on Linux, and what the lint refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import coremltools
import pytest
import torch
from export_requests import PRESET, ours
from squeezesam_export.photos.views import calibration_views
from squeezesam_export.program import ExportError, LoweredProgram, SourceProgram, reference
from squeezesam_export.targets.coreml import lowering as target_coreml
from squeezesam_export.targets.coreml.lint import LARGEST_RANK, lint
from squeezesam_export.verify import gate
from squeezesam_export.verify.parity import snr_db
from squeezesam_model import SaliencyNet, SaliencyPreset, load_segmenter
from squeezesam_model.weights import shipped_weights
from torch import Tensor, nn

HEIGHT, WIDTH = 128, 160
SHALLOW = SaliencyPreset("shallow", stem=16, encoder=(64, 128), decoder=(64,))
FLOAT32 = coremltools.proto.FeatureTypes_pb2.ArrayFeatureType.FLOAT32
MIL = coremltools.proto.MIL_pb2.DataType


@pytest.fixture(scope="module")
def sources() -> tuple[SourceProgram, SourceProgram]:
    torch.manual_seed(0)
    networks = ours(
        load_segmenter(shipped_weights(PRESET)),
        SaliencyNet(SHALLOW).eval(),
        HEIGHT,
        WIDTH,
    )
    return networks.sources([networks.prepare(view) for view in calibration_views()[::6]])


@pytest.fixture(scope="module")
def segmenter(
    sources: tuple[SourceProgram, ...], tmp_path_factory: pytest.TempPathFactory
) -> LoweredProgram:
    return target_coreml.lower(sources[0], "fp16", "weights", tmp_path_factory.mktemp("fp16"))


@pytest.fixture(scope="module")
def saliency(
    sources: tuple[SourceProgram, ...], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, LoweredProgram]:
    """A shallow network with random weights in every precision, by name."""
    kinds = {"fp32": ("fp32", "weights"), "fp16": ("fp16", "weights"),
             "weights": ("int8", "weights"), "w8a8": ("int8", "w8a8")}  # fmt: skip
    return {
        name: target_coreml.lower(sources[1], *kind, tmp_path_factory.mktemp(name))
        for name, kind in kinds.items()
    }


def _specification(path: Path) -> Any:
    return coremltools.utils.load_spec(str(path))


def _operations(path: Path, kind: str) -> list[Any]:
    function = _specification(path).mlProgram.functions["main"]
    block = function.block_specializations[function.opset]
    return [operation for operation in block.operations if operation.type == kind]


def _made_by(path: Path, name: str) -> str:
    """The operator that makes a value."""
    function = _specification(path).mlProgram.functions["main"]
    for operation in function.block_specializations[function.opset].operations:
        if name in {value.name for value in operation.outputs}:
            return str(operation.type)
    return "input"


def _weight(operation: Any) -> str:
    return str(operation.inputs["weight"].arguments[0].name)


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def test_inputs_and_outputs_have_the_contracts_names_shapes_and_type(
    segmenter: LoweredProgram,
) -> None:
    description = _specification(segmenter.path).description
    shapes = {f.name: tuple(f.type.multiArrayType.shape) for f in description.input}
    assert shapes == {
        "image": (1, 3, HEIGHT, WIDTH),
        "prompts": (1, 2, HEIGHT, WIDTH),
        "points": (1, 16, 2),
        "labels": (1, 16),
    }
    shapes = {f.name: tuple(f.type.multiArrayType.shape) for f in description.output}
    assert shapes == {"masks": (1, 4, HEIGHT // 4, WIDTH // 4), "scores": (1, 4)}
    for feature in (*description.input, *description.output):
        assert feature.type.multiArrayType.dataType == FLOAT32


def test_the_segmenter_passes_its_own_lint_and_is_all_that_was_written(
    segmenter: LoweredProgram,
) -> None:
    report = lint(segmenter.path)
    assert report.problems == []
    assert 4 <= report.largest_rank <= LARGEST_RANK
    assert report.operators["conv_transpose"] == 4
    assert report.operators["layer_norm"] == 9
    assert segmenter.notes["operators"] == report.operators
    assert segmenter.engine.startswith("coreml (MIL interpreter")
    assert not segmenter.timed
    assert [p.name for p in segmenter.path.parent.iterdir()] == ["segment.mlpackage"]


@pytest.mark.parametrize(
    ("name", "kind"), [("fp32", MIL.FLOAT32), ("fp16", MIL.FLOAT16), ("weights", MIL.FLOAT16)]
)
def test_convolutions_compute_in_the_precision_that_was_asked_for(
    saliency: dict[str, LoweredProgram], name: str, kind: int
) -> None:
    convolutions = _operations(saliency[name].path, "conv")
    assert {c.outputs[0].type.tensorType.dataType for c in convolutions} == {kind}


def test_each_smaller_precision_halves_the_package(saliency: dict[str, LoweredProgram]) -> None:
    size = {name: _size(lowered.path) for name, lowered in saliency.items()}
    assert 0.45 < size["fp16"] / size["fp32"] < 0.55
    assert 0.45 < size["weights"] / size["fp16"] < 0.6
    assert 0.45 < size["w8a8"] / size["fp16"] < 0.65


@pytest.mark.parametrize("name", ["weights", "w8a8"])
def test_int8_spares_the_stem_and_takes_every_other_convolution(
    saliency: dict[str, LoweredProgram], name: str
) -> None:
    path = saliency[name].path
    stem, *others = _operations(path, "conv")
    assert _made_by(path, _weight(stem)) == "const"
    # The head's few weights are not worth a scale of their own where only size counts.
    heavy = others if name == "w8a8" else others[:-1]
    assert {_made_by(path, _weight(c)) for c in heavy} == {"constexpr_affine_dequantize"}


def test_w8a8_quantises_activations_and_needs_ios_17(saliency: dict[str, LoweredProgram]) -> None:
    convolutions = _operations(saliency["w8a8"].path, "conv")
    fed = [_made_by(saliency["w8a8"].path, c.inputs["x"].arguments[0].name) for c in convolutions]
    assert fed[1:] == ["dequantize"] * (len(fed) - 1)
    assert "quantize" not in saliency["weights"].notes["operators"]
    versions = {n: _specification(s.path).specificationVersion for n, s in saliency.items()}
    assert versions == {"fp32": 7, "fp16": 7, "weights": 7, "w8a8": 8}
    targets = {n: s.notes["deployment_target"] for n, s in saliency.items()}
    assert targets == {"fp32": "iOS16", "fp16": "iOS16", "weights": "iOS16", "w8a8": "iOS17"}


def test_only_int8_describes_a_quantisation(saliency: dict[str, LoweredProgram]) -> None:
    schemes = {n: s.quantisation and s.quantisation["scheme"] for n, s in saliency.items()}
    assert schemes["fp32"] is None
    assert schemes["fp16"] is None
    assert str(schemes["weights"]).startswith("int8 weights")
    assert "W8A8" in str(schemes["w8a8"])


def _snr_db(lowered: LoweredProgram, source: SourceProgram, inputs: tuple[Tensor, ...]) -> float:
    """Of all outputs of the saved package to those of the network it was made from."""
    assert lowered.execute is not None
    found = lowered.execute([tensor.numpy() for tensor in inputs])
    return snr_db(reference(source, inputs), found)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("fp32", 110.0),
        ("fp16", gate.floors("fp16").snr_db),
        ("weights", gate.floors("int8").snr_db),
        ("w8a8", gate.floors("int8").snr_db),
    ],
)
def test_the_saved_package_computes_what_the_network_computes(
    sources: tuple[SourceProgram, ...],
    saliency: dict[str, LoweredProgram],
    name: str,
    least: float,
) -> None:
    assert least < _snr_db(saliency[name], sources[1], sources[1].calibration[0])


def test_the_saved_segmenter_computes_what_the_segmenter_computes(
    sources: tuple[SourceProgram, ...], segmenter: LoweredProgram
) -> None:
    photo = sources[0].calibration[1]
    assert _snr_db(segmenter, sources[0], photo) > 40
    other = (photo[0].flip(1), *photo[1:])
    found = segmenter.execute([t.numpy() for t in other]) if segmenter.execute else []
    assert snr_db(reference(sources[0], photo), found) < 30


class _One(nn.Module):
    """One operation that our networks do not use."""

    def __init__(self, operation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.operation = operation

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        return (self.operation(image * 2) + 1,)


def _source(operation: Callable[[Tensor], Tensor]) -> SourceProgram:
    inputs = {"image": torch.rand(1, 3, 8, 8)}
    return SourceProgram("saliency", _One(operation), inputs, ("heatmap",), (), 0)


@pytest.mark.parametrize(
    ("operation", "sentence"),
    [
        (torch.tanh, "would not run on a phone: the operator tanh"),
        (
            lambda x: x.reshape(1, 3, 2, 4, 2, 4).flip(3).reshape(1, 3, 8, 8),
            "could not convert the saliency to fp16: .*rank <= 5",
        ),
        (lambda x: torch.linalg.svd(x).S, "could not convert the saliency to fp16: "),
    ],
)
def test_a_network_that_does_not_fit_leaves_a_sentence_and_no_file(
    operation: Callable[[Tensor], Tensor],
    sentence: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ExportError, match=sentence) as failure:
        target_coreml.lower(_source(operation), "fp16", "weights", tmp_path)
    assert "\n" not in str(failure.value)
    assert not list(tmp_path.iterdir())
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""


def test_a_package_that_stands_there_is_replaced(tmp_path: Path) -> None:
    first = target_coreml.lower(_source(torch.relu), "fp16", "weights", tmp_path)
    (first.path / "stray").write_text("left over")
    second = target_coreml.lower(_source(torch.sin), "fp16", "weights", tmp_path)
    assert second.path == first.path
    assert "sin" in lint(second.path).operators
    assert [p.name for p in tmp_path.iterdir()] == ["saliency.mlpackage"]
    assert not (second.path / "stray").exists()


@pytest.mark.parametrize(
    ("precision", "mode", "sentence"),
    [
        ("int4", "weights", "no precision 'int4'"),
        ("int8", "w4", "no int8 mode 'w4'"),
        ("int8", "w8a8", "none were given"),
    ],
)
def test_what_is_not_offered_is_refused(
    sources: tuple[SourceProgram, ...], tmp_path: Path, precision: str, mode: str, sentence: str
) -> None:
    with pytest.raises(ExportError, match=sentence):
        target_coreml.lower(replace(sources[1], calibration=()), precision, mode, tmp_path)
    assert not list(tmp_path.iterdir())
