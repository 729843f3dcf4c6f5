"""Every object of a photo: found on a grid, once each, written as COCO's tools read it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import everything_oracle as oracle
import numpy as np
import pytest
from hand_made_engine import HandMade
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco
from skimage import data
from squeezesam import (
    CancelledError,
    InvalidArgumentError,
    ModelBundle,
    PromptError,
    Segmenter,
)
from squeezesam.cli import main
from squeezesam.everything import Limits, Region, everything, own_limits
from tiny_bundle import read_manifest, write_manifest, write_tiny_bundle

SIDE = 128
# x, y, width, height of bright things on black; the last is so narrow that no coarse grid meets it.
THINGS = ((16, 24, 64, 48), (112, 16, 96, 64), (24, 112, 80, 64), (144, 120, 32, 32))


def scene() -> np.ndarray:
    photo = np.zeros((192, 256, 3), np.uint8)
    for index, (x, y, width, height) in enumerate(THINGS):
        photo[y : y + height, x : x + width] = 255 - 10 * index
    return photo


class Pointing:
    """Answers a point with the bright thing under it, at a quarter of the input, and counts."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []

    def __call__(self, program: str, inputs: dict[str, Any]) -> Any:
        assert program == "segment"
        labels, points = inputs["labels"][0], inputs["points"][0]
        assert sorted(labels)[-2:] in ([-1, 1], [2, 3])
        self.points += [tuple(p) for p, label in zip(points, labels, strict=True) if label == 1]
        x, y = points[labels >= 1].mean(axis=0)
        bright = (inputs["image"][0].mean(axis=0) > 127).astype(np.uint8)
        bright[96:] = 0  # below the photo is the padding
        _, pieces = cv2.connectedComponents(bright)
        chosen = pieces[round(float(y)), round(float(x))]
        logits = np.where((pieces == chosen)[::4, ::4], 8.0, -8.0).astype(np.float32)
        if not chosen:
            logits[:] = -8
        # The first is the thing; the second is unsure of its outline, the third of itself.
        unsure = np.where(logits > 0, 0.5, logits).astype(np.float32)
        masks = np.stack([logits, unsure, logits, np.full_like(logits, -8)])
        return {"masks": masks[None], "scores": np.float32([[0.95, 0.97, 0.5, 0.99]])}


@pytest.fixture
def pointing() -> Pointing:
    return Pointing()


@pytest.fixture
def session(bundle: Path, pointing: Pointing) -> Any:
    return Segmenter.load(bundle, engine=HandMade(pointing)).open(scene())


class Filling:
    """Answers a box with four rectangles in it, each smaller and surer than the one before."""

    def __call__(self, program: str, inputs: dict[str, Any]) -> Any:
        assert program == "segment"
        corners = inputs["points"][0][np.isin(inputs["labels"][0], (2, 3))] / 4
        (left, top), (right, bottom) = corners
        masks = np.full((1, 4, 32, 32), -4, np.float32)
        for index in range(4):
            rows = slice(int(top), max(int(bottom) - 2 * index, int(top) + 1))
            masks[0, index, rows, int(left) : int(right) + 1] = 4
        return {"masks": masks, "scores": np.float32([[0.5, 0.6, 0.7, 0.8]])}


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    folder = write_tiny_bundle(tmp_path_factory.mktemp("boxes") / "bundle")
    return Segmenter.load(folder, engine=HandMade(Filling()))


def decoded(region: Region) -> np.ndarray:
    return np.asarray(coco.decode(region.rle)) > 0


def test_each_thing_is_found_once_and_what_the_network_doubts_is_left_out(session: Any) -> None:
    found = everything(session, points_per_side=12)
    assert len(found) == len(THINGS)
    for x, y, width, height in THINGS:
        wanted = np.zeros((192, 256), bool)
        wanted[y : y + height, x : x + width] = True
        shared = [(decoded(r) & wanted).sum() / (decoded(r) | wanted).sum() for r in found]
        assert max(shared) > 0.8
    for region in found:
        pixels = decoded(region)
        assert region.area == pixels.sum() == coco.area(region.rle)
        assert list(region.bounds) == coco.toBbox(region.rle).tolist()
        assert region.score == pytest.approx(0.95)
        assert region.stability == 1
        assert pixels[round(region.prompt[1]), round(region.prompt[0])]


