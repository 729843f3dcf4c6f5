"""The torch predictor keeps the runtime's geometry: checked against the core, part and whole."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from scored_sample import small_photo
from skimage import data
from squeezesam import ModelBundle, Program, ProgramSpec, Segmenter, _core
from squeezesam.engines import Tensor
from squeezesam_model.fitted import PROMPT_KINDS, TRAITS, Fitted, Head, ScoreHeads
from squeezesam_train.evaluation.bundle_predictor import BundlePredictor, RecordingEngine
from squeezesam_train.evaluation.encoding import encode
from squeezesam_train.evaluation.heat_maps import heat_on_masks, to_heat, to_input
from squeezesam_train.evaluation.letterbox import Letterbox
from squeezesam_train.evaluation.predictor import PredictorError
from squeezesam_train.evaluation.prompts import Click, Prompts
from squeezesam_train.evaluation.torch_predictor import TorchPredictor
from tiny_bundle import read_manifest, write_manifest

SIDE = 128
SIZES = [(97, 160), (160, 97), (300, 451), (64, 64), (40, 33), (1, 7)]


class TorchEngine:
    """Runs torch networks as the programs of a bundle: the runtime round them is the real one."""

    name = "torch"
    target = "onnx"

    def __init__(self, predictor: TorchPredictor) -> None:
        self._predictor = predictor

    def load(self, spec: ProgramSpec) -> Program:
        assert self._predictor.saliency is not None
        network = self._predictor.segmenter if spec.name == "segment" else self._predictor.saliency
        return _TorchProgram(spec, network)


class _TorchProgram:
    def __init__(self, spec: ProgramSpec, network: torch.nn.Module) -> None:
        self._spec = spec
        self._network = network

    def run(self, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        tensors = [torch.from_numpy(np.array(inputs[t.name])) for t in self._spec.inputs]
        with torch.inference_mode():
            found = self._network(*tensors)
        values = [found] if isinstance(found, torch.Tensor) else list(found)
        return {t.name: v.numpy() for t, v in zip(self._spec.outputs, values, strict=True)}


def _centred_heat(predictor: TorchPredictor) -> float:
    """Random heat comes to lie round 0; returns what brings it to the size of the mask's logits."""
    photo = small_photo("astronaut")
    box = Letterbox.of(photo, SIDE, SIDE)
    assert predictor.saliency is not None
    with torch.no_grad():
        heat = predictor.saliency(to_input(box.image(photo)))
        predictor.saliency.head.bias -= heat.median()
    return min(10.0, 0.1 / float(heat.std()))


