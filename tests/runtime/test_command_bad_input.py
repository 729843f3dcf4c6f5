"""Each kind of bad input to `segment` and `remove` gets one sentence and the right exit code."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import one_sentence, png
from photo_files import encoded, save_scene, scene, with_orientation
from PIL import Image
from squeezesam.cli import main
from tiny_oracle import Expected

THING = (32, 48, 96, 128)


OTHER = (160, 64, 224, 112)


def test_one_bad_photo_does_not_stop_the_others(segment: Any, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "c.png"):
        save_scene(folder / name, THING)
    (folder / "b.jpg").write_text("I am a text")
    result = segment(folder, tmp_path / "missing.jpg")
    assert result.code == 1
    assert sorted(os.listdir(tmp_path / "out")) == ["a-mask.png", "c-mask.png"]
    lines = result.err.splitlines()
    assert len(lines) == 2
    assert "b.jpg: not a photo" in lines[0]
    assert "missing.jpg: no such file" in lines[1]


BAD_FILES = {
    "truncated.jpg": (encoded(scene(things=(THING,)), "jpeg")[:-60], "is truncated"),
    "half.png": (encoded(scene(things=(THING,)), "png")[:200], "is truncated"),
    "text.jpg": (b"Dear diary,\n", "not a photo that squeezesam can read"),
    "empty.jpg": (b"", "the file is empty"),
    "animation.gif": (encoded(scene(), "gif"), "GIF pictures are not supported"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_whole_photo_gets_one_sentence(
    segment: Any, tmp_path: Path, name: str
) -> None:
    content, sentence = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    result = segment(tmp_path / name)
    assert (result.code, result.out) == (1, "")
    one_sentence(result, f"{tmp_path / name}: ", sentence)
    assert os.listdir(tmp_path / "out") == []


def test_unusual_photos_give_the_right_picture(segment: Any, tmp_path: Path) -> None:
    """CMYK, 16-bit, grey: the same scene, hence (but for JPEG's noise) the same mask."""
    rgb = scene(things=(THING,))
    grey16 = Image.fromarray(rgb[..., 0].astype(np.uint16) * 257)
    ink = np.dstack([np.zeros_like(rgb), 255 - rgb[..., 0]])
    cmyk = Image.frombytes("CMYK", (256, 192), ink.tobytes())
    files = {
        "cmyk.jpg": encoded(cmyk, "jpeg", quality=97),
        "sixteen.png": encoded(grey16, "png"),
        "grey.png": encoded(rgb[..., 0], "png"),
        "grey.jpg": encoded(rgb[..., 0], "jpeg", quality=97),
    }
    for number, (name, content) in enumerate(files.items()):
        path = tmp_path / f"{number}{name}"
        path.write_bytes(content)
        result = segment(path)
        assert (result.code, result.err) == (0, "")
        mask = png(tmp_path / "out" / f"{path.stem}-mask.png") == 255
        assert (mask != Expected(rgb).mask).sum() <= 20, name


def test_a_1x1_and_a_20000x10_photo_get_masks_of_their_size(segment: Any, tmp_path: Path) -> None:
    dot = tmp_path / "dot.png"
    dot.write_bytes(encoded(scene(1, 1, ((0, 0, 1, 1),)), "png"))
    result = segment(dot)
    assert result.code == 1
    one_sentence(result, "dot.png: nothing stands out", "click or a box")
    assert segment(dot, "--point", "0,0").code == 0
    assert png(tmp_path / "out" / "dot-mask.png").tolist() == [[255]]
    strip = tmp_path / "strip.png"
    strip.write_bytes(encoded(scene(20000, 10, ((5000, 0, 12000, 10),)), "png"))
    result = segment(strip, "--point", "6000,5", "--format", "mask,cutout,overlay,contour,rle,json")
    assert (result.code, result.err) == (0, "")
    mask = png(tmp_path / "out" / "strip-mask.png")
    assert mask.shape == (10, 20000)
    assert (mask[:, 6000:11000] == 255).all()
    assert (mask[:, :4000] == 0).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_exif_orientation_gives_an_upright_mask(
    segment: Any, tmp_path: Path, orientation: int
) -> None:
    upright = scene(240, 160, ((40, 24, 120, 72),))
    path = tmp_path / "turned.jpg"
    path.write_bytes(with_orientation(upright, orientation, quality=98, subsampling=0))
    result = segment(path, "--box", "20,10,140,90")
    assert (result.code, result.err) == (0, "")
    mask = png(tmp_path / "out" / "turned-mask.png") == 255
    assert (mask != Expected(upright, box=(20, 10, 140, 90)).mask).sum() < 40


def test_a_click_outside_the_photo_is_a_failure_that_names_both(segment: Any, photo: Path) -> None:
    for words in (["--point", "256,10"], ["--negative", "-3,10"], ["--point=-3.5,1"]):
        result = segment(photo, *words)
        assert result.code == 1
        one_sentence(result, "photo.png: ", words[-1].split("=")[-1].split(",")[0], "256", "192")
    assert not list(photo.parent.glob("out/*"))


def test_a_box_wholly_outside_the_photo_is_a_failure(segment: Any, photo: Path) -> None:
    result = segment(photo, "--box", "300,10,400,90")
    assert result.code == 1
    one_sentence(result, "photo.png: ", "256")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--box", "50,20,10,60"], "empty or inverted"),
        (["--box", "10,20,10,60"], "empty or inverted"),
        (["--box", "10,20,30"], "not of the form X0,Y0,X1,Y1"),
        (["--point", "10"], "not of the form X,Y"),
        (["--point", "a,b"], "not of the form X,Y"),
        (["--point", "nan,3"], "not of the form X,Y"),
        (["--negative", "1,2,3"], "not of the form X,Y"),
        (["--format", "video"], "there is no format 'video'"),
        (["--format", "mask,"], "there is no format ''"),
        (["--candidate", "worst"], "neither a number nor best"),
        (["--max-hole-area", "-4"], "--max-hole-area"),
        (["--random-clicks", "dice"], "not a whole number from 0 up"),
        (["--threads", "0"], "not a whole number from 1 up"),
        (["--engine", "abacus"], "abacus"),
        (["--colour", "red"], "--colour"),
    ],
)
def test_a_senseless_command_line_is_exit_code_2(
    segment: Any, photo: Path, words: list[str], sentence: str
) -> None:
    result = segment(*words, photo)
    assert (result.code, result.out) == (2, "")
    one_sentence(result, sentence, "--help")
    assert not (photo.parent / "out").exists()


