"""`squeezesam info` and `squeezesam verify`: what a bundle is, and whether it runs here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from endless_program import make_unknown, make_wordy
from onnx import helper, numpy_helper
from photo_files import save_scene
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