@pytest.fixture(scope="module", params=[False, True], ids=["clicks", "clicks-and-heat"])
def pair(
    weights: tuple[Path, Path], tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> tuple[TorchPredictor, BundlePredictor]:  # fmt: skip
    """The same networks once by our geometry and once by the runtime's."""
    predictor = TorchPredictor.load(*weights, size=SIDE)
    weight = _centred_heat(predictor) if request.param else 0.0
    if request.param:
        # Every trait has its say, and no two candidates the same score.
        draw = np.random.default_rng(0).uniform(-0.05, 0.05, (len(PROMPT_KINDS), len(TRAITS)))
        heads = tuple(Head(0.5, tuple(map(float, row)), tuple(map(float, row / 4))) for row in draw)
        predictor.segmenter.fitted = Fitted(
            (weight / 2, weight / 4, weight / 8, weight), ScoreHeads(TRAITS, heads)
        )
    folder = tmp_path_factory.mktemp("bundle") / "torch"
    shutil.copytree(tiny_bundle, folder)
    manifest = read_manifest(folder)
    manifest["programs"]["heat"]["inputs"][0]["shape"] = [1, 3, SIDE, SIDE]
    manifest["programs"]["heat"]["outputs"][0]["shape"] = [1, 1, SIDE // 4, SIDE // 4]
    if request.param:
        masks, scores = manifest["programs"]["segment"]["outputs"]
        masks["heat_weights"] = predictor.segmenter.fitted.heat_entry()
        scores["score_heads"] = predictor.segmenter.fitted.head_entry()
    write_manifest(folder, manifest)
    engine = RecordingEngine(TorchEngine(predictor))
    return predictor, BundlePredictor(Segmenter(ModelBundle(folder), engine), engine, "bundle")


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_photo_is_fitted_as_the_core_fits_it(height: int, width: int) -> None:
    photo = np.zeros((height, width, 3), np.uint8)
    box = Letterbox.of(photo, 96, 128)
    assert (box.width, box.height) == _core.fit(width, height, 128, 96)


@pytest.mark.parametrize("side", [64, 320])
def test_a_real_photo_is_resized_as_the_core_resizes_it(side: int) -> None:
    photo = small_photo("rocket")
    box = Letterbox.of(photo, side, side)
    ours = box.image(photo)
    theirs = _core.resize(photo, box.width, box.height)
    difference = np.abs(ours[: box.height, : box.width].astype(int) - theirs)
    assert difference.max() <= 1
    assert (ours[box.height :] == (124, 116, 104)).all()


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_logits_return_to_the_photo_as_the_core_returns_them(height: int, width: int) -> None:
    box = Letterbox.of(np.zeros((height, width, 3), np.uint8), 96, 128)
    plane = np.random.default_rng(0).standard_normal((24, 32)).astype(np.float32)
    expected = _core.upsample(plane, width, height, box.width / 4, box.height / 4)
    np.testing.assert_allclose(box.upsample(plane[None])[0], expected, atol=1e-5)


def test_a_point_comes_back_from_the_input_to_where_it_was() -> None:
    box = Letterbox.of(np.zeros((300, 451, 3), np.uint8), 128, 128)
    for x, y in ((0, 0), (450, 299), (123.25, 7.5)):
        assert box.photo_point(*box.point(x, y)) == pytest.approx((x, y))


def test_heat_is_rounded_as_the_core_rounds_it() -> None:
    logits = np.linspace(-9, 9, 4001, dtype=np.float32)
    difference = to_heat(logits).astype(int) - _core.logits_to_heat(logits)
    assert np.abs(difference).max() <= 1
    assert (difference == 0).mean() > 0.999


def test_of_too_many_clicks_the_newest_get_a_token_and_the_box_keeps_its_two() -> None:
    photo = np.zeros((SIDE, SIDE, 3), np.uint8)
    clicks = tuple(Click(float(i), 5.0, foreground=i % 2 == 0) for i in range(20))
    points, labels = encode(
        Prompts(clicks, (1.0, 2.0, 50.0, 60.0)), Letterbox.of(photo, SIDE, SIDE), 16
    )
    assert points.shape == (1, 16, 2)
    assert labels[0].tolist() == [2, 3] + [1.0, 0.0] * 7
    assert points[0, :2].tolist() == [[1, 2], [50, 60]]
    assert points[0, 2:, 0].tolist() == list(range(6, 20))


def test_unused_slots_are_padding_at_the_origin() -> None:
    box = Letterbox.of(np.zeros((SIDE, SIDE, 3), np.uint8), SIDE, SIDE)
    points, labels = encode(Prompts((Click(3, 4),)), box, 4)
    assert labels[0].tolist() == [1, -1, -1, -1]
    assert torch.equal(points[0], torch.tensor([[3.0, 4.0], [0, 0], [0, 0], [0, 0]]))


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "rocket"])
def test_our_geometry_and_the_runtimes_give_the_same_masks_clicks_and_heat(
    name: str, pair: tuple[TorchPredictor, BundlePredictor]
) -> None:
    photo = getattr(data, name)()
    height, width = photo.shape[:2]
    first, second = (predictor.open(photo) for predictor in pair)
    ours, theirs = first.automatic_clicks(), second.automatic_clicks()
    assert ours is not None
    assert theirs is not None
    assert len(ours.clicks) == len(theirs.clicks) > 0
    for one, two in zip(ours.clicks, theirs.clicks, strict=True):
        assert (one.x, one.y) == pytest.approx((two.x, two.y), abs=1.0)
    assert np.abs(first.heat().astype(int) - second.heat()).max() <= 2
    clicks = tuple(Click(0.3 * width + 9 * i, 0.5 * height, i != 1) for i in range(20))
    box = (0.2 * width, 0.1 * height, 0.7 * width, 0.9 * height)
    for prompts in (Prompts(clicks[:1]), Prompts(clicks), Prompts(clicks[:3], box), ours):
        one, two = first.predict(prompts), second.predict(prompts)
        assert 0 < one.masks.mean() < 1
        assert (one.masks != two.masks).mean() < 0.004
        np.testing.assert_allclose(one.scores, two.scores, atol=0.01)
    # Of photos that were asked for nothing before, as the protocol has it.
    one, two = (predictor.open(photo).predict(ours) for predictor in pair)
    assert (one.masks != two.masks).mean() < 0.004
    by_hand = first.predict(Prompts(ours.clicks))
    added = any(pair[0].segmenter.fitted.heat_weights)
    assert (first.predict(ours).masks != by_hand.masks).any() == added


