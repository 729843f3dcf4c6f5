"""MobileSAM as a bundle: what the manifest says, the same masks as its programs run by hand, and
what a further tap costs.

Random weights, a small input and stages of one block: what is held here does not depend on what was
learnt, nor on how much.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
import pytest
from skimage import data
from squeezesam import Segmenter
from squeezesam.cli import main as squeezesam
from squeezesam.engines import ProgramSpec, create_engine
from squeezesam.geometry import Letterbox
from squeezesam_export.cli import main as export
from squeezesam_model.families import add_family, remove_family
from squeezesam_model.mobilesam.family import FAMILY, MobileSamFamily
from squeezesam_model.mobilesam.tiny_vit import TinyVitShape

SIDE = 128
MEAN, STD = np.float32([123.675, 116.28, 103.53]), np.float32([58.395, 57.12, 57.375])
POINT = (250.0, 60.0)


class Shallow(MobileSamFamily):
    """The same network with stages of one block."""

    shape = TinyVitShape(depths=(1, 1, 1, 1))


@pytest.fixture(scope="module", autouse=True)
def _known() -> Iterator[None]:
    add_family(Shallow())
    yield
    remove_family(FAMILY.name)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    cv2.imwrite(str(folder / "cat.png"), data.chelsea()[..., ::-1])
    return folder


@pytest.fixture(scope="module")
def bundle(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    words = ["--model", "mobilesam", "--target", "onnx", "--precision", "fp32", "--no-cache"]
    words += ["--size", str(SIDE), "--parity-photos", str(photos), "--output", str(folder)]
    with contextlib.redirect_stderr(io.StringIO()) as said:
        assert export(words) == 0
    assert "no checkpoint of 'mobilesam' was given (--weights FILE): its weights are random" in (
        said.getvalue()
    )
    return folder / f"mobilesam-onnx-fp32-{SIDE}x{SIDE}"


def test_the_package_names_the_family_by_an_entry_point() -> None:
    setup = ast.parse((Path(__file__).parents[2] / "setup.py").read_text())
    words = {node.value for node in ast.walk(setup) if isinstance(node, ast.Constant)}
    found = next(w for w in words if isinstance(w, str) and w.startswith("mobilesam="))
    assert EntryPoint("mobilesam", found.split("=")[1], "squeezesam.networks").load() is FAMILY


def test_the_manifest_says_how_each_input_of_the_family_is_filled(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    runs = {name: program["runs"] for name, program in manifest["programs"].items()}
    assert runs == {"embed": "photo", "heat": "photo", "decode": "prompt"}
    (image,) = manifest["programs"]["embed"]["inputs"]
    assert image["source"]["normalisation"]["mean"] == pytest.approx(MEAN.tolist())
    assert image["source"]["normalisation"]["std"] == pytest.approx(STD.tolist())
    assert image["source"]["padding"]["value"] == pytest.approx(MEAN.tolist())
    decode = manifest["programs"]["decode"]
    assert {i["name"]: i["source"] for i in decode["inputs"]} == {
        "embedding": {"kind": "program", "program": "embed", "output": "embedding"},
        "points": {"kind": "points", "normalised": False},
        "labels": {"kind": "labels"},
        "previous": {"kind": "mask", "values": "logits"},
        "flag": {"kind": "mask_flag"},
    }
    assert [o["shape"] for o in decode["outputs"]] == [[1, 4, SIDE // 4, SIDE // 4], [1, 4]]
    assert manifest["capabilities"] == {
        "negative_points": True, "box": True, "automatic": True, "previous_mask": True,
    }  # fmt: skip
    assert "random weights" in manifest["model"]["provenance"]
    assert set(manifest["model"]["weights_sha256"]) == {"heat"}
    assert manifest["parity"]["mask_iou"]["min"] > 0.99


class ByHand:
    """Both programs run by ONNX Runtime and nothing of ours but the photo's resizing."""

    def __init__(self, bundle: Path, rgb: np.ndarray) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._run = {
            name: onnxruntime.InferenceSession(
                str(bundle / f"{name}.onnx"), options, ["CPUExecutionProvider"]
            ).run
            for name in ("embed", "decode")
        }
        self._photo = Letterbox((rgb.shape[1], rgb.shape[0]), (SIDE, SIDE))
        width, height = self._photo.resized
        image = np.zeros((1, 3, SIDE, SIDE), np.float32)
        pixels = self._photo.image(rgb, (0, 0, 0))[:height, :width].astype(np.float32)
        image[0, :, :height, :width] = ((pixels - MEAN) / STD).transpose(2, 0, 1)
        (self._embedding,) = self._run["embed"](None, {"image": image})
        self._scale = np.float64([width / rgb.shape[1], height / rgb.shape[0]])

    def masks(
        self, prompts: list[tuple[float, float, int]], previous: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        points, labels = np.zeros((1, 16, 2), np.float32), np.full((1, 16), -1, np.float32)
        for slot, (x, y, label) in enumerate(prompts):
            points[0, slot] = (np.float64([x, y]) + 0.5) * self._scale - 0.5
            labels[0, slot] = label
        empty = np.zeros((1, 1, SIDE // 4, SIDE // 4), np.float32)
        masks, scores = self._run["decode"](
            None,
            {
                "embedding": self._embedding, "points": points, "labels": labels,
                "previous": empty if previous is None else previous[None, None],
                "flag": np.float32([previous is not None]),
            },
        )  # fmt: skip
        return masks[0], scores[0]

    def shown(self, masks: np.ndarray) -> np.ndarray:
        """All candidates at the photo's size."""
        return np.asarray(self._photo.enlarge(np.ascontiguousarray(masks))) > 0


@pytest.fixture(scope="module")
def by_hand(bundle: Path) -> ByHand:
    return ByHand(bundle, data.chelsea())


def test_the_command_cuts_out_what_the_programs_give_run_by_hand(
    bundle: Path, photos: Path, by_hand: ByHand, tmp_path: Path
) -> None:
    words = ["segment", str(photos / "cat.png"), "--bundle", str(bundle), "--threads", "1"]
    assert squeezesam([*words, "--point", "250,60", "--output", str(tmp_path)]) == 0
    masks, scores = by_hand.masks([(*POINT, 1)])
    wanted = by_hand.shown(masks)[int(scores.clip(0, 1).argmax())]
    found = cv2.imread(str(tmp_path / "cat-mask.png"), cv2.IMREAD_GRAYSCALE) > 127
    assert np.array_equal(found, wanted)
    assert 0 < found.mean() < 1


def test_every_candidate_of_every_kind_of_prompt_is_the_programs_own(
    bundle: Path, by_hand: ByHand
) -> None:
    session = Segmenter.load(bundle, threads=1).open(data.chelsea())
    session.set_box(60, 20, 400, 280)
    box = [(60.0, 20.0, 2), (400.0, 280.0, 3)]
    first, _ = by_hand.masks(box)
    assert compared(session.predict(), by_hand.shown(first)) == 4
    # The next prompt builds on the mask that was shown: the first one's, as for any box.
    session.add_point(*POINT, foreground=False)
    second, scores = by_hand.masks([*box, (*POINT, 0)], previous=first[0])
    mask = session.predict()
    assert mask.candidate == int(scores.clip(0, 1).argmax()) == 0
    assert compared(mask, by_hand.shown(second)) == 4


def compared(mask: Any, wanted: np.ndarray) -> int:
    for index in range(len(mask.candidates)):
        found = mask.derive(candidate=index).array
        assert np.mean(found == wanted[index]) > 0.9999, index
    return len(mask.candidates)


class Counting:
    """ONNX Runtime, with a note of every run."""

    name, target = "counting", "onnx"

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()
        self.flags: list[float] = []
        self._inner = create_engine("onnx", threads=1)

    def load(self, spec: ProgramSpec) -> Any:
        return _Counted(spec.name, self._inner.load(spec), self)


class _Counted:
    def __init__(self, name: str, program: Any, book: Counting) -> None:
        self._name, self._program, self._book = name, program, book

    def run(self, inputs: Mapping[str, Any]) -> Any:
        self._book.runs[self._name] += 1
        if self._name == "decode":
            self._book.flags += inputs["flag"].tolist()
        return self._program.run(inputs)


def test_a_further_tap_costs_the_decoder_alone(bundle: Path) -> None:
    engine = Counting()
    session = Segmenter.load(bundle, engine=engine).open(data.chelsea())
    session.add_point(*POINT)
    first = session.predict()
    assert engine.runs == {"embed": 1, "decode": 1}
    y, x = np.argwhere(~first.array)[0]
    session.add_point(int(x), int(y))
    timings = session.predict().timings
    assert engine.runs == {"embed": 1, "decode": 2}
    assert timings.programs["embed"] == 0
    assert timings.programs["decode"] > 0
    assert engine.flags == [0, 1]


def test_without_a_prompt_our_saliency_network_finds_the_first_mask(bundle: Path) -> None:
    engine = Counting()
    session = Segmenter.load(bundle, engine=engine).open(data.chelsea())
    mask = session.predict()
    assert mask.automatic
    assert 1 <= len(mask.prompts) <= 5
    assert engine.runs == {"heat": 1, "embed": 1, "decode": 1}


def test_a_checkpoint_of_another_model_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], photos: Path
) -> None:
    path = FAMILY.shipped("mobilesam", "heat")
    words = ["--model", "mobilesam", "--target", "onnx", "--precision", "fp32", "--size", "64"]
    words += ["--parity-photos", str(photos), "--output", str(tmp_path / "out")]
    assert export([*words, "--weights", str(path)]) == 1
    assert "is a checkpoint of another model" in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_the_family_is_at_home_at_1024(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    taken = tmp_path / "mobilesam-onnx-fp32-1024x1024"
    taken.mkdir()
    words = ["--model", "mobilesam", "--target", "onnx", "--precision", "fp32"]
    assert export([*words, "--output", str(tmp_path)]) == 1
    assert f"{taken} exists; --overwrite replaces it" in capsys.readouterr().err
