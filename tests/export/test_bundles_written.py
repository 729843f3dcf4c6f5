"""Bundles: whole or not there, and their manifest says what they are."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from export_requests import PRESET, request_for
from squeezesam_export.bundle.write import Exported, export_bundle
from squeezesam_export.cli import main
from squeezesam_export.program import F32, ExportError, LoweredProgram, SourceProgram
from squeezesam_export.replacing import put_in_place
from squeezesam_export.request import check_request
from squeezesam_export.targets.onnx.target import OnnxTarget
from squeezesam_export.targets.protocol import Lowering, Target
from squeezesam_model import file_sha256
from squeezesam_model.family import FAMILY
from squeezesam_model.weights import shipped_weights
from tiny_bundle import write_tiny_bundle

ROOT_WORDS = ("--target", "onnx", "--size", "256", "--precision", "fp32")


def test_the_manifest_describes_the_files_beside_it(onnx_int8: Exported) -> None:
    folder = onnx_int8.path
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["schema_version"] == 2
    assert manifest["name"] == folder.name == f"{PRESET}-onnx-int8-256x256"
    listed = {name: f for p in manifest["programs"].values() for name, f in p["files"].items()}
    assert {p.name for p in folder.iterdir()} == {"manifest.json", *listed}
    for name, entry in listed.items():
        content = (folder / name).read_bytes()
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_manifest_names_weights_calibration_tools_and_parity(onnx_int8: Exported) -> None:
    manifest = onnx_int8.manifest
    assert manifest["model"]["weights_sha256"] == {
        part: file_sha256(FAMILY.shipped(PRESET, part)) for part in ("segment", "heat")
    }
    assert manifest["calibration"]["photos"] >= 20
    assert manifest["quantisation"]["activations"] == "uint8"
    assert manifest["toolchain"]["torch"].startswith("2.")
    parity = manifest["parity"]
    assert parity["verification"] == "executed-host"
    assert parity["photos"] == len(parity["mask_iou"]["per_photo"])
    assert parity["mask_iou"]["mean"] >= 0.97
    assert parity["snr_db"]["heat"] > 10
    assert "onnxruntime" in parity["engine"]


def test_shapes_in_the_manifest_are_those_of_the_contract(onnx_int8: Exported) -> None:
    program = onnx_int8.manifest["programs"]["segment"]
    shapes = {t["name"]: t["shape"] for t in program["inputs"] + program["outputs"]}
    assert shapes == {
        "image": [1, 3, 256, 256],
        "prompts": [1, 2, 256, 256],
        "points": [1, 16, 2],
        "labels": [1, 16],
        "masks": [1, 4, 64, 64],
        "scores": [1, 4],
    }
    assert onnx_int8.manifest["prompts"]["click_radius"] == 2.5


def test_a_second_export_gives_the_same_bytes(onnx_int8: Exported, tmp_path: Path) -> None:
    again = export_bundle(replace(onnx_int8.request, output=tmp_path))
    for name in ("manifest.json", "segment.onnx", "heat.onnx"):
        assert (again.path / name).read_bytes() == (onnx_int8.path / name).read_bytes(), name


def _with(file: str) -> Callable[[Path], None]:
    def put(bundle: Path) -> None:
        (bundle / file).parent.mkdir(exist_ok=True)
        (bundle / file).write_text("precious")

    return put


def _only_notes(bundle: Path) -> None:
    shutil.rmtree(bundle)
    _with("notes.txt")(bundle)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_with("my_measurements.csv"), "my_measurements.csv"),
        (_with(".hidden"), ".hidden"),
        (_with("deep/y"), "deep"),
        (lambda bundle: (bundle / "empty").mkdir(), "empty"),
        (_with("heat.onnx"), "heat.onnx"),
        (_with("manifest.json"), "manifest.json"),
        (lambda bundle: (bundle / "manifest.json").unlink(), "manifest.json"),
        (_only_notes, "manifest.json"),
    ],
)
def test_a_folder_with_anything_but_a_bundle_is_not_replaced(
    change: Callable[[Path], object],
    named: str,
    onnx_int8: Exported,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / onnx_int8.path.name
    shutil.copytree(onnx_int8.path, folder)
    change(folder)
    before = {p: p.read_bytes() if p.is_file() else None for p in tmp_path.rglob("*")}
    # The weights do not exist, and nobody gets as far as missing them.
    words = ["--target", "onnx", "--size", "256", "--precision", "int8", "--overwrite"]
    assert main([*words, "--output", str(tmp_path), "--weights", "nowhere.safetensors"]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert f"{folder} holds something that squeezesam did not write" in said
    assert named in said
    assert {p: p.read_bytes() if p.is_file() else None for p in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("folder_is", ["empty", "a bundle", "a bundle that Finder looked into"])
def test_an_empty_folder_or_a_bundle_may_be_replaced(
    folder_is: str, onnx_int8: Exported, tmp_path: Path
) -> None:
    request = replace(onnx_int8.request, output=tmp_path, overwrite=True)
    if folder_is == "empty":
        request.path.mkdir()
    else:
        shutil.copytree(onnx_int8.path, request.path)
    if "Finder" in folder_is:
        (request.path / ".DS_Store").write_bytes(b"")
    check_request(request)


def test_what_somebody_put_there_while_the_export_ran_is_not_lost(tmp_path: Path) -> None:
    made, folder = (write_tiny_bundle(tmp_path / name) for name in ("made", "bundle"))
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"notes\.txt"):
        put_in_place(made, folder)
    assert (folder / "notes.txt").read_text() == "mine"
    (folder / "notes.txt").unlink()
    put_in_place(made, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


@pytest.mark.parametrize("kind", ["key", "text", "half of a pair", "nothing", "file"])
def test_what_cannot_be_opened_takes_no_bundles_place(kind: str, tmp_path: Path) -> None:
    made, folder = (write_tiny_bundle(tmp_path / name) for name in ("made", "bundle"))
    place = made / "manifest.json"
    content = json.loads(place.read_text())
    if kind == "key":
        content["parity"]["mask_iou"]["per_photo"] = {"a\x1b[31m.jpg": 1.0}
    elif kind in ("text", "half of a pair"):
        content["licence"] = "\u202e" if kind == "text" else "\udcff"
    elif kind == "file":
        (made / "notes.txt").write_text("mine")
    place.write_text("" if kind == "nothing" else json.dumps(content))
    before = (folder / "manifest.json").read_bytes()
    for target in (folder, tmp_path / "new"):
        with pytest.raises(ExportError, match="no bundle was written: it could not be opened"):
            put_in_place(made, target)
    assert (folder / "manifest.json").read_bytes() == before
    assert not (tmp_path / "new").exists()


class _Swapping(OnnxTarget):
    """A lowering that swaps red and blue: plausible, and wrong."""

    def lower(self, program: SourceProgram, how: Lowering, folder: Path) -> LoweredProgram:
        good = super().lower(program, how, folder)

        def execute(inputs: Sequence[F32]) -> list[F32]:
            assert good.execute is not None
            return good.execute([inputs[0][:, ::-1].copy(), *inputs[1:]])

        return replace(good, execute=execute)


def test_masks_below_the_floor_fail_and_leave_nothing(
    tmp_path: Path, put_target: Callable[[Target], None]
) -> None:
    put_target(_Swapping())
    with pytest.raises(ExportError, match=r"below the floor of 0\.99"):
        export_bundle(request_for("onnx", "fp32", tmp_path, iou_floor=0.99))
    assert list(tmp_path.iterdir()) == []


def test_a_failing_export_exits_with_1_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Half precision is near, never equal.
    words = [*ROOT_WORDS, "--precision", "fp16", "--output", str(tmp_path), "--iou-floor", "1"]
    assert main(words) == 1
    captured = capsys.readouterr()
    assert "below the floor of 1" in captured.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_a_table_and_refuses_to_replace_a_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*ROOT_WORDS, "--output", str(tmp_path)]
    assert main(words) == 0
    table = capsys.readouterr().out
    for word in ("onnx segment", "onnx heat", "fp32", "IoU 1.0000", "GMAC"):
        assert word in table
    before = (tmp_path / f"{PRESET}-onnx-fp32-256x256" / "manifest.json").stat().st_mtime_ns
    assert main(words) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert main([*words, "--overwrite", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    written = json.loads((Path(told["path"]) / "manifest.json").read_text())
    assert {word: told[word] for word in ("name", "parity")} == {
        word: written[word] for word in ("name", "parity")
    }
    assert told["bytes"].keys() == written["programs"].keys()
    assert told["bytes"]["heat"] == (Path(told["path"]) / "heat.onnx").stat().st_size
    after = (tmp_path / f"{PRESET}-onnx-fp32-256x256" / "manifest.json").stat().st_mtime_ns
    assert after > before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--target", "onnx", "--size", "500"], "multiples of 32"),
        (["--target", "onnx", "--size", "big"], "is not a size"),
        (["--target", "tflite"], "invalid choice"),
        (["--target", "onnx", "--preset", "huge"], "unknown preset 'huge'"),
        (["--target", "onnx", "--precision", "int4"], "invalid choice"),
    ],
)
def test_a_senseless_command_exits_with_2_and_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(words)
    except SystemExit as stopped:
        code = int(str(stopped.code))
    assert code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert sentence in lines[0]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--weights", "nowhere.safetensors"], "cannot read the weights"),
        (["--preset", "paper"], "no weights of the preset 'paper'"),
        (["--backend", "vulkan"], "no backend 'vulkan'"),
        (["--calibration", "nowhere"], "is not a folder of photos"),
    ],
)
def test_what_cannot_be_exported_exits_with_1_and_one_sentence(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ROOT_WORDS, "--output", str(tmp_path / "out"), *words]) == 1
    assert sentence in capsys.readouterr().err.splitlines()[-1]
    assert not list(tmp_path.glob("out/*"))


def test_weights_of_another_preset_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = str(shipped_weights("saliency"))
    assert main([*ROOT_WORDS, "--output", str(tmp_path / "out"), "--weights", wrong]) == 1
    assert f"preset 'saliency', not of '{PRESET}'" in capsys.readouterr().err


def test_an_output_that_is_a_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("precious")
    assert main([*ROOT_WORDS, "--output", str(tmp_path / "file" / "deeper")]) == 1
    assert "is a file, not a folder" in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "precious"


def test_a_random_preset_of_ours_can_be_exported_from_a_file(tmp_path: Path) -> None:
    from squeezesam_model import Segmenter, save_weights, segmenter_preset

    torch.manual_seed(0)
    path = tmp_path / "paper.safetensors"
    save_weights(Segmenter(segmenter_preset("paper")).eval(), path, "paper", {})
    request = request_for(
        "onnx",
        "fp32",
        tmp_path / "out",
        preset="paper",
        weights={"segment": path},
        height=128,
        width=160,
    )
    exported = export_bundle(request)
    assert exported.path.name == "paper-onnx-fp32-128x160"
    assert exported.manifest["model"]["parameters"] > 10e6
