"""Programs of other families lowered to every target: executed and held against fp32."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
import onnxruntime
import pytest
from skimage import data
from squeezesam import PromptError, Segmenter
from squeezesam.geometry import Letterbox
from squeezesam_export.cli import main as export
from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.photos.views import View, letterbox
from squeezesam_export.program import ExportError, LoweredProgram, SourceProgram
from squeezesam_export.targets.protocol import Lowering
from squeezesam_export.targets.registry import find_target
from squeezesam_export.verify import gate, parity
from squeezesam_model import families
from squeezesam_model.efficientsam.family import EfficientSamFamily
from squeezesam_model.families import chosen_weights
from squeezesam_model.heat import HEAT
from squeezesam_model.mobilesam.family import MobileSamFamily
from squeezesam_model.mobilesam.tiny_vit import TinyVitShape
from squeezesam_model.normalisation import MEAN, STD
from squeezesam_model.sam.family import SplitFamily
from squeezesam_model.sam.original import SamFamily, VitShape
from torch import nn

SIDE = 64


class ShallowMobileSam(MobileSamFamily):
    """The same network with stages of one block."""

    shape = TinyVitShape(depths=(1, 1, 1, 1))


class ShallowEfficientSam(EfficientSamFamily):
    """The same network with one block."""

    depth = 1


class ShallowSam(SamFamily):
    """The same network with a block of windows and one that attends everywhere, both narrow."""

    shapes: ClassVar = {"sam-b": VitShape(96, 2, 3, (1,))}


# What is another preset's, and lowered there.
SHARED = {"mobilesam": (), "efficientsam-ti": (), "sam-b": ("decode",)}
SHALLOW: dict[str, SplitFamily] = {
    "mobilesam": ShallowMobileSam(),
    "efficientsam-ti": ShallowEfficientSam(),
    "sam-b": ShallowSam(),
}


@cache
def reference(preset: str) -> tuple[Reference, tuple[PreparedView, ...]]:
    """The network with random weights at 64×64, and the cat with a click and a box."""
    family = SHALLOW[preset]
    network = family.load(preset, chosen_weights(family, preset, {}), SIDE, SIDE)
    made = Reference(network)
    prompts = (((250.0, 60.0, 1),), ((60.0, 20.0, 2), (400.0, 280.0, 3)))
    views = (View(f"cat {len(p)}", data.chelsea(), p) for p in prompts)
    return made, tuple(made.prepare(view) for view in views)


def own_programs(preset: str) -> tuple[SourceProgram, ...]:
    """`embed` and `decode`, ready to be lowered; the saliency network is tested by itself."""
    made, views = reference(preset)
    return tuple(one for one in made.sources(views) if one.name not in (HEAT, *SHARED[preset]))


KINDS = (
    ("onnx", "fp16"), ("executorch", "fp32"), ("executorch", "fp16"), ("coreml", "fp32"),
    ("coreml", "fp16"),
)  # fmt: skip


def how(target: str, precision: str) -> Lowering:
    """The target's first backend and options."""
    found = find_target(target)
    options = {option.name: option.choices[0] for option in found.options}
    return Lowering(precision=precision, backend=found.backends[0], options=options)


Lower = Callable[[str, SourceProgram, str, str], LoweredProgram]


@pytest.fixture(scope="module")
def lower(tmp_path_factory: pytest.TempPathFactory) -> Lower:
    """Lowers a preset's program for a target and precision: half a minute, once for all tests."""
    done: dict[tuple[str, ...], LoweredProgram] = {}

    def once(preset: str, source: SourceProgram, target: str, precision: str) -> LoweredProgram:
        key = (preset, source.name, target, precision)
        if key not in done:
            folder = tmp_path_factory.mktemp("-".join(key))
            done[key] = find_target(target).lower(source, how(target, precision), folder)
        return done[key]

    return once


@pytest.mark.parametrize(("target", "precision"), KINDS)
@pytest.mark.parametrize("preset", SHALLOW)
def test_the_programs_of_a_family_are_executed_and_lie_above_the_gates_floors(
    preset: str, target: str, precision: str, lower: Lower
) -> None:
    made, views = reference(preset)
    executes = {}
    for source in own_programs(preset):
        lowered = lower(preset, source, target, precision)
        assert lowered.execute is not None
        executes[source.name] = lowered.execute
    measured = parity.compare(made, executes, views)
    least = gate.floors(precision)
    assert set(measured.snr_db) >= {"embedding"}
    assert min(measured.snr_db.values()) >= least.snr_db
    if "decode" in executes:
        gate.check(f"{target} {precision}", measured, least)
        assert len(measured.mask_iou) == 2


