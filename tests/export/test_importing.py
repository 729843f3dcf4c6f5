"""ONNX files of other projects' layouts become bundles that show what the files give."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from endless_program import endless_loop
from skimage import data
from squeezesam import ModelBundle, Segmenter
from squeezesam_export.importing.cli import import_here as main
from squeezesam_export.importing.cli import main as in_a_child
from squeezesam_export.importing.layouts import LAYOUTS
from tiny_layouts import SIDE, ByHand, decoder, encoder


def saved(layout: str, folder: Path) -> list[str]:
    paths = folder / "encoder.onnx", folder / "decoder.onnx"
    for path, model in zip(paths, (encoder(layout), decoder(layout)), strict=True):
        onnx.save(model, path)
    return ["--encoder", str(paths[0]), "--decoder", str(paths[1])]


def imported(layout: str, folder: Path, *more: str) -> Path:
    words = [*saved(layout, folder), "--layout", layout, "--output", str(folder / "bundle")]
    assert main([*words, "--size", str(SIDE), *more]) == 0
    return folder / "bundle"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_bundle_shows_what_the_files_give_by_themselves(layout: str, tmp_path: Path) -> None:
    rgb = data.chelsea()
    session = Segmenter.load(imported(layout, tmp_path), threads=1).open(rgb)
    by_hand = ByHand(layout, tmp_path, rgb)
    session.set_box(60, 20, 400, 280)
    box = [(60.0, 20.0, 2), (400.0, 280.0, 3)]
    first = session.predict()
    masks, scores = by_hand.masks(box)
    equal(first, masks, by_hand)
    background = LAYOUTS[layout].background
    # One that asks for something: inside what it takes away, outside of what it adds to.
    y, x = np.argwhere(first.array == background)[60]
    session.add_point(int(x), int(y), foreground=not background)
    previous = first.candidates[first.candidate].logits if LAYOUTS[layout].mask else None
    masks, _ = by_hand.masks([*box, (float(x), float(y), int(not background))], previous)
    equal(session.predict(), masks, by_hand)
    # Of four candidates the first answers a box, of others the best.
    wanted = 0 if len(scores) == 4 else int(scores.clip(0, 1).argmax())
    assert first.candidate == wanted


def equal(mask: Any, masks: np.ndarray, by_hand: ByHand) -> None:
    assert len(mask.candidates) == len(masks)
    for index, plane in enumerate(masks):
        np.testing.assert_allclose(mask.candidates[index].logits, plane, rtol=1e-3, atol=1e-3)
    assert len({(plane > 0).mean() for plane in masks}) > 1


def test_the_manifest_says_where_it_comes_from_and_a_single_click_has_three_answers(
    tmp_path: Path,
) -> None:
    bundle = imported("mobilesam", tmp_path, "--licence", "Apache-2.0", "--slots", "3")
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert manifest["model"]["provenance"] == "imported from ONNX, layout mobilesam"
    assert set(manifest["model"]["weights_sha256"]) == {"encoder", "decoder"}
    assert manifest["licence"].startswith("imported: Apache-2.0; heat: ")
    assert manifest["prompts"]["max_points"] == 3
    session = Segmenter.load(bundle, threads=1).open(data.chelsea())
    assert session.predict().automatic
    session.add_point(250, 60)
    mask = session.predict()
    assert mask.candidate > 0
    assert mask.candidates[0].score == 0


def broken(change: Callable[[onnx.ModelProto], object], which: str) -> Callable[[Path], list[str]]:
    def write(folder: Path) -> list[str]:
        words = saved("mobilesam", folder)
        model = onnx.load(folder / f"{which}.onnx")
        change(model)
        onnx.save(model, folder / f"{which}.onnx")
        return words

    return write


def old(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 9


def other_width(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 12


def renamed(model: onnx.ModelProto) -> None:
    model.graph.input[1].name = "coords"


def forged(model: onnx.ModelProto) -> None:
    model.graph.input[1].name = "a\x1b[2Kb\u202e\nsqueezesam-import: written"


def beside(model: onnx.ModelProto) -> None:
    onnx.external_data_helper.convert_model_to_external_data(
        model, location="weights.bin", size_threshold=0
    )


def hidden(model: onnx.ModelProto) -> None:
    """Weights outside the file in a branch, where onnx does not look for them."""
    weight = onnx.helper.make_tensor("w", onnx.TensorProto.FLOAT, [1], b"\0\0\0\0", raw=True)
    value = onnx.helper.make_tensor_value_info("w", onnx.TensorProto.FLOAT, [1])
    branch = onnx.helper.make_graph([], "branch", [], [value], [weight])
    onnx.external_data_helper.set_external_data(branch.initializer[0], "secret.bin")
    branch.initializer[0].ClearField("raw_data")
    choice = onnx.helper.make_tensor("yes", onnx.TensorProto.BOOL, [], [True])
    model.graph.initializer.append(choice)
    node = onnx.helper.make_node("If", ["yes"], ["v"], then_branch=branch, else_branch=branch)
    model.graph.node.append(node)


def without_weights(folder: Path) -> list[str]:
    words = broken(beside, "encoder")(folder)
    (folder / "weights.bin").unlink()
    return words


def linked(folder: Path) -> list[str]:
    words = broken(beside, "encoder")(folder)
    (folder / "weights.bin").rename(folder / "elsewhere")
    (folder / "weights.bin").symlink_to(folder / "elsewhere")
    return words


def swapped(folder: Path) -> list[str]:
    words = saved("mobilesam", folder)
    return [words[0], words[3], words[2], words[1]]


def text(folder: Path) -> list[str]:
    words = saved("mobilesam", folder)
    (folder / "decoder.onnx").write_text("not a network")
    return words


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (broken(old, "decoder"), "is of ONNX opset 9; 11 is the oldest taken"),
        (broken(other_width, "decoder"), "gives 1×8×4×4, and 'image_embeddings' takes 1×12×4×4"),
        (broken(renamed, "decoder"), "of the layout 'mobilesam', it has no input 'point_coords'"),
        (broken(forged, "decoder"), "it has no input 'point_coords'"),
        (without_weights, "has weights in 'weights.bin', which is not beside it"),
        (broken(hidden, "decoder"), "has weights outside the file that are not its graph's own"),
        (linked, "its weights outside the file cannot be read"),
        (swapped, "the encoder has not one input alone: inputs image_embeddings 1×8×4×4, point"),
        (text, "is no ONNX file, or"),
    ],
)  # fmt: skip
def test_files_that_do_not_fit_are_refused_in_one_sentence_and_leave_nothing(
    write: Callable[[Path], list[str]],
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = [*write(tmp_path), "--layout", "mobilesam", "--size", str(SIDE)]
    assert main([*words, "--output", str(tmp_path / "made" / "bundle")]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert sentence in said
    assert said.isprintable()
    assert not (tmp_path / "made").exists()


def test_weights_beside_the_file_come_into_the_bundle(tmp_path: Path) -> None:
    words = broken(beside, "encoder")(tmp_path)
    words += ["--layout", "mobilesam", "--size", str(SIDE), "--output", str(tmp_path / "bundle")]
    assert main(words) == 0
    assert {p.name for p in (tmp_path / "bundle").iterdir()} == {
        "manifest.json", "embed.onnx", "decode.onnx", "heat.onnx",
    }  # fmt: skip
    assert main(words) == 1
    assert main([*words, "--overwrite"]) == 0


@pytest.mark.parametrize("foreign", ["photo.txt", ".hidden", "deep/y", "heat.onnx/y"])
def test_a_folder_with_other_peoples_files_is_not_replaced(
    foreign: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    precious = tmp_path / "mine" / foreign
    precious.parent.mkdir(parents=True)
    precious.write_text("precious")
    # Refused before any work: the files that would be read are not even there.
    words = ["--encoder", str(tmp_path / "none.onnx"), "--decoder", str(tmp_path / "none.onnx")]
    words += ["--layout", "mobilesam", "--output", str(tmp_path / "mine"), "--overwrite"]
    assert main(words) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert f"{tmp_path / 'mine'} holds something that squeezesam did not write" in said
    assert precious.read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_takes_a_bundle_and_a_bundle_with_notes_in_it_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bundle").mkdir()
    bundle = imported("mobilesam", tmp_path, "--overwrite")
    (bundle / "notes.txt").write_text("precious")
    before = {path: path.read_bytes() for path in bundle.iterdir()}
    words = [*saved("mobilesam", tmp_path), "--layout", "mobilesam", "--size", str(SIDE)]
    capsys.readouterr()
    assert main([*words, "--output", str(bundle), "--overwrite"]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert f"{bundle} holds something that squeezesam did not write" in said
    assert "notes.txt" in said
    assert {path: path.read_bytes() for path in bundle.iterdir()} == before


def test_a_wrong_layout_a_wrong_size_and_too_many_slots_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*saved("efficientsam", tmp_path), "--output", str(tmp_path / "bundle")]
    assert main([*words, "--layout", "sam3"]) == 2
    known = ", ".join(LAYOUTS)
    assert capsys.readouterr().err == f"squeezesam-import: there is no layout 'sam3' ({known})\n"
    assert main([*words, "--layout", "efficientsam", "--slots", "9"]) == 1
    assert "the layout 'efficientsam' has 6 slots, not 9" in capsys.readouterr().err
    words = [*saved("edgesam", tmp_path), "--output", str(tmp_path / "bundle")]
    assert main([*words, "--layout", "edgesam", "--size", "128"]) == 1
    assert (
        "the encoder takes no photo of 128×128: inputs image 1×3×64×64" in capsys.readouterr().err
    )
    assert not (tmp_path / "bundle").exists()


def test_programs_run_in_a_process_of_its_own_that_is_stopped_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = saved("mobilesam", tmp_path)
    before = sorted(tmp_path.iterdir())
    words += ["--layout", "mobilesam", "--size", str(SIDE), "--output", str(tmp_path / "bundle")]
    assert in_a_child(words) == 0
    assert capsys.readouterr().out == f"written: {tmp_path / 'bundle'}\n"
    endless_loop(tmp_path / "decoder.onnx")
    assert in_a_child([*words, "--overwrite", "--limit", "6"]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert said == "squeezesam-import: bundle: took longer than 6 s over one step and was stopped"
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "bundle"])
    assert ModelBundle(tmp_path / "bundle").name  # the earlier one


@pytest.mark.parametrize("role", ["encoder", "decoder"])
@pytest.mark.parametrize("kind", ["sparse", "a folder", "a pipe"])
def test_a_file_that_cannot_be_one_is_refused_before_it_is_read(
    role: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = saved("sam", tmp_path)
    place = tmp_path / f"{role}.onnx"
    if kind == "sparse":
        with place.open("r+b") as file:
            file.truncate(20 << 30)
    else:
        place.unlink()
        (Path.mkdir if kind == "a folder" else os.mkfifo)(place)
    code = main([*words, "--layout", "sam", "--size", str(SIDE), "--output", str(tmp_path / "b")])
    (line,) = capsys.readouterr().err.splitlines()
    assert code == 1
    assert "no ONNX file" in line


@pytest.mark.parametrize("role", ["encoder", "decoder"])
def test_an_output_that_is_no_tensor_is_a_sentence(
    role: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, place = saved("sam", tmp_path), tmp_path / f"{role}.onnx"
    model = onnx.load(place)
    for output in list(model.graph.output):
        for node in model.graph.node:
            node.output[:] = ["inner" if name == output.name else name for name in node.output]
            node.input[:] = ["inner" if name == output.name else name for name in node.input]
        model.graph.node.append(
            onnx.helper.make_node("SequenceConstruct", ["inner"], [output.name])
        )
        model.graph.output.remove(output)
        model.graph.output.append(
            onnx.helper.make_tensor_sequence_value_info(output.name, onnx.TensorProto.FLOAT, None)
        )
        break
    onnx.save(model, place)
    assert main([*words, "--layout", "sam", "--size", str(SIDE), "--output", str(tmp_path / "b")])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("squeezesam-import: ")
    assert not (tmp_path / "b").exists()
