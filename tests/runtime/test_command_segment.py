"""`squeezesam segment`, as a person types it: results, complaints and exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracle import Expected
from photo_files import encoded, save_scene, scene, with_orientation
from PIL import Image
from squeezesam.cli import main

THING = (32, 48, 96, 128)
OTHER = (160, 64, 224, 112)


class Typed:
    """What came of one command line."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def typed(bundle: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs `squeezesam segment … --bundle tiny --output out` in this process."""

    def run(*words: object, output: object = tmp_path / "out", model: object = bundle) -> Typed:
        options = ["--bundle", model, "--output", output, "--threads", 1]
        try:
            code = main([str(word) for word in ("segment", *words, *options)])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        captured = capfd.readouterr()
        return Typed(code, captured.out, captured.err)

    return run


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return save_scene(tmp_path / "photo.png", THING, OTHER)


def png(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def one_sentence(result: Typed, *parts: str) -> None:
    """Exactly one line on stderr, no traceback, and it says what it should."""
    assert result.err.startswith("squeezesam")
    assert result.err.count("\n") == 1, result.err
    for part in parts:
        assert part in result.err


def test_without_a_prompt_the_automatic_mask_is_written(
    typed: Any, photo: Path, tmp_path: Path
) -> None:
    result = typed(photo)
    assert (result.code, result.err) == (0, "")
    assert os.listdir(tmp_path / "out") == ["photo-mask.png"]
    assert Expected(scene(things=(THING, OTHER))).agrees_with(
        png(tmp_path / "out" / "photo-mask.png") == 255
    )
    (line,) = result.out.splitlines()
    assert str(photo) in line
    assert "256×192, automatic, score 0.90" in line
    assert "photo-mask.png" in line


def test_clicks_and_box_are_used(typed: Any, photo: Path, tmp_path: Path) -> None:
    result = typed(
        photo, "--box", "140,40,250,150", "--point", "190,80", "--point", "180.5,90",
        "--negative", "200,100", "--format", "mask,json",
    )  # fmt: skip
    assert (result.code, result.err) == (0, "")
    told = json.loads((tmp_path / "out" / "photo-result.json").read_text())
    assert [p["type"] for p in told["prompts"]] == ["box", "foreground", "foreground", "background"]
    assert told["automatic"] is False
    assert told["photo"] == str(photo)
    expected = Expected(
        scene(things=(THING, OTHER)), box=(140, 40, 250, 150), negative=[(200, 100)]
    )
    assert expected.agrees_with(png(tmp_path / "out" / "photo-mask.png") == 255)


def test_formats_repeat_and_list(typed: Any, photo: Path, tmp_path: Path) -> None:
    words = ["--format", "mask,cutout", "--format", "overlay", "--format", "contour,rle,json,mask"]
    assert typed(photo, *words).code == 0
    assert sorted(os.listdir(tmp_path / "out")) == [
        "photo-contour.svg",
        "photo-cutout.png",
        "photo-mask.png",
        "photo-overlay.png",
        "photo-result.json",
        "photo-rle.json",
    ]
    assert png(tmp_path / "out" / "photo-cutout.png").shape == (192, 256, 4)


def test_crop_candidate_and_tidying_reach_the_mask(typed: Any, photo: Path, tmp_path: Path) -> None:
    words = ["--largest-component", "--fill-holes", "50", "--crop", "--format", "cutout"]
    assert typed(photo, *words).code == 0
    height, width = png(tmp_path / "out" / "photo-cutout.png").shape[:2]
    assert 80 <= height < 100
    assert 64 <= width < 84
    result = typed(photo, "--candidate", "2", "--format", "mask")
    assert result.code == 0
    assert (png(tmp_path / "out" / "photo-mask.png") == 255).all()
    again = typed(photo, "--candidate", "best", "--overwrite")
    assert again.code == 0
    assert not (png(tmp_path / "out" / "photo-mask.png") == 255).all()


def test_timings_print_every_stage(typed: Any, photo: Path) -> None:
    lines = typed(photo, "--timings").out.splitlines()
    assert len(lines) == 2
    for stage in ("decode", "open", "saliency", "clicks", "planes", "segmenter", "mask", "total"):
        assert f"{stage} " in lines[1]


def test_a_folder_means_the_photos_in_it(typed: Any, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "b.jpg", ".hidden.png"):
        save_scene(folder / name, THING)
    (folder / "notes.txt").write_text("not a photo")
    result = typed(folder)
    assert (result.code, result.err) == (0, "")
    assert sorted(os.listdir(tmp_path / "out")) == ["a-mask.png", "b-mask.png"]
    (tmp_path / "empty").mkdir()
    result = typed(tmp_path / "empty")
    assert result.code == 1
    one_sentence(result, "there is no photo in this folder")


def test_one_bad_photo_does_not_stop_the_others(typed: Any, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "c.png"):
        save_scene(folder / name, THING)
    (folder / "b.jpg").write_text("I am a text")
    result = typed(folder, tmp_path / "missing.jpg")
    assert result.code == 1
    assert sorted(os.listdir(tmp_path / "out")) == ["a-mask.png", "c-mask.png"]
    lines = result.err.splitlines()
    assert len(lines) == 2
    assert "b.jpg: not a photo" in lines[0]
    assert "missing.jpg: no such file" in lines[1]


def test_two_photos_of_one_name_do_not_replace_each_other(typed: Any, tmp_path: Path) -> None:
    save_scene(tmp_path / "x.png", THING)
    save_scene(tmp_path / "x.jpg", OTHER)
    result = typed(tmp_path / "x.png", tmp_path / "x.jpg", "--overwrite")
    assert result.code == 1
    one_sentence(result, "x.jpg: its result would replace that of", "x.png")
    assert png(tmp_path / "out" / "x-mask.png")[80, 60] == 255


BAD_FILES = {
    "truncated.jpg": (encoded(scene(things=(THING,)), "jpeg")[:-60], "is truncated"),
    "half.png": (encoded(scene(things=(THING,)), "png")[:200], "is truncated"),
    "text.jpg": (b"Dear diary,\n", "not a photo that squeezesam can read"),
    "empty.jpg": (b"", "the file is empty"),
    "animation.gif": (encoded(scene(), "gif"), "GIF pictures are not supported"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_whole_photo_gets_one_sentence(
    typed: Any, tmp_path: Path, name: str
) -> None:
    content, sentence = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    result = typed(tmp_path / name)
    assert (result.code, result.out) == (1, "")
    one_sentence(result, f"{tmp_path / name}: ", sentence)
    assert os.listdir(tmp_path / "out") == []


def test_unusual_photos_give_the_right_picture(typed: Any, tmp_path: Path) -> None:
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
        result = typed(path)
        assert (result.code, result.err) == (0, "")
        mask = png(tmp_path / "out" / f"{path.stem}-mask.png") == 255
        assert (mask != Expected(rgb).mask).sum() <= 20, name


def test_a_1x1_and_a_20000x10_photo_get_masks_of_their_size(typed: Any, tmp_path: Path) -> None:
    dot = tmp_path / "dot.png"
    dot.write_bytes(encoded(scene(1, 1, ((0, 0, 1, 1),)), "png"))
    result = typed(dot)
    assert result.code == 1
    one_sentence(result, "dot.png: nothing stands out", "click or a box")
    assert typed(dot, "--point", "0,0").code == 0
    assert png(tmp_path / "out" / "dot-mask.png").tolist() == [[255]]
    strip = tmp_path / "strip.png"
    strip.write_bytes(encoded(scene(20000, 10, ((5000, 0, 12000, 10),)), "png"))
    result = typed(strip, "--point", "6000,5", "--format", "mask,cutout,overlay,contour,rle,json")
    assert (result.code, result.err) == (0, "")
    mask = png(tmp_path / "out" / "strip-mask.png")
    assert mask.shape == (10, 20000)
    assert (mask[:, 6000:11000] == 255).all()
    assert (mask[:, :4000] == 0).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_exif_orientation_gives_an_upright_mask(
    typed: Any, tmp_path: Path, orientation: int
) -> None:
    upright = scene(240, 160, ((40, 24, 120, 72),))
    path = tmp_path / "turned.jpg"
    path.write_bytes(with_orientation(upright, orientation, quality=98, subsampling=0))
    result = typed(path, "--box", "20,10,140,90")
    assert (result.code, result.err) == (0, "")
    mask = png(tmp_path / "out" / "turned-mask.png") == 255
    assert (mask != Expected(upright, box=(20, 10, 140, 90)).mask).sum() < 40


def test_a_click_outside_the_photo_is_a_failure_that_names_both(typed: Any, photo: Path) -> None:
    for words in (["--point", "256,10"], ["--negative", "-3,10"], ["--point=-3.5,1"]):
        result = typed(photo, *words)
        assert result.code == 1
        one_sentence(result, "photo.png: ", words[-1].split("=")[-1].split(",")[0], "256", "192")
    assert not list(photo.parent.glob("out/*"))


def test_a_box_wholly_outside_the_photo_is_a_failure(typed: Any, photo: Path) -> None:
    result = typed(photo, "--box", "300,10,400,90")
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
        (["--fill-holes", "-4"], "--fill-holes"),
        (["--threads", "0"], "not a whole number from 1 up"),
        (["--engine", "abacus"], "abacus"),
        (["--colour", "red"], "--colour"),
    ],
)
def test_a_senseless_command_line_is_exit_code_2(
    typed: Any, photo: Path, words: list[str], sentence: str
) -> None:
    result = typed(*words, photo)
    assert (result.code, result.out) == (2, "")
    one_sentence(result, sentence, "--help")
    assert not (photo.parent / "out").exists()


def test_a_candidate_that_the_bundle_lacks_is_a_failure(typed: Any, photo: Path) -> None:
    result = typed(photo, "--candidate", "9")
    assert result.code == 1
    one_sentence(result, "photo.png: ", "candidate")


def test_results_that_exist_are_kept_without_overwrite(
    typed: Any, photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()  # a target folder that exists is simply used
    (out / "photo-cutout.png").write_text("precious")
    result = typed(photo, "--format", "mask,cutout")
    assert result.code == 1
    one_sentence(result, "photo-cutout.png: exists already", "--overwrite")
    assert (out / "photo-cutout.png").read_text() == "precious"
    assert os.listdir(out) == ["photo-cutout.png"]
    assert typed(photo, "--format", "mask,cutout", "--overwrite").code == 0
    assert png(out / "photo-cutout.png").shape == (192, 256, 4)


def test_a_target_folder_that_is_a_file_or_takes_no_files_is_a_failure(
    typed: Any, photo: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("precious")
    for place in (file, file / "below"):
        result = typed(photo, output=place)
        assert result.code == 1
        one_sentence(result, f"{place}: is a file")
    for place in ("/proc/squeezesam", "/proc"):
        result = typed(photo, output=place)
        assert result.code == 1
        one_sentence(result, "cannot be written")
    assert file.read_text() == "precious"
    result = typed(photo, output="a\0b")
    assert result.code == 1
    one_sentence(result, "cannot be written")


def test_a_folder_where_the_result_should_be_is_a_failure(
    typed: Any, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "out" / "photo-mask.png").mkdir(parents=True)
    result = typed(photo, "--overwrite")
    assert result.code == 1
    one_sentence(result, "photo-mask.png: is a folder")


def _flip(folder: Path) -> None:
    path = folder / "segmenter.onnx"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)


def _edit(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **changes}))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_flip, "segmenter.onnx"),
        (lambda folder: (folder / "saliency.onnx").unlink(), "saliency.onnx"),
        (lambda folder: _edit(folder, schema_version=7), "newer squeezesam-export"),
        (lambda folder: _edit(folder, target="coreml"), "Swift package"),
        (lambda folder: _edit(folder, programs={}), "segmenter"),
        (lambda folder: (folder / "manifest.json").unlink(), "manifest.json"),
        (shutil.rmtree, "copy"),
    ],
)
def test_a_bundle_that_must_not_be_used_is_a_failure(
    typed: Any, photo: Path, bundle: Path, tmp_path: Path, spoil: Any, sentence: str
) -> None:
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    spoil(copy)
    result = typed(photo, model=copy)
    assert (result.code, result.out) == (1, "")
    one_sentence(result, sentence)
    assert not (tmp_path / "out").exists()


