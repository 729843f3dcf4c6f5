"""`ssam everything` against `squeezesam everything`: the same regions, sentences and exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from command_line import Command, Typed, sentence, typed
from onnx import TensorProto, helper, numpy_helper
from photo_files import encoded
from skimage import data
from squeezesam import InvalidArgumentError, Segmenter
from squeezesam.everything import everything
from tiny_bundle import read_manifest, rehash, write_manifest, write_tiny_bundle

PHOTOS = ("astronaut", "chelsea", "coffee")


@pytest.fixture
def python(bundle: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs `squeezesam everything … --bundle tiny --threads 1`; results in `tmp_path`/out."""
    common = ("--bundle", bundle, "--threads", 1, "--output", tmp_path / "out")
    return lambda *words: typed(capfd, "everything", *words, *common)


@pytest.mark.parametrize("rounds", [[], ["--two-rounds"]], ids=["grid", "two-rounds"])
@pytest.mark.parametrize("name", PHOTOS)
def test_the_regions_are_the_python_commands(
    ssam: Command, python: Any, tmp_path: Path, name: str, rounds: list[str]
) -> None:
    photo = tmp_path / f"{name}.png"
    cv2.imwrite(str(photo), getattr(data, name)()[..., ::-1])
    limits = ["--min-score", "0.2", "--min-stability", "0.2", "--max-overlap", "0.9"]
    words = [photo, "--points", "6", *limits, "--min-area", "30", *rounds]
    native = ssam("everything", *words)
    assert (native.code, native.err) == (0, "")
    assert python(*words).code == 0
    found = json.loads((tmp_path / f"{name}-everything.json").read_text())
    assert found["annotations"]
    assert found == json.loads((tmp_path / "out" / f"{name}-everything.json").read_text())


def test_the_account_is_the_python_commands(ssam: Command, python: Any, photo: Path) -> None:
    words = [photo, "--points", "2", "--min-stability", "0"]
    native, other = ssam("everything", *words), python(*words)
    assert (native.code, other.code) == (0, 0)
    assert native.out.rsplit(", ", 1)[0] == other.out.rsplit(", ", 1)[0]
    assert native.out.endswith(" s -> photo-everything.json\n")


@pytest.mark.parametrize(
    "words",
    [
        ["--points", "0"],
        ["--points", "999"],
        ["--points", "many"],
        ["--min-score", "2"],
        ["--min-stability", "1,2"],
        ["--max-overlap", "x"],
        ["--min-area", "-1"],
        ["--threads", "0"],
        ["--colour"],
    ],
)
def test_a_senseless_command_line_gets_the_python_commands_sentence(
    ssam: Command, python: Any, photo: Path, tmp_path: Path, words: list[str]
) -> None:
    native, other = ssam("everything", photo, *words), python(photo, *words)
    assert (native.code, other.code, native.out) == (2, 2, "")
    assert native.err.count("\n") == 1
    wanted = other.err.split(": ", 1)[1].split(" (see")[0]
    assert native.err.split(": ", 1)[1].split(" (see")[0] == wanted
    assert not list(tmp_path.glob("*.json"))


def test_a_photo_that_is_none_and_a_result_that_exists_fail_with_a_sentence(
    ssam: Command, python: Any, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.jpg").write_bytes(b"Dear diary")
    native, other = ssam("everything", tmp_path / "text.jpg"), python(tmp_path / "text.jpg")
    assert (native.code, other.code) == (1, 1)
    assert (
        sentence(native).split(" (JPEG")[0].split("one of")[0]
        == (sentence(other).split(" (JPEG")[0].split("one of")[0])
    )
    target = tmp_path / "photo-everything.json"
    target.write_text("precious")
    result: Typed = ssam("everything", photo)
    assert (result.code, target.read_text()) == (1, "precious")
    assert "exists already" in result.err
    assert ssam("everything", photo, "--overwrite", "--points", "1").code == 0
    assert json.loads(target.read_text())["image"]["width"] == 256


def test_help_and_what_is_missing(ssam: Command, tmp_path: Path) -> None:
    assert ssam("everything", "--help").out.startswith("usage: ssam everything PHOTO")
    result = ssam("everything")
    assert (result.code, "PHOTO" in result.err) == (2, True)
    # A photo of that name is opened by its path.
    result = ssam("./everything")
    assert (result.code, "everything" in result.err) == (1, True)


NAMES = [
    b"\xff\xfe.png",
    b"a\xc3.png",
    b"\xed\xa0\x80.png",
    b"\xc0\xaf.png",
    b"\xf4\x90\x80\x80.png",
    "\u00e4\u4e2d\U0001f408.png".encode(),
    b'"\\\x1b.png',
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_bytes_stands_in_the_json_as_python_writes_it(
    ssam: Command, python: Any, tmp_path: Path, name: bytes
) -> None:
    photo = tmp_path / os.fsdecode(name)
    photo.write_bytes(encoded(data.astronaut()[:64, :64], "png"))
    assert ssam("everything", photo, "--points", "1").code == 0
    assert python(photo, "--points", "1").code == 0
    results = [next(place.glob("*-everything.json")) for place in (tmp_path, tmp_path / "out")]
    found, wanted = (json.loads(path.read_bytes()) for path in results)
    assert found["image"] == wanted["image"]
    said = json.loads(ssam(photo, "--json", "--output", tmp_path / "mask.png").out)
    assert said["photo"] == str(photo)


def checkered_bundle(place: Path, candidates: int, side: int) -> Path:
    """One that answers every prompt with so many masks of single pixels."""
    write_tiny_bundle(place, height=side, width=side)
    model = onnx.load(place / "segment.onnx")
    squares = np.where(np.indices((side, side)).sum(axis=0) % 2, 10, -10).astype(np.float32)
    shapes = {"masks": [1, candidates, side, side], "scores": [1, candidates]}
    values = {"masks": squares[None, None], "scores": np.ones((1, 1), np.float32)}
    del model.graph.node[:], model.graph.initializer[:], model.graph.output[:]
    for name, shape in shapes.items():
        wanted = numpy_helper.from_array(np.int64(shape), f"{name}_shape")
        model.graph.initializer.extend([numpy_helper.from_array(values[name], f"{name}_1"), wanted])
        model.graph.node.append(helper.make_node("Expand", [f"{name}_1", wanted.name], [name]))
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    onnx.save(model, place / "segment.onnx")
    manifest = read_manifest(place)
    for output in manifest["programs"]["segment"]["outputs"]:
        output["shape"] = shapes[output["name"]]
    write_manifest(place, manifest)
    rehash(place, "segment")
    return place


def test_masks_of_single_pixels_are_refused_before_they_take_all_memory(tmp_path: Path) -> None:
    """Run lengths of 16 MiB a point: 1,024 points would be 16 GiB."""
    place, asked = checkered_bundle(tmp_path / "bundle", candidates=64, side=256), []
    session = Segmenter.load(place).open(np.zeros((1024, 1024, 3), np.uint8))
    with pytest.raises(InvalidArgumentError, match="too ragged"):
        everything(session, tick=lambda done, total: asked.append(done))
    assert 8 < len(asked) < 32
