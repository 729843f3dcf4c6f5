"""`squeezesam info` and `squeezesam verify`: what a bundle is, and whether it runs here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from endless_program import make_unknown, make_wordy
from onnx import helper, numpy_helper
from photo_files import save_scene
from squeezesam import BundleError, ModelBundle
from squeezesam import _core as core
from squeezesam.cli import main
from tiny_bundle import read_manifest, rehash, write_manifest

THING = (32, 48, 96, 128)


@pytest.fixture
def typed(capfd: pytest.CaptureFixture[str]) -> Any:
    def run(*words: object) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


def test_info_shows_model_programs_and_parity(typed: Any, bundle: Path) -> None:
    code, out, err = typed("info", bundle)
    assert (code, err) == (0, "")
    for part in (
        "tiny-onnx-fp32-128x128",
        "onnx (cpu), fp32",
        "128×128 pixels",
        "clicks, background clicks, box, automatic mask",
        "up to 16 points, 4 candidate masks",
        "segment.onnx",
        "heat: sha256 " + 64 * "0",
        "executed-host with onnxruntime, 1 photos",
        "mask IoU to fp32: mean 1.0000, min 1.0000",
        "Apache-2.0",
    ):
        assert part in out


def test_info_as_json_is_the_manifest(typed: Any, bundle: Path) -> None:
    code, out, _ = typed("info", bundle, "--json")
    assert code == 0
    assert json.loads(out) == read_manifest(bundle)


def test_info_of_a_core_ml_bundle_works_anywhere(typed: Any, copy: Path) -> None:
    manifest = read_manifest(copy)
    manifest.update(target="coreml", backend="coreml", parity=None)
    write_manifest(copy, manifest)
    code, out, err = typed("info", copy)
    assert (code, err) == (0, "")
    assert "coreml (coreml)" in out
    code, out, err = typed("verify", copy)
    assert (code, err) == (0, "")
    assert "programs not run" in out


@pytest.mark.parametrize("command", ["info", "verify"])
def test_a_damaged_bundle_is_one_sentence_and_exit_code_1(
    typed: Any, copy: Path, command: str
) -> None:
    (copy / "heat.onnx").unlink()
    code, out, err = typed(command, copy)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "heat.onnx" in err


def test_verify_runs_every_program_and_the_whole_way(typed: Any, bundle: Path) -> None:
    code, out, err = typed("verify", bundle, "--threads", 1)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert all(line.startswith("ok  ") for line in lines)
    assert "sha256" in lines[0]
    assert lines[1].startswith("ok  heat: ")
    assert "heatmap" in lines[1]
    assert lines[2].startswith("ok  segment: ")
    assert "masks" in lines[2]
    assert "from photo to mask" in lines[3]


def test_verify_tries_the_user_s_photos(typed: Any, bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        save_scene(folder / name, THING)
    code, out, err = typed("verify", bundle, "--photos", folder)
    assert (code, err) == (0, "")
    assert "2 of 2 photos done" in out
    save_scene(folder / "dark.png")
    code, out, err = typed("verify", bundle, "--photos", folder)
    assert (code, err) == (0, "")
    assert "dark.png: nothing stands out" in out
    (folder / "c.jpg").write_text("no photo")
    code, out, err = typed("verify", bundle, "--photos", folder)
    assert code == 1
    assert err.count("\n") == 1
    assert "c.jpg: not a photo" in err
    assert "3 of 4 photos done" in out
    for place in (tmp_path / "missing", bundle):
        code, _, err = typed("verify", bundle, "--photos", place)
        assert code == 1
        assert err.count("\n") == 1


def test_verify_tells_a_program_all_of_it_in_json_lines(
    typed: Any, bundle: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    save_scene(folder / "a.png", THING)
    save_scene(folder / "dark.png")
    (folder / "c\x1b[2K.jpg").write_text("no photo")
    code, out, err = typed("verify", bundle, "--photos", folder, "--json")
    assert code == 1
    assert err.count("\n") == 1
    told = [json.loads(line) for line in out.splitlines()]
    assert out.isascii()
    assert told[0] == {"ok": True, "bundle": "tiny-onnx-fp32-128x128"}
    assert [one["program"] for one in told[1:3]] == ["heat", "segment"]
    assert all(low <= high for one in told[1:3] for low, high in one["outputs"].values())
    assert all(one[f"{which}_ms"] > 0 for one in told[1:3] for which in ("load", "first_run"))
    photos = {one["photo"]: one for one in told if "photo" in one}
    assert 0 < photos["a.png"]["object_share"] < 1
    assert photos["dark.png"]["score"] is None
    assert not photos["c\x1b[2K.jpg"]["ok"]
    assert "not a photo" in photos["c\x1b[2K.jpg"]["error"]
    assert told[-1] == {"photos": 3, "done": 2}


def test_verify_clicks_the_middle_where_there_is_no_automatic_mask(
    typed: Any, manual_bundle: Path, tmp_path: Path
) -> None:
    photo = save_scene(tmp_path / "photo.png", THING)
    code, out, err = typed("verify", manual_bundle, "--photos", photo.parent)
    assert (code, err) == (0, "")
    assert "heat" not in out
    assert "1 of 1 photos done" in out


def test_verify_finds_a_network_that_answers_with_no_numbers(typed: Any, copy: Path) -> None:
    """Hashes and shapes are right; only running it shows that the weights are broken."""
    model = onnx.load(copy / "segment.onnx")
    scores = next(node for node in model.graph.node if node.output[0] == "scores")
    scores.output[0] = "good_scores"
    bad = numpy_helper.from_array(np.array(np.nan, np.float32), "bad")
    model.graph.initializer.append(bad)
    model.graph.node.append(helper.make_node("Add", ["good_scores", "bad"], ["scores"]))
    onnx.save(model, copy / "segment.onnx")
    rehash(copy, "segment")
    code, out, err = typed("verify", copy)
    assert code == 1
    assert err.count("\n") == 1
    assert "'scores'" in err
    assert "no numbers" in err
    assert out.count("ok") == 2  # the manifest and the heat map


@pytest.mark.parametrize("spoil", [make_wordy, make_unknown])
@pytest.mark.parametrize("program", ["segment", "heat"])
def test_verify_finds_a_program_that_cannot_be_run(
    typed: Any, copy: Path, program: str, spoil: Callable[[Path, str], None]
) -> None:
    spoil(copy, program)
    code, _, err = typed("verify", copy)
    assert code == 1
    assert err.count("\n") == 1


def test_a_command_is_needed(typed: Any) -> None:
    code, _, err = typed()
    assert code == 2
    assert err.count("\n") == 1


def _deep(copy: Path, folders: int) -> str:
    """As many paths as a manifest holds, through links, of one file that lies so deep."""
    manifest = read_manifest(copy)
    heat = manifest["programs"]["heat"]
    entry = heat["files"].pop(heat["file"])
    way = "/".join(["a" * max(1, 900 // folders - 1)] * (folders - 1))
    place = copy / "p" / "z"
    place.mkdir(parents=True)
    inside = os.open(place, os.O_RDONLY)
    for name in way.split("/"):
        os.mkdir(name, dir_fd=inside)
        inside, above = os.open(name, os.O_RDONLY, dir_fd=inside), inside
        os.close(above)
    os.close(os.open("f", os.O_CREAT, dir_fd=inside))
    os.close(inside)
    for number in range(3500):
        (copy / f"p/{number:05}").symlink_to("z")
        heat["files"][f"p/{number:05}/{way}/f"] = {**entry, "bytes": 0}
    return json.dumps({**manifest, "target": "coreml", "programs": {
        **manifest["programs"], "heat": {**heat, "file": "p"}}})  # fmt: skip


def _schema_1(count: int) -> str:
    files = [{"path": str(number), "size": 1, "sha256": 1} for number in range(count)]
    programs = {"saliency": {"file": "a", "files": files}, "segmenter": {"inputs": []}}
    photo = {"channels": 1, "range": 1, "normalisation": 1, "pad_value": [0]}
    return json.dumps({"schema_version": 1, "target": "onnx", "input": photo, "programs": programs})


# What of 4 MiB takes many times as much once it is read.
COSTLY: dict[str, Callable[[Path], str]] = {
    "numbers": lambda copy: '{"x": [' + "0," * 2_000_000 + "0]}",
    "lists": lambda copy: '{"x": [' + "[]," * 1_300_000 + "0]}",
    "objects": lambda copy: '{"x": [' + '{"":0},' * 550_000 + "0]}",
    "keys": lambda copy: json.dumps(dict.fromkeys(map(str, range(300_000)), 0)),
    "files of schema 1": lambda copy: _schema_1(75_000),
    "as many files of schema 1 as are taken": lambda copy: _schema_1(32_000),
    "paths of 400 folders": lambda copy: _deep(copy, 400),
    "paths of 30 folders": lambda copy: _deep(copy, 30),
}


@pytest.mark.parametrize("what", COSTLY)
def test_no_manifest_costs_many_times_what_it_weighs(bundle: Path, copy: Path, what: str) -> None:
    text = COSTLY[what](copy)
    assert 1 << 20 < len(text) < 4 << 20
    (copy / "manifest.json").write_text(text)
    program = """