def test_the_grid_is_asked_point_by_point_and_the_persons_prompts_stay(
    session: Any, pointing: Pointing
) -> None:
    session.set_box(10, 10, 90, 90)
    told: list[tuple[int, int]] = []
    everything(session, points_per_side=3, tick=lambda done, total: told.append((done, total)))
    wanted = [(x / 2 - 0.25, y / 2 - 0.25) for x, y in oracle.grid(256, 192, 3)]
    assert np.allclose(sorted(pointing.points), sorted(wanted))
    assert told == [(i, 9) for i in range(1, 10)]
    assert [type(prompt).__name__ for prompt in session.prompts] == ["Box"]


def test_two_rounds_ask_less_and_find_the_same(session: Any, pointing: Pointing) -> None:
    once = everything(session, points_per_side=16)
    asked = len(pointing.points)
    told: list[tuple[int, int]] = []
    twice = everything(
        session, points_per_side=16, two_rounds=True,
        tick=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert {r.bounds for r in twice} == {r.bounds for r in once}
    assert len(pointing.points) - asked < asked
    assert told[-1] == (16 + 256, 16 + 256)
    assert told == sorted(told)


def test_a_detectors_boxes_are_asked_instead_of_the_grid(session: Any, pointing: Pointing) -> None:
    x, y, width, height = THINGS[1]
    (found,) = everything(session, boxes=[(x, y, x + width, y + height)])
    assert not pointing.points
    assert found.prompt == (x, y, x + width, y + height)
    assert abs(found.bounds[0] - x) <= 4


def test_limits_say_what_is_kept(session: Any) -> None:
    grey = Limits(min_score=0.4, min_stability=0.0, max_overlap=1.0, min_area=2000)
    found = everything(session, points_per_side=8, limits=grey)
    assert {round(r.score, 2) for r in found} == {0.95, 0.97, 0.5}
    assert {round(r.stability, 2) for r in found} == {0.0, 1.0}
    assert min(r.area for r in found) >= 2000
    with pytest.raises(InvalidArgumentError, match=r"min_score is 1\.5, not between 0 and 1"):
        Limits(min_score=1.5)
    with pytest.raises(InvalidArgumentError, match="1 to 65535 points a side, not 0"):
        everything(session, points_per_side=0)


def test_our_own_networks_have_lower_limits_than_sams(bundle: Path, tmp_path: Path) -> None:
    assert own_limits(ModelBundle(bundle)) == Limits()
    ours = tmp_path / "ours"
    shutil.copytree(bundle, ours)
    manifest = read_manifest(ours)
    manifest["model"]["family"] = "squeezesam"
    write_manifest(ours, manifest)
    assert own_limits(ModelBundle(ours)) == Limits(0.3, 0.8)


@pytest.mark.parametrize("two_rounds", [False, True])
@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee"])
def test_the_core_finds_what_its_plain_oracle_finds(
    bundle: Path, name: str, two_rounds: bool
) -> None:
    session = Segmenter.load(bundle, threads=1).open(getattr(data, name)()[::2, ::2])
    limits = Limits(min_score=0.2, min_stability=0.2, max_overlap=0.9)
    found = everything(session, points_per_side=6, limits=limits, two_rounds=two_rounds)
    assert found
    assert found == oracle.everything(session, 6, limits, two_rounds=two_rounds)


boxes = st.tuples(
    *(st.integers(0, 60) for _ in range(2)), *(st.integers(20, 120) for _ in range(2))
)


@settings(deadline=None, max_examples=30)
@given(st.lists(boxes, max_size=8), st.floats(0.1, 1))
def test_a_detectors_boxes_give_what_the_plain_oracle_finds(
    answering: Segmenter, rows: list[tuple[int, int, int, int]], overlap: float
) -> None:
    asked = [(x, y, x + width, y + height) for x, y, width, height in rows]
    session = answering.open(scene())
    limits = Limits(min_score=0.1, min_stability=0, max_overlap=overlap)
    found = everything(session, limits=limits, boxes=asked)
    wanted = oracle.everything(session, 1, limits, boxes=asked)
    # Where an overlap lies within a rounding of the limit, either answer is right.
    close = any(abs(oracle.overlap(a, b) - overlap) < 1e-6 for a in wanted for b in wanted)
    assert close or found == wanted


def test_no_boxes_are_no_grid(session: Any, pointing: Pointing) -> None:
    assert everything(session, boxes=[]) == []
    assert not pointing.points


def test_a_box_that_is_none_is_refused(session: Any) -> None:
    with pytest.raises(PromptError, match="inverted"):
        everything(session, boxes=[(9, 9, 90, 90), (50, 50, 10, 90)])
    with pytest.raises(InvalidArgumentError, match="x0, y0, x1, y1 each"):
        everything(session, boxes=[(1, 2, 3)])  # type: ignore[list-item]


def test_a_cancelled_search_ends_and_the_session_works_on(session: Any, pointing: Pointing) -> None:
    """Between two prompts, where no prediction is under way, as well."""
    with pytest.raises(CancelledError):
        everything(session, points_per_side=9, tick=lambda done, _: done == 5 and session.cancel())
    assert len(pointing.points) == 5
    assert everything(session, points_per_side=2)


def test_what_the_tick_raises_ends_the_search(session: Any, pointing: Pointing) -> None:
    def tick(done: int, _: int) -> None:
        if done == 3:
            raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        everything(session, points_per_side=9, tick=tick)
    assert len(pointing.points) == 3


def test_the_command_writes_what_cocos_tools_read(
    bundle: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "scene.png"), scene())
    words = ["--bundle", str(bundle), "--threads", "1", "--points", "3", "--min-stability", "0"]
    words = ["everything", *words, "--output", str(tmp_path / "out"), str(tmp_path / "scene.png")]
    assert main(words) == 0
    assert "scene.png: 256×192, 1 object, " in capfd.readouterr().out
    content = json.loads((tmp_path / "out" / "scene-everything.json").read_text())
    assert content["image"] == {"file_name": "scene.png", "width": 256, "height": 192}
    (one,) = content["annotations"]
    # The tiny network calls everything bright one thing.
    assert np.mean((coco.decode(one["segmentation"]) > 0) == (scene()[..., 0] > 127)) > 0.95
    assert coco.area(one["segmentation"]) == one["area"]
    before = (tmp_path / "out" / "scene-everything.json").read_bytes()
    assert main(words) == 1
    assert "exists already" in capfd.readouterr().err
    assert (tmp_path / "out" / "scene-everything.json").read_bytes() == before
    assert main([*words, str(tmp_path / "none.png"), "--overwrite"]) == 1
    assert "none.png" in capfd.readouterr().err


