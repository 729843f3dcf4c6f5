"""The core's traits of a mask are those of numpy and OpenCV, each by itself, on many masks."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from squeezesam import ModelBundle, Program, ProgramSpec, Segmenter
from squeezesam.engines import Tensor
from squeezesam_model.fitted import PROMPT_KINDS, TRAITS, Head, ScoreHeads
from squeezesam_train.evaluation.heat_maps import heat_on_masks
from squeezesam_train.evaluation.letterbox import Letterbox
from squeezesam_train.evaluation.mask_traits import traits_of
from squeezesam_train.evaluation.prompts import Click, Prompts
from tiny_bundle import read_manifest, write_manifest

Planes = npt.NDArray[np.float32]
SIDE = 128
SIZES = [(96, 128), (128, 96), (70, 128), (128, 128), (61, 97)]  # of photos
# Small, so that a score within 0…1 tells the trait.
SCALE = 0.01
BOX = (20.0, 10.0, 80.0, 50.0)


class GivenEngine:
    """Programs that return what the test has drawn."""

    name = "given"
    target = "onnx"

    def __init__(self) -> None:
        self.outputs: dict[str, list[Planes]] = {}

    def load(self, spec: ProgramSpec) -> Program:
        return _Given(spec, self)


class _Given:
    def __init__(self, spec: ProgramSpec, engine: GivenEngine) -> None:
        self._spec = spec
        self._engine = engine

    def run(self, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        found = self._engine.outputs[self._spec.name]
        return {t.name: each for t, each in zip(self._spec.outputs, found, strict=True)}


def drawn(seed: int) -> tuple[Planes, Planes, Planes]:
    """Masks 1×4×32×32, scores 1×4 and heat 1×1×32×32: blobs, noise, nothing, everything, specks."""
    rng = np.random.default_rng(seed)
    masks = rng.normal(0, 3, (4, 32, 32))
    for each in masks[:3]:
        each[:] = cv2.GaussianBlur(each, None, float(rng.uniform(0.3, 4))) * rng.uniform(2, 9)
        each += rng.uniform(-2, 2)
    if seed % 4 == 0:
        masks[3] = -9
    if seed % 4 == 1:
        masks[3] = 9
    if seed % 4 == 2:  # one pixel, and all others nearly inside
        masks[3] = -0.1
        masks[3, 7, 9] = 0.1
    if seed % 4 == 3:  # specks
        masks[3] = -3
        masks[3, ::2, ::2] = 3
    heat = cv2.GaussianBlur(rng.normal(0, 9, (32, 32)), None, 2.0)
    scores = rng.uniform(-0.2, 1.2, 4)
    return (
        masks[None].astype(np.float32), scores[None].astype(np.float32),
        heat[None, None].astype(np.float32),
    )  # fmt: skip


def folder_for(trait: str, head: Head, tiny_bundle: Path, folder: Path) -> Path:
    shutil.copytree(tiny_bundle, folder)
    manifest = read_manifest(folder)
    manifest["programs"]["heat"]["inputs"][0]["shape"] = [1, 3, SIDE, SIDE]
    manifest["programs"]["heat"]["outputs"][0]["shape"] = [1, 1, 32, 32]
    heads = ScoreHeads((trait,), (head,) * len(PROMPT_KINDS))
    manifest["programs"]["segment"]["outputs"][1]["score_heads"] = heads.entry()
    write_manifest(folder, manifest)
    return folder


def asked(seed: int, height: int, width: int) -> Prompts:
    """The box, and no click to four, of both kinds, anywhere in the photo."""
    rng = np.random.default_rng(seed)
    clicks = tuple(
        Click(
            rng.uniform(-0.5, width - 0.5),
            rng.uniform(-0.5, height - 0.5),
            bool(rng.random() < 0.7),
        )
        for _ in range(seed % 5)
    )
    return Prompts(clicks, BOX)


@pytest.mark.parametrize("squared", [False, True], ids=["weight", "square"])
@pytest.mark.parametrize("trait", TRAITS)
def test_the_core_sees_what_numpy_and_opencv_see(
    trait: str, squared: bool, tiny_bundle: Path, tmp_path: Path
) -> None:
    engine = GivenEngine()
    # The bias keeps what is squared within 0…1: the roundness is at most 16.
    head = Head(0.1, (0.0,), (SCALE / 4,)) if squared else Head(0.5, (SCALE,))
    folder = folder_for(trait, head, tiny_bundle, tmp_path / "b")
    segmenter = Segmenter(ModelBundle(folder), engine)
    column = TRAITS.index(trait)
    for seed, (height, width) in enumerate(
        [(96, 128), (128, 96), (70, 128), (128, 128), (61, 97)] * 4
    ):
        masks, scores, heat = drawn(seed)
        engine.outputs = {"segment": [masks, scores], "heat": [heat]}
        photo = np.full((height, width, 3), 90, np.uint8)
        session = segmenter.open(photo)
        prompts = asked(seed, height, width)
        session.set_box(*BOX)
        for click in prompts.clicks:
            session.add_point(click.x, click.y, foreground=click.foreground)
        box = Letterbox.of(photo, SIDE, SIDE)
        expected = traits_of(
            prompts, masks[0], scores[0],
            heat_on_masks(heat[0, 0], box, (32, 32), box), box,
        )[:, column]  # fmt: skip
        told = np.array([session.predict(candidate=k).score for k in range(4)])
        empty = ~(masks[0] > 0).reshape(4, -1).any(1)
        assert (told[empty] == 0).all()
        np.testing.assert_allclose(
            told[~empty] - head.bias,
            expected[~empty] ** 2 * head.squares[0] if squared else expected[~empty] * SCALE,
            atol=2e-5,
            err_msg=f"{trait}, seed {seed}",
        )