import resource, sys
from squeezesam import BundleError, ModelBundle
try:
    ModelBundle(sys.argv[1])
except BundleError as error:
    print(error, file=sys.stderr)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    words = [sys.executable, "-c", program]
    most = []
    for folder in (bundle, copy):
        done = subprocess.run([*words, str(folder)], capture_output=True, text=True, check=True)
        most.append(int(done.stdout) * (1 if sys.platform == "darwin" else 1024))
    assert done.stderr, "this one is to be refused"
    assert most[1] - most[0] < 64 << 20


def test_schema_1_is_read_in_linear_time() -> None:
    spent = []
    for count in (2_000, 32_000):
        begun = time.process_time()
        with pytest.raises(BundleError, match="is missing"):
            core.Bundle.parse(_schema_1(count).encode())
        spent.append(time.process_time() - begun)
    assert spent[1] < 64 * spent[0], spent  # 16 times as many files: 256 where it is the square


def test_folders_of_a_bundle_may_lie_in_one_another_as_deep_as_a_package_has_them(
    copy: Path,
) -> None:
    for folders, taken in ((32, True), (33, False)):
        manifest = read_manifest(copy)
        heat = manifest["programs"]["heat"]
        (old,) = heat["files"]
        new = "d/" * folders + "heat.onnx"
        (copy / new).parent.mkdir(parents=True, exist_ok=True)
        (copy / old).rename(copy / new)
        heat["file"], heat["files"] = new, {new: heat["files"][old]}
        write_manifest(copy, manifest)
        if taken:
            ModelBundle(copy)
        else:
            with pytest.raises(BundleError, match="not a plain path"):
                ModelBundle(copy)