def test_a_candidate_that_the_bundle_lacks_is_a_failure(segment: Any, photo: Path) -> None:
    result = segment(photo, "--candidate", "9")
    assert result.code == 1
    one_sentence(result, "photo.png: ", "candidate")


def test_results_that_exist_are_kept_without_overwrite(
    segment: Any, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()  # a target folder that exists is simply used
    (out / "photo-cutout.png").write_text("precious")
    result = segment(photo, "--format", "mask,cutout")
    assert result.code == 1
    one_sentence(result, "photo-cutout.png: exists already", "--overwrite")
    assert (out / "photo-cutout.png").read_text() == "precious"
    assert os.listdir(out) == ["photo-cutout.png"]
    assert segment(photo, "--format", "mask,cutout", "--overwrite").code == 0
    assert png(out / "photo-cutout.png").shape == (192, 256, 4)


def test_a_target_folder_that_is_a_file_or_takes_no_files_is_a_failure(
    segment: Any, photo: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("precious")
    for place in (file, file / "below"):
        result = segment(photo, output=place)
        assert result.code == 1
        one_sentence(result, f"{place}: is a file")
    for place in ("/proc/squeezesam", "/proc"):
        result = segment(photo, output=place)
        assert result.code == 1
        one_sentence(result, "cannot be written")
    assert file.read_text() == "precious"
    result = segment(photo, output="a\0b")
    assert result.code == 1
    one_sentence(result, "cannot be written")


def test_a_folder_where_the_result_should_be_is_a_failure(
    segment: Any, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "out" / "photo-mask.png").mkdir(parents=True)
    result = segment(photo, "--overwrite")
    assert result.code == 1
    one_sentence(result, "photo-mask.png: is a folder")


def _flip(folder: Path) -> None:
    path = folder / "segment.onnx"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)


def _edit(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **changes}))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_flip, "segment.onnx"),
        (lambda folder: (folder / "heat.onnx").unlink(), "heat.onnx"),
        (lambda folder: _edit(folder, schema_version=7), "newer squeezesam-export"),
        (lambda folder: _edit(folder, target="coreml"), "Swift package"),
        (lambda folder: _edit(folder, programs={}), "lists 0 programs"),
        (lambda folder: (folder / "manifest.json").unlink(), "manifest.json"),
        (shutil.rmtree, "copy"),
    ],
)
def test_a_bundle_that_must_not_be_used_is_a_failure(
    segment: Any, photo: Path, bundle: Path, tmp_path: Path, spoil: Any, sentence: str
) -> None:
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    spoil(copy)
    result = segment(photo, model=copy)
    assert (result.code, result.out) == (1, "")
    one_sentence(result, sentence)
    assert not (tmp_path / "out").exists()


def test_an_engine_for_another_target_is_a_failure(segment: Any, photo: Path) -> None:
    result = segment(photo, "--engine", "executorch")
    assert result.code == 1
    one_sentence(result, "executes executorch bundles")


def test_a_link_to_what_contains_the_folder_is_named_and_not_followed(
    bundle: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A stranger's folder could make everything on the machine part of it."""
    album, out = tmp_path / "album", tmp_path / "out"
    (album / "2026").mkdir(parents=True)
    save_scene(album / "a.png", THING)
    (album / ".hidden").mkdir()
    (album / "all").symlink_to("/")
    (album / "2026" / "up").symlink_to(tmp_path)
    (album / "2026" / "here").symlink_to(album)
    assert main(["remove", str(album), str(out), "--bundle", str(bundle)]) == 1
    assert os.listdir(out) == ["a.png"]
    said = capfd.readouterr()
    assert said.out == "3 photos: 1 cut out, 2 skipped; left aside: no photos: 1\n"
    lines = said.err.splitlines()
    assert [line.split(": ")[1] for line in lines] == [str(album / "all"), str(album / "2026/up")]
    assert all("leads to a folder that contains this one" in line for line in lines)


def test_standard_input_without_an_end_ends(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("squeezesam.photo.LARGEST_FILE", 1 << 20)
    with Path("/dev/zero").open() as endless:
        monkeypatch.setattr(sys, "stdin", endless)
        assert main(["remove", "-", str(tmp_path / "out.png"), "--bundle", str(bundle)]) == 1
    said = capfd.readouterr().err
    assert said.startswith("squeezesam: standard input gives more than")
    assert said.count("\n") == 1
    assert not (tmp_path / "out.png").exists()