@pytest.mark.parametrize("which", [0, 1], ids=["torch", "runtime"])
def test_a_click_that_asks_for_nothing_new_leaves_the_mask_alone_and_counts_later(
    which: int, pair: tuple[TorchPredictor, BundlePredictor]
) -> None:
    view = pair[which].open(data.chelsea())
    first = (Click(150.0, 180.0),)
    before = view.predict(Prompts(first))
    rows, columns = np.nonzero(before.mask)
    outside = np.argwhere(~before.mask)[7]
    idle = (
        Click(float(columns[9]), float(rows[9])),
        Click(float(outside[1]), float(outside[0]), False),
    )
    prompts = first
    for click in idle:
        prompts = (*prompts, click)
        after = view.predict(Prompts(prompts))
        assert np.array_equal(after.masks, before.masks)
        assert np.array_equal(after.scores, before.scores)
    # One that asks for something is answered with all of them, the idle ones among them.
    wanted = Prompts((*prompts, Click(idle[0].x, idle[0].y, False)))
    found = view.predict(wanted)
    assert not np.array_equal(found.masks, before.masks)
    anew = pair[which].open(data.chelsea()).predict(wanted)
    assert np.array_equal(found.masks, anew.masks)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_heat_map_lies_on_the_masks_where_it_lies_on_the_photo(height: int, width: int) -> None:
    photo = np.zeros((height, width, 3), np.uint8)
    small, large = Letterbox.of(photo, 64, 64), Letterbox.of(photo, 128, 128)
    rows, columns = np.mgrid[:16, :16].astype(np.float32)
    # Planes are carried over by any bilinear rule: pixel centres tell whether it is the right one.
    for plane, along in ((columns, 1), (rows, 0)):
        found = heat_on_masks(plane, small, (32, 32), large)
        covered = found[: max(1, large.height // 4), : max(1, large.width // 4)]
        valid = (small.height / 4, small.width / 4)[along]
        steps = (np.arange(covered.shape[along]) + 0.5) / 2 * (
            valid / ((large.height, large.width)[along] / 8)
        ) - 0.5
        expected = np.clip(steps, 0, np.ceil(valid) - 1)
        got = covered[0] if along else covered[:, 0]
        np.testing.assert_allclose(got, expected, atol=1e-5)
        assert not found[-(-large.height // 4) :].any()


def test_a_predictor_says_what_was_evaluated(pair: tuple[TorchPredictor, BundlePredictor]) -> None:
    ours, theirs = (predictor.describe() for predictor in pair)
    assert len(ours["weights_sha256"]) == len(ours["saliency_weights_sha256"]) == 64
    assert ours["macs"] > 1e8
    assert theirs["programs"]["segment"]["bytes"] > 1000
    assert (theirs["target"], theirs["precision"]) == ("onnx", "fp32")


def test_weights_and_bundles_that_are_not_there_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PredictorError, match="cannot read the weights"):
        TorchPredictor.load(tmp_path / "none.safetensors", None)
    with pytest.raises(PredictorError):
        BundlePredictor.load(tmp_path / "none")