@pytest.mark.parametrize("preset", ["efficientsam-ti", "sam-b"])
def test_a_transformer_without_a_convolution_to_round_gets_int8_matrices(
    preset: str, tmp_path: Path
) -> None:
    made, views = reference(preset)
    embed = own_programs(preset)[0]
    lowered = find_target("onnx").lower(embed, how("onnx", "int8"), tmp_path)
    assert lowered.execute is not None
    measured = parity.compare(made, {"embed": lowered.execute}, views)
    assert measured.snr_db["embedding"] >= gate.floors("int8").snr_db
    weights = sum(4 * value.numel() for value in embed.module.state_dict().values())
    assert lowered.path.stat().st_size < 0.5 * weights


@pytest.mark.parametrize("preset", ["mobilesam", "efficientsam-ti"])
def test_half_precision_of_xnnpack_stores_every_matrix_in_half_the_bytes(
    preset: str, lower: Lower
) -> None:
    decode = own_programs(preset)[-1]
    sizes = [
        lower(preset, decode, "executorch", one).path.stat().st_size for one in ("fp32", "fp16")
    ]
    layers = [m for m in decode.module.modules() if isinstance(m, (nn.Linear, nn.ConvTranspose2d))]
    halved = sum(2 * m.weight.numel() for m in layers)
    assert (
        sizes[0] - sizes[1] >= 0.9 * halved
    )  # constants that the export folds are no matrices any more


def test_weights_that_no_onnx_file_can_hold_are_refused_before_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (embed,) = own_programs("sam-b")
    monkeypatch.setattr("squeezesam_export.targets.onnx.lowering.LARGEST_FILE", 100_000)
    with pytest.raises(ExportError, match=r"the embed has 0\.0 GB of weights: choose a smaller"):
        find_target("onnx").lower(embed, how("onnx", "fp32"), tmp_path)


def test_an_efficientsam_bundle_shows_what_its_programs_give_run_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rgb = data.chelsea()
    photos = tmp_path / "photos"
    photos.mkdir()
    cv2.imwrite(str(photos / "cat.png"), rgb[..., ::-1])
    monkeypatch.setitem(families._added, "efficientsam", SHALLOW["efficientsam-ti"])
    words = ["--model", "efficientsam-ti", "--target", "onnx", "--precision", "fp32"]
    words += ["--size", str(SIDE), "--parity-photos", str(photos), "--output", str(tmp_path)]
    assert export(words) == 0
    bundle = tmp_path / f"efficientsam-ti-onnx-fp32-{SIDE}x{SIDE}"
    session = Segmenter.load(bundle, threads=1).open(rgb)
    session.set_box(60, 20, 400, 280)
    mask = session.predict()
    image, frame = letterbox(rgb, SIDE, SIDE, MEAN)
    normalised = (image - np.float32(MEAN).reshape(3, 1, 1)) / np.float32(STD).reshape(3, 1, 1)
    run = {
        name: onnxruntime.InferenceSession(str(bundle / f"{name}.onnx")).run
        for name in ("embed", "decode")
    }
    (embedding,) = run["embed"](None, {"image": normalised})
    points, labels = np.zeros((1, 6, 2), np.float32), np.full((1, 6), -1, np.float32)
    scale = np.float64([frame[1] / rgb.shape[1], frame[0] / rgb.shape[0]])
    points[0, :2] = (np.float64([[60, 20], [400, 280]]) + 0.5) * scale - 0.5
    labels[0, :2] = 2, 3
    inputs = {"embedding": embedding, "points": points, "labels": labels}
    masks, scores = run["decode"](None, inputs)
    assert len(mask.candidates) == 3
    assert mask.candidate == int(scores[0].clip(0, 1).argmax())
    placed = Letterbox((rgb.shape[1], rgb.shape[0]), (SIDE, SIDE))
    for index, plane in enumerate(masks[0]):
        wanted = np.asarray(placed.enlarge(np.ascontiguousarray(plane))) > 0
        assert np.mean(mask.derive(candidate=index).array == wanted) > 0.9999
    with pytest.raises(PromptError):
        session.add_point(10, 10, foreground=False)
