"""Broken Core ML packages: the gate executes what was saved, and lets none of them through."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from export_requests import PRESET, ours, request_for
from mil_programs import change_weight, edit
from squeezesam_export.bundle.write import Exported, export_bundle
from squeezesam_export.networks import reference
from squeezesam_export.photos.views import comparison_views
from squeezesam_export.program import ExportError, LoweredProgram, SourceProgram
from squeezesam_export.targets.coreml import lowering as target_coreml
from squeezesam_export.targets.coreml.target import CoreMlTarget
from squeezesam_export.targets.protocol import Lowering, Target
from squeezesam_export.verify import gate
from squeezesam_model import DEFAULT_SALIENCY, Segmenter, load_saliency, load_segmenter
from squeezesam_model.weights import shipped_weights
from torch import nn

SIDE = 128
VIEWS = comparison_views()[::3]
Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LoweredProgram]:
    """Both programs in fp16, as they are saved."""
    networks = ours(
        load_segmenter(shipped_weights(PRESET)),
        load_saliency(shipped_weights(DEFAULT_SALIENCY)),
        SIDE,
        SIDE,
    )
    folder = tmp_path_factory.mktemp("good")
    return {
        source.name: target_coreml.lower(source, "fp16", "weights", folder)
        for source in networks.sources([])
    }


@pytest.fixture
def export(
    good: dict[str, LoweredProgram],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    put_target: Callable[[Target], None],
) -> Callable[..., Exported]:
    """Exports a bundle; one of its saved packages is damaged, or lowered anew."""

    def run(program: str = "", damage: Damage | None = None, anew: str = "") -> Exported:
        class Damaged(CoreMlTarget):
            def lower(self, source: SourceProgram, how: Lowering, folder: Path) -> LoweredProgram:
                if source.name == anew:
                    return target_coreml.lower(source, "fp16", "weights", folder)
                path = folder / f"{source.name}.mlpackage"
                shutil.copytree(good[source.name].path, path)
                if damage and source.name == program:
                    damage(path)
                execute = target_coreml.executor(path, tuple(source.inputs), source.outputs)
                return replace(good[source.name], path=path, execute=execute)

        put_target(Damaged())
        monkeypatch.setattr("squeezesam_export.bundle.write.comparison_views", lambda: VIEWS)
        monkeypatch.setattr("squeezesam_export.bundle.write.calibration_views", list)
        return export_bundle(request_for("coreml", "fp16", tmp_path, height=SIDE, width=SIDE))

    return run


def test_a_whole_package_passes_and_was_executed(export: Callable[..., Exported]) -> None:
    bundle = export()
    parity = json.loads((bundle.path / "manifest.json").read_text())["parity"]
    assert parity["verification"] == "executed-host"
    assert parity["engine"] == "coreml (MIL interpreter, numpy and torch)"
    assert parity["photos"] == len(parity["mask_iou"]["per_photo"]) == 10
    assert parity["mask_iou"]["mean"] >= 0.995
    assert min(parity["snr_db"].values()) > gate.floors("fp16").snr_db


def _flip(weight: np.ndarray) -> None:
    """One bit of one byte: the upper bit of the exponent of a middling weight."""
    flat = weight.reshape(-1)
    place = int(np.argsort(np.abs(flat))[flat.size // 2])
    flat[place : place + 1].view(np.uint8)[1] ^= 0x40


def _swap(weight: np.ndarray) -> None:
    weight[:, [0, 2]] = weight[:, [2, 0]]


def _shift_padding(block: Any) -> None:
    """The first convolution that pads: the same number of pixels, all on one side."""
    constants = {one.outputs[0].name: one for one in block.operations if one.type == "const"}
    for operation in block.operations:
        if operation.type == "conv":
            value = constants[operation.inputs["pad"].arguments[0].name].attributes["val"]
            if list(value.immediateValue.tensor.ints.values) == [1, 1, 1, 1]:
                value.immediateValue.tensor.ints.values[:] = [0, 2, 0, 2]
                return
    raise AssertionError("no convolution pads")


DAMAGES: dict[str, tuple[str, Damage]] = {
    "a flipped byte in the first convolution":
        ("segment", lambda path: change_weight(path, "conv", 0, _flip)),
    "a flipped byte in the decoder":
        ("segment", lambda path: change_weight(path, "conv", 15, _flip)),
    # What the last attention gives the tokens: the masks hang on it, and no ReLU comes before that
    # could leave a channel and its weights idle.
    "a flipped byte in the attention":
        ("segment", lambda path: change_weight(path, "linear", 33, _flip)),
    # In its last layer, for the same reason.
    "a flipped byte in the saliency network":
        ("heat", lambda path: change_weight(path, "conv", -1, _flip)),
    "swapped input channels": ("segment", lambda path: change_weight(path, "conv", 0, _swap)),
    "swapped input channels of the saliency network":
        ("heat", lambda path: change_weight(path, "conv", 0, _swap)),
    "a wrong pad": ("segment", lambda path: edit(path, _shift_padding)),
    "a wrong pad in the saliency network": ("heat", lambda path: edit(path, _shift_padding)),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_package_is_caught_and_leaves_no_bundle(
    name: str, export: Callable[..., Exported], tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match=r"below the floor of .* no bundle was written"):
        export(*DAMAGES[name])
    assert list(tmp_path.iterdir()) == []


def test_a_batch_norm_that_was_not_folded_is_caught(
    export: Callable[..., Exported], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold, dropped = reference.fold, []

    def forgetful(model: nn.Module) -> nn.Module:
        model = copy.deepcopy(model)
        if isinstance(model, Segmenter):
            layers = model.trunk.encoder.down[0].convs[0]
            dropped.append(layers[1])
            layers[1] = nn.Identity()
        return fold(model)

    monkeypatch.setattr("squeezesam_export.networks.reference.fold", forgetful)
    with pytest.raises(ExportError, match=r"below the floor of .* no bundle was written"):
        export(anew="segment")
    assert [type(layer) for layer in dropped] == [nn.BatchNorm2d]
    assert list(tmp_path.iterdir()) == []
