"""A network and a target from another package: exported, compared, run in Python and C++."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import outside_package
import pytest
from skimage import data
from squeezesam import Segmenter
from squeezesam_export.cli import main
from squeezesam_export.targets.protocol import Target
from squeezesam_model.families import add_family, remove_family

SSAM = Path(__file__).parents[2] / "build" / "ssam" / "cli" / "ssam"
ENTRY_POINTS = """[squeezesam.networks]
cells = outside_package:FAMILY

[squeezesam.targets]
torchfile = outside_package:TARGET
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A Python in which the package is installed, in a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(Path(__file__).with_name("outside_package.py"), folder)
    facts = folder / "outside_package-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: outside-package\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(ENTRY_POINTS)
    return {**os.environ, "PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}


def export(
    environment: dict[str, str], output: Path, *words: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "squeezesam_export.cli", "--preset", "cells-small"]
    command += ["--precision", "fp32", "--size", "64", "--output", str(output), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def bundle(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("onnx")
    done = export(environment, folder, "--target", "onnx")
    assert done.returncode == 0, done.stderr
    return folder / "cells-small-onnx-fp32-64x64"


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "cat.png"
    cv2.imwrite(str(path), data.chelsea()[..., ::-1])
    return path


def test_the_manifest_says_what_the_network_declares(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert manifest["model"]["family"] == "cells"
    assert manifest["licence"] == "unspecified"
    assert manifest["capabilities"]["previous_mask"]
    assert not manifest["capabilities"]["box"]
    assert {name: p["runs"] for name, p in manifest["programs"].items()} == {
        "encode": "photo",
        "decode": "prompt",
    }
    sources = {i["name"]: i["source"] for i in manifest["programs"]["decode"]["inputs"]}
    assert sources["embedding"] == {"kind": "program", "program": "encode", "output": "cells"}
    assert set(manifest["parity"]["snr_db"]) == {"masks", "scores", "embedding"}
    assert manifest["parity"]["mask_iou"]["min"] > 0.99


def test_python_runs_the_pair_and_keeps_the_encoding(bundle: Path, photo: Path) -> None:
    session = Segmenter.load(str(bundle)).open(str(photo))
    session.add_point(250, 60)
    first = session.predict()
    assert first.array[60, 250]
    assert 0.02 < first.array.mean() < 0.9
    again = session.predict()
    assert again.timings.programs["encode"] == 0
    assert again.timings.programs["decode"] > 0


def test_the_native_command_cuts_out_the_same(bundle: Path, photo: Path, tmp_path: Path) -> None:
    """`make test` builds the command before."""
    out = tmp_path / "native.png"
    done = subprocess.run(
        [str(SSAM), str(photo), "--bundle", str(bundle), "--point", "250,60", "--output", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    session = Segmenter.load(str(bundle)).open(str(photo))
    session.add_point(250, 60)
    native = cv2.imread(str(out), cv2.IMREAD_GRAYSCALE) > 127
    assert np.mean(native == session.predict().array) > 0.999


def test_the_target_from_outside_makes_a_bundle_that_reaches_the_gate(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = export(environment, tmp_path, "--target", "torchfile")
    assert done.returncode == 0, done.stderr
    manifest = json.loads(
        (tmp_path / "cells-small-torchfile-fp32-64x64" / "manifest.json").read_text()
    )
    assert manifest["target"] == "torchfile"
    assert manifest["parity"]["verification"] == "executed-host"
    assert "torchfile decode" in done.stdout
    again = export(environment, tmp_path, "--target", "torchfile", "--overwrite")
    assert again.returncode == 0, again.stderr
    (tmp_path / "cells-small-torchfile-fp32-64x64" / "notes.txt").write_text("precious")
    refused = export(environment, tmp_path, "--target", "torchfile", "--overwrite")
    assert refused.returncode == 1
    assert "holds something that squeezesam did not write" in refused.stderr


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("raises", "'torchfile' could not lower 'decode': RuntimeError: the converter broke"),
        ("nothing", "'torchfile' gave NoneType for 'decode', not a LoweredProgram"),
        ("no file", "'torchfile' wrote no file for 'decode' into the bundle"),
        ("shape", "'torchfile' gives outputs of shape 1×2 for 'encode', not 1×3×16×16"),
    ],
)
def test_what_a_target_does_wrong_is_one_sentence_that_names_it(
    fault: str, sentence: str, tmp_path: Path, put_target: Callable[[Target], None],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    put_target(outside_package.TARGET)
    add_family(outside_package.FAMILY)
    words = ["--target", "torchfile", "--torchfile-fault", fault, "--preset", "cells-small"]
    words += ["--precision", "fp32", "--size", "64", "--no-cache", "--output", str(tmp_path)]
    try:
        assert main(words) == 1
    finally:
        remove_family("cells")
    assert sentence in capsys.readouterr().err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []
