"""Mixed precision: the layer that spoils int8 is found, and it alone goes back to float."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from export_requests import PRESET, ours, request_for
from squeezesam_export.bundle.write import Inputs, export_bundle
from squeezesam_export.networks.reference import Reference
from squeezesam_export.photos.views import calibration_views, comparison_views
from squeezesam_export.program import ExportError, SourceProgram, reference
from squeezesam_export.progress import Silent
from squeezesam_export.quantise.mixed import fewest, search
from squeezesam_export.targets.onnx import lowering as target_onnx
from squeezesam_export.targets.onnx.mixed import OnnxMixable
from squeezesam_export.verify.parity import compare, snr_db
from squeezesam_model import SaliencyNet, SaliencyPreset, load_segmenter
from squeezesam_model.weights import shipped_weights

SIDE = 128
DROP = 0.08
LOUD, SPOILT = "trunk.encoder.down.0.convs.0.0", "trunk.encoder.down.0.convs.1.0"
SHALLOW = SaliencyPreset("shallow", stem=16, encoder=(32, 64), decoder=(32,))


@pytest.fixture(scope="module")
def networks() -> Reference:
    torch.manual_seed(0)
    segmenter = load_segmenter(shipped_weights(PRESET))
    return ours(segmenter, SaliencyNet(SHALLOW).eval(), SIDE, SIDE)


@pytest.fixture(scope="module")
def inputs(networks: Reference) -> Inputs:
    calibration = [networks.prepare(view) for view in calibration_views()[::8]]
    return Inputs(networks, calibration, [networks.prepare(v) for v in comparison_views()[::5]])


def spoil(source: SourceProgram) -> SourceProgram:
    """One channel a thousand times louder, and read a thousand times quieter: equal in float."""
    modules = dict(source.module.named_modules())
    prefix = "model." if f"model.{LOUD}" in modules else ""
    loud, reader = modules[prefix + LOUD], modules[prefix + SPOILT]
    with torch.no_grad():
        loud.weight[3] *= 1000
        loud.bias[3] *= 1000
        reader.weight[:, 3] /= 1000
    return source


def test_a_network_that_int8_spoils_keeps_few_layers_in_float(inputs: Inputs) -> None:
    program = OnnxMixable(spoil(inputs.reference.sources(inputs.calibration)[0]))
    found = search(program, inputs.reference, inputs.calibration, inputs.comparison, DROP, Silent())
    assert found.int8_iou < 1 - DROP <= found.mean_iou
    assert found.in_float[0] == SPOILT
    assert len(found.in_float) <= 3
    # What is reported is what the program with these layers gives.
    again = program.execute(frozenset(found.in_float))
    measured = compare(inputs.reference, {"segment": again}, inputs.comparison)
    assert measured.mean_iou == found.mean_iou


def test_a_bound_that_cannot_be_met_is_refused(inputs: Inputs) -> None:
    class Hopeless:
        def layers(self, photos: object) -> list:  # type: ignore[type-arg]
            return []

        def execute(self, in_float: frozenset[str]) -> Callable:  # type: ignore[type-arg]
            return lambda arrays: [np.zeros((1, 4, 32, 32), np.float32), np.zeros((1, 4))]

    with pytest.raises(ExportError, match=r"even with all 0 layers in float .* below 0\.9950"):
        search(Hopeless(), inputs.reference, [], inputs.comparison, 0.005, Silent())


@pytest.mark.parametrize("least", range(9))
def test_bisection_finds_the_smallest_count_with_few_questions(least: int) -> None:
    asked: list[int] = []

    def enough(count: int) -> bool:
        asked.append(count)
        return count >= least

    assert fewest(7, enough) == (least if least <= 7 else None)
    assert len(asked) <= 5


def saliency_noise(
    source: SourceProgram, kept: tuple[str, ...], inputs: Inputs, folder: Path
) -> float:
    folder.mkdir()
    lowered = target_onnx.lower(source, "int8", folder, kept)
    assert lowered.execute is not None
    photos = [view.inputs["heat"] for view in inputs.comparison]
    found = [lowered.execute([t.numpy() for t in photo])[0] for photo in photos]
    return snr_db([reference(source, photo)[0] for photo in photos], found)


def test_a_layer_in_float_makes_the_written_program_better(inputs: Inputs, tmp_path: Path) -> None:
    source = spoil(inputs.reference.sources(inputs.calibration)[1])
    noise = [
        saliency_noise(source, kept, inputs, tmp_path / f"onnx{len(kept)}")
        for kept in ((), (SPOILT,))
    ]
    assert noise[1] > noise[0] + 6
    kept = onnx.load(tmp_path / "onnx1" / "heat.onnx")
    whole = onnx.load(tmp_path / "onnx0" / "heat.onnx")
    count = [sum(n.op_type == "QuantizeLinear" for n in m.graph.node) for m in (whole, kept)]
    assert count[1] < count[0]


def test_a_layer_that_is_not_there_is_refused(inputs: Inputs, tmp_path: Path) -> None:
    source = inputs.reference.sources(inputs.calibration)[1]
    with pytest.raises(ExportError, match="that is to stay in float is not in"):
        target_onnx.lower(source, "int8", tmp_path, ("nowhere",))


def test_the_manifest_says_what_stays_in_float_and_why(inputs: Inputs, tmp_path: Path) -> None:
    request = request_for("onnx", "int8", tmp_path, max_iou_drop=0.04, height=SIDE, width=SIDE)
    mixed = export_bundle(request, inputs=inputs)
    assert mixed.path.name == f"{PRESET}-onnx-int8-mixed-{SIDE}x{SIDE}"
    entry = mixed.manifest["quantisation"]["mixed"]
    assert entry["max_iou_drop"] == 0.04
    assert entry["of_layers"] >= 15
    assert len(entry["kept_in_float"]) < entry["of_layers"]
    assert mixed.parity is not None
    assert mixed.parity.mean_iou >= 0.96


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"target": "coreml"}, "in onnx int8, not in coreml int8"),
        ({"target": "executorch"}, "in onnx int8, not in executorch int8"),
        ({"precision": "fp16"}, "not in onnx fp16"),
        ({"max_iou_drop": 0.0}, "lies between 0 and 1"),
    ],
)
def test_what_cannot_be_mixed_is_refused(
    tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    words = {"target": "onnx", "precision": "int8", "max_iou_drop": 0.01, **changes}
    target, precision = str(words.pop("target")), str(words.pop("precision"))
    with pytest.raises(ExportError, match=sentence):
        export_bundle(request_for(target, precision, tmp_path, **words))