def test_an_engine_for_another_target_is_a_failure(typed: Any, photo: Path) -> None:
    result = typed(photo, "--engine", "executorch")
    assert result.code == 1
    one_sentence(result, "executes executorch bundles")


def run(*words: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own, as a shell starts it."""
    return subprocess.run(
        [sys.executable, "-m", "squeezesam", *map(str, words)],
        capture_output=True,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


def test_as_a_process_it_works_without_terminal_and_in_the_c_locale(
    bundle: Path, tmp_path: Path
) -> None:
    photo = save_scene(tmp_path / "größe.png", THING)
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/odd\xff.png"))
    shutil.copy(photo, odd)
    words = ["--bundle", bundle, "--output", tmp_path / "out", "--format", "mask,json"]
    done = run("segment", photo, odd, *words, LC_ALL="C", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"automatic") == 2
    assert len(os.listdir(tmp_path / "out")) == 4


def test_as_a_process_a_failure_is_one_line_and_its_exit_code(bundle: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(encoded(scene(things=(THING,)), "jpeg")[:-60])
    done = run("segment", cut, "--bundle", bundle, "--output", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.decode() == (
        f"squeezesam: {cut}: the JPEG file is truncated; part of the photo is missing\n"
    )
    done = run("segment", cut, "--box", "9,9,1,1")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1


def test_as_a_process_a_closed_pipe_is_no_traceback(bundle: Path, tmp_path: Path) -> None:
    photo = save_scene(tmp_path / "photo.png", THING)
    command = [sys.executable, "-m", "squeezesam", "segment", photo, "--bundle", bundle]
    command += ["--output", tmp_path / "out"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        list(map(str, command)), stdout=writer, stderr=subprocess.PIPE, timeout=60
    )
    os.close(writer)
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_help_explains_formats_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["segment", "--help"])
    assert leaving.value.code == 0
    text = capsys.readouterr().out
    for word in ("cutout", "COCO", "--negative", "Exit codes", "examples:"):
        assert word in text