@pytest.mark.parametrize(
    "word", [("--points", "0"), ("--min-score", "2"), ("--max-overlap", "x"), ("--points", "999")]
)
def test_senseless_numbers_are_refused_with_exit_code_2(
    word: tuple[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["everything", "photo.png", *word])
    assert leaving.value.code == 2
    assert len(capfd.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("study", "words", "wanted"),
    [
        ("everything", ["--points", "2"], "| tiny-onnx-fp32-128x128 | 2×2 | grid | "),
        ("peers", ["--runs", "1", "--threads", "1"], "| tiny-onnx-fp32-128x128 | given | 0.0 | "),
    ],
)
def test_a_study_writes_its_table_between_the_pages_marks(
    study: str, words: list[str], wanted: str, bundle: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Before\n<!-- {study} -->\n<!-- /{study} -->\nAfter\n")
    script = Path(__file__).parents[2] / "benchmarks" / "study.py"
    command = [sys.executable, str(script), study, str(bundle), *words, "--page", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    text = page.read_text()
    assert wanted in text
    assert "Load of the machine" in text
    assert (text.startswith("Before\n"), text.endswith("After\n")) == (True, True)
    absent = subprocess.run(
        [*command[:3], str(tmp_path / "none"), *command[4:]],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert absent.returncode == 1
    assert len(absent.stderr.splitlines()) == 1
