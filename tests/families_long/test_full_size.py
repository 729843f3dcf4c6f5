"""Networks of other families as they are, at their own size, to every target: minutes each."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest
from skimage import data
from squeezesam import Segmenter
from squeezesam_export.cli import main as export

MODELS = ("mobilesam", "efficientsam-ti", "efficientsam-s", "sam-b")
KINDS = (
    ("onnx", "fp32"), ("onnx", "fp16"), ("executorch", "fp32"), ("executorch", "fp16"),
    ("coreml", "fp32"), ("coreml", "fp16"),
)  # fmt: skip


@pytest.mark.parametrize(("target", "precision"), KINDS)
@pytest.mark.parametrize("model", MODELS)
def test_a_full_network_is_lowered_executed_and_equals_fp32(
    model: str, target: str, precision: str, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    cv2.imwrite(str(photos / "cat.png"), data.chelsea()[..., ::-1])
    words = ["--model", model, "--target", target, "--precision", precision, "--no-cache"]
    assert export([*words, "--parity-photos", str(photos), "--output", str(tmp_path)]) == 0
    bundle = tmp_path / f"{model}-{target}-{precision}-1024x1024"
    parity = json.loads((bundle / "manifest.json").read_text())["parity"]
    assert parity["verification"] == "executed-host"
    assert parity["mask_iou"]["min"] > 0.99
    if target == "coreml":
        return
    session = Segmenter.load(bundle).open(data.chelsea())
    session.add_point(250, 60)
    first = session.predict()
    session.add_point(100, 200)
    assert session.predict().timings.programs["embed"] == 0
    assert len(first.candidates) == (3 if model.startswith("efficientsam") else 4)
