"""From the shipped weights to masks of real photos, through every room of the house."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from squeezesam import Mask, Segmenter
from squeezesam_export.networks.reference import Reference
from squeezesam_export.photos.views import View
from squeezesam_model import DEFAULT_SEGMENTER
from squeezesam_model.family import FAMILY


def _iou(a: np.ndarray, b: np.ndarray) -> float:
    union = np.logical_or(a, b).sum()
    return float(np.logical_and(a, b).sum() / union) if union else 1.0


def _predict(segmenter: Segmenter, view: View) -> Mask:
    session = segmenter.open(view.rgb)
    box = {label: (x, y) for x, y, label in view.prompts if label in (2, 3)}
    if box:
        session.set_box(*box[2], *box[3])
    for x, y, label in view.prompts:
        if label in (0, 1):
            session.add_point(x, y, foreground=label == 1)
    return session.predict()


def _manifest(bundle: Path) -> dict:
    return json.loads((bundle / "manifest.json").read_text())


def _program_bytes(bundle: Path, name: str) -> int:
    return sum(f["bytes"] for f in _manifest(bundle)["programs"][name]["files"].values())


@pytest.mark.parametrize("target", ["onnx", "executorch"])
def test_int8_bundles_at_512_are_near_fp32_on_twenty_photos_and_small(
    target: str, request: pytest.FixtureRequest
) -> None:
    bundle = request.getfixturevalue(f"{target}_bundle")
    parity = _manifest(bundle)["parity"]
    assert parity["verification"] == "executed-host"
    assert parity["photos"] >= 20
    assert parity["mask_iou"]["mean"] >= 0.97
    assert _program_bytes(bundle, "segment") <= 11.5e6
    assert sum(f.stat().st_size for f in bundle.rglob("*") if f.is_file()) <= 12.5e6


def test_both_engines_give_the_same_masks_for_the_same_prompts(
    onnx_bundle: Path, executorch_bundle: Path, views: list[View]
) -> None:
    """Candidate by candidate; which of two that score alike is taken, a last bit may decide."""
    one, other = Segmenter.load(onnx_bundle), Segmenter.load(executorch_bundle)
    ious = []
    for view in views:
        first, second = _predict(one, view), _predict(other, view)
        taken = first.candidates[first.candidate]
        ious.append(_iou(taken.logits > 0, second.candidates[first.candidate].logits > 0))
        assert taken.score - first.candidates[second.candidate].score < 0.03, view.name
    assert np.mean(ious) >= 0.98


def without_heat(bundle: Path, copy: Path) -> Path:
    """The bundle with masks as the network gives them, without their share of the heat map."""
    shutil.copytree(bundle, copy)
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    assert manifest["programs"]["segment"]["outputs"][0].pop("heat_weights")
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return copy


def test_the_core_shows_the_network_what_training_showed_it(
    onnx_bundle: Path, views: list[View], tmp_path: Path
) -> None:
    weights = {part: FAMILY.shipped(DEFAULT_SEGMENTER, part) for part in FAMILY.parts}
    network = FAMILY.load(DEFAULT_SEGMENTER, weights, 512, 512)
    networks = Reference(network)
    segmenter = Segmenter.load(without_heat(onnx_bundle, tmp_path / "bundle"))
    for view in views[::6]:
        prepared = networks.prepare(view)
        with torch.inference_mode():
            out = network.segmenter(*prepared.inputs["segment"])
        best = int(out.scores.argmax())
        session = segmenter.open(view.rgb)
        for x, y, label in view.prompts:
            if label in (0, 1):
                session.add_point(x, y, foreground=label == 1)
        if any(label in (2, 3) for *_, label in view.prompts):
            (x0, y0, _), (x1, y1, _) = (p for p in view.prompts if p[2] in (2, 3))
            session.set_box(x0, y0, x1, y1)
        plane = session.predict(candidate=best).candidates[best].logits
        wanted = out.masks[0, best].numpy()
        assert _iou(plane > 0, wanted > 0) > 0.9, view.name


@pytest.mark.parametrize("name", ["person", "cat", "cup"])
def test_the_automatic_mask_finds_the_person_the_cat_and_the_cup(
    name: str, onnx_bundle: Path, photos: dict[str, Path], outlines: dict[str, np.ndarray]
) -> None:
    mask = Segmenter.load(onnx_bundle).open(photos[name]).predict()
    assert mask.automatic
    assert _iou(mask.array, outlines[name]) >= 0.6


def test_a_background_click_takes_something_away(
    onnx_bundle: Path, photos: dict[str, Path]
) -> None:
    session = Segmenter.load(onnx_bundle).open(photos["person"])
    session.add_point(220, 330)
    before = session.predict().array
    session.add_point(380, 440, foreground=False)
    after = session.predict().array
    assert not after[440, 380]
    assert after[330, 220]
    assert after.sum() <= before.sum() * 1.1


def test_the_command_writes_every_format_within_its_memory_budget(
    onnx_bundle: Path, photos: dict[str, Path], tmp_path: Path
) -> None:
    words = ["segment", str(photos["cat"]), "--bundle", str(onnx_bundle), "--output", str(tmp_path)]
    formats = "mask,cutout,overlay,contour,rle,json"
    # VmHWM of the process itself: ru_maxrss would count what this large one was when it forked.
    script = (
        "import sys; from squeezesam.cli import main; code = main(sys.argv[1:]); "
        "print(open('/proc/self/status').read()); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words, "--format", formats, "--threads", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    peak = next(line for line in done.stdout.splitlines() if line.startswith("VmHWM:"))
    assert int(peak.split()[1]) <= 350 * 1024
    assert len(list(tmp_path.iterdir())) == 6
    mask = cv2.imread(str(tmp_path / "cat-mask.png"), cv2.IMREAD_UNCHANGED)
    cutout = cv2.imread(str(tmp_path / "cat-cutout.png"), cv2.IMREAD_UNCHANGED)
    assert mask.shape == (300, 451)
    assert set(np.unique(mask)) == {0, 255}
    assert cutout.shape == (300, 451, 4)
    # The edge is the photo's own: only within 1 % of the longer side may it leave the mask's.
    agree = (cutout[..., 3] >= 128) == (mask == 255)
    band = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((11, 11), np.uint8)) > 0
    assert agree[~band].all()
    assert agree.mean() > 0.99


def test_the_bundle_verifies(onnx_bundle: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "squeezesam", "verify", str(onnx_bundle)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
