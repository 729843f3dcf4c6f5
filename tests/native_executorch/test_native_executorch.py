"""The C++ command `ssam` with ExecuTorch against the Python command: same masks, same sentences.

`make test-executorch` builds it and runs this; both run ExecuTorch with one thread.
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from command_line import Typed, png
from executorch_build import BUILD, Command
from tiny_bundle import read_manifest, rehash, write_manifest, write_tiny_bundle
from tiny_executorch import SEGMENT_SHAPES, TorchSegment, lower
from torch import nn

PHOTOS = ("astronaut", "chelsea", "coffee", "rocket")
PROMPTS = {
    "automatic": [],
    "taps": ["--point", "210.5,140", "--point", "150,99", "--negative", "20,30"],
    "box": ["--box", "60,40,330,260"],
}


def _sentence(result: Typed) -> str:
    assert result.err.count("\n") == 1, result.err
    return result.err.removeprefix("ssam: ").removeprefix("squeezesam: ")


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("photo", PHOTOS)
@pytest.mark.parametrize("kind", ["portable", "xnnpack", "shipped"])
def test_the_mask_is_the_python_commands_pixel_for_pixel(
    request: pytest.FixtureRequest, ssam: Command, segment: Any, photos: Path, tmp_path: Path,
    kind: str, photo: str, prompt: str,
) -> None:  # fmt: skip
    model, path = request.getfixturevalue(kind), photos / f"{photo}.jpg"
    native = ssam(path, *PROMPTS[prompt], model=model)
    assert (native.code, native.err) == (0, "")
    python = segment(path, *PROMPTS[prompt], model=model)
    assert native.out.split(" -> ")[0] == python.out.split(" -> ")[0]
    wanted = png(tmp_path / "out" / f"{photo}-mask.png")
    np.testing.assert_array_equal(png(tmp_path / f"{photo}-mask.png"), wanted)
    assert set(np.unique(wanted)) <= {0, 255}


def test_the_masks_compared_are_no_blanks(
    ssam: Command, photos: Path, shipped: Path, tmp_path: Path
) -> None:
    for photo in PHOTOS:
        assert ssam(photos / f"{photo}.jpg", *PROMPTS["box"], model=shipped).code == 0
        # Some thousand pixels at least: the box is the same for all, however small what it holds.
        assert 0.005 < (png(tmp_path / f"{photo}-mask.png") > 0).mean() < 0.9


def test_json_holds_what_the_python_format_json_holds(
    ssam: Command, segment: Any, photos: Path, xnnpack: Path, tmp_path: Path
) -> None:
    words = [photos / "chelsea.jpg", *PROMPTS["box"]]
    found = json.loads(ssam(*words, "--json", model=xnnpack).out)
    assert segment(*words, "--format", "json", model=xnnpack).code == 0
    wanted = json.loads((tmp_path / "out" / "chelsea-result.json").read_text())
    assert found.pop("output") == "chelsea-mask.png"
    assert found.pop("timings_ms").keys() == wanted.pop("timings_ms").keys()
    assert found == wanted
    assert found["engine"] == "executorch"


def test_the_number_of_threads_leaves_the_mask_as_it_is(
    ssam: Command, photos: Path, shipped: Path, tmp_path: Path
) -> None:
    masks = []
    for threads in (1, 2, 3):
        out = tmp_path / f"{threads}.png"
        done = ssam(photos / "coffee.jpg", "--output", out, model=shipped, threads=threads)
        assert (done.code, done.err) == (0, "")
        masks.append(out.read_bytes())
    assert masks[0] == masks[1] == masks[2]


def test_bench_names_engine_version_and_threads(ssam: Command, photos: Path, xnnpack: Path) -> None:
    done = ssam(photos / "rocket.jpg", "--bench", 3, model=xnnpack, threads=2)
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    version = importlib.metadata.version("executorch").split("+")[0]
    assert (found["engine"], found["engine_version"]) == ("executorch", version)
    assert (found["threads"], found["runs"]) == (2, 3)
    assert found["programs_ms"]["segment"]["p50"] > 0


def test_the_same_command_runs_onnx_bundles(ssam: Command, photos: Path, tmp_path: Path) -> None:
    model = write_tiny_bundle(tmp_path / "onnx")
    assert json.loads(ssam(photos / "rocket.jpg", "--json", model=model).out)["engine"] == (
        "onnxruntime"
    )


def test_a_bundle_for_neither_engine_is_refused(
    ssam: Command, photos: Path, portable: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(portable, tmp_path / "copy"))
    write_manifest(copy, {**read_manifest(copy), "target": "coreml", "backend": "coreml"})
    result = ssam(photos / "rocket.jpg", model=copy)
    assert (result.code, result.out) == (1, "")
    assert "this one is for coreml" in _sentence(result)


def _other_program(path: Path) -> None:
    shutil.copy(path.with_name("heat.pte"), path)


def _no_program(path: Path) -> None:
    path.write_bytes(b"not a program" * 9)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _cut_by_a_hundred_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _zeros_in_the_middle(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[64:1024] = bytes(960)
    path.write_bytes(data)


class _MoreInputs(TorchSegment):
    def forward(self, *inputs: torch.Tensor) -> Any:
        *known, more = inputs
        masks, scores = super().forward(*known)
        return masks, scores + 0 * more.sum()


class _OneOutput(TorchSegment):
    def forward(self, *inputs: torch.Tensor) -> Any:
        return super().forward(*inputs)[0]


def _one_input_more(path: Path) -> None:
    lower(_MoreInputs(), [*SEGMENT_SHAPES, (1, 3)], path)


def _one_output_less(path: Path) -> None:
    lower(_OneOutput(), SEGMENT_SHAPES, path)


@pytest.mark.parametrize(
    "damage",
    [
        _other_program,
        _no_program,
        _empty,
        _cut_in_half,
        _cut_by_a_hundred_bytes,
        _zeros_in_the_middle,
        _one_input_more,
        _one_output_less,
    ],
)
def test_a_wrong_program_gets_the_python_commands_sentence(
    ssam: Command, segment: Any, photos: Path, xnnpack: Path, tmp_path: Path,
    damage: Callable[[Path], None],
) -> None:  # fmt: skip
    copy = Path(shutil.copytree(xnnpack, tmp_path / "copy"))
    damage(copy / "segment.pte")
    rehash(copy, "segment")
    native = ssam(photos / "rocket.jpg", model=copy)
    python = segment(photos / "rocket.jpg", model=copy)
    assert (native.code, native.out) == (python.code, "") == (1, "")
    assert _sentence(native) == _sentence(python)
    assert "program 'segment'" in native.err
    assert not list(tmp_path.glob("*mask*"))


def test_a_program_that_is_not_the_hashed_one_gets_the_python_commands_sentence(
    ssam: Command, segment: Any, photos: Path, portable: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(portable, tmp_path / "copy"))
    (copy / "heat.pte").write_bytes((copy / "heat.pte").read_bytes()[:-1] + b"!")
    native = ssam(photos / "rocket.jpg", model=copy)
    python = segment(photos / "rocket.jpg", model=copy)
    assert (native.code, _sentence(native)) == (1, _sentence(python))


class _Doubles(nn.Module):
    def forward(self, image: torch.Tensor, *others: torch.Tensor) -> Any:
        masks, scores = TorchSegment()(image, *others)
        return masks.to(torch.float64), scores


def test_an_output_that_is_not_float32_is_refused(
    ssam: Command, photos: Path, portable: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(portable, tmp_path / "copy"))
    lower(_Doubles(), SEGMENT_SHAPES, copy / "segment.pte")
    rehash(copy, "segment")
    result = ssam(photos / "rocket.jpg", model=copy)
    assert result.code == 1
    assert "'masks' of the program 'segment' is not of the type float32" in _sentence(result)


@pytest.mark.parametrize("kind", ["portable", "xnnpack"])
def test_the_c_interface_keeps_its_promises(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """Statuses, the pool's size, and a program file that vanishes under a loaded engine."""
    copy = Path(shutil.copytree(request.getfixturevalue(kind), tmp_path / "copy"))
    program = BUILD / "engines" / "executorch" / "executorch_calls"
    done = subprocess.run([program, copy], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("all promises kept\n")
