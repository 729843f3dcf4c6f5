"""`squeezesam segment`, as a person types it."""

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
from command_line import one_sentence, png
from photo_files import encoded, save_scene, scene
from squeezesam.cli import main
from tiny_oracle import Expected

from checks.stops import MOST, photo_stops, stops

THING = (32, 48, 96, 128)


OTHER = (160, 64, 224, 112)


def test_without_a_prompt_the_automatic_mask_is_written(
    segment: Any, photo: Path, tmp_path: Path
) -> None:
    result = segment(photo)
    assert (result.code, result.err) == (0, "")
    assert os.listdir(tmp_path / "out") == ["photo-mask.png"]
    assert Expected(scene(things=(THING, OTHER))).agrees_with(
        png(tmp_path / "out" / "photo-mask.png") == 255
    )
    (line,) = result.out.splitlines()
    assert str(photo) in line
    assert "256×192, automatic, score 0.90" in line
    assert "photo-mask.png" in line


def test_clicks_and_box_are_used(segment: Any, photo: Path, tmp_path: Path) -> None:
    result = segment(
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


def test_formats_repeat_and_list(segment: Any, photo: Path, tmp_path: Path) -> None:
    words = ["--format", "mask,cutout", "--format", "overlay", "--format", "contour,rle,json,mask"]
    assert segment(photo, *words).code == 0
    assert sorted(os.listdir(tmp_path / "out")) == [
        "photo-contour.svg",
        "photo-cutout.png",
        "photo-mask.png",
        "photo-overlay.png",
        "photo-result.json",
        "photo-rle.json",
    ]
    assert png(tmp_path / "out" / "photo-cutout.png").shape == (192, 256, 4)


def test_crop_candidate_and_tidying_count(segment: Any, photo: Path, tmp_path: Path) -> None:
    words = ["--keep-largest", "--max-hole-area", "50", "--crop", "--format", "cutout"]
    assert segment(photo, *words).code == 0
    height, width = png(tmp_path / "out" / "photo-cutout.png").shape[:2]
    assert 80 <= height < 100
    assert 64 <= width < 84
    result = segment(photo, "--candidate", "2", "--format", "mask")
    assert result.code == 0
    assert (png(tmp_path / "out" / "photo-mask.png") == 255).all()
    again = segment(photo, "--candidate", "best", "--overwrite")
    assert again.code == 0
    assert not (png(tmp_path / "out" / "photo-mask.png") == 255).all()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--hard"],
        ["--crop", "--margin", "5%"],
        ["--background", "#20a040"],
        ["--hard", "--crop", "--margin", "3", "--background", "white"],
        ["--keep-largest", "--max-hole-area", "9", "--refine"],
    ],
)
def test_the_cut_out_is_that_of_remove_with_the_same_options(
    segment: Any, bundle: Path, photo: Path, tmp_path: Path, words: list[str]
) -> None:
    target = tmp_path / "removed.png"
    command = ["remove", str(photo), str(target), "--bundle", str(bundle), "--threads", "1", *words]
    assert main(command) == 0
    assert segment(photo, "--format", "cutout", *words).code == 0
    np.testing.assert_array_equal(png(tmp_path / "out" / "photo-cutout.png"), png(target))


def test_a_photo_behind_the_object_covers_the_cut_out(
    segment: Any, photo: Path, tmp_path: Path
) -> None:
    backdrop = save_scene(tmp_path / "white.png", (0, 0, 256, 192))
    words = ["--hard", "--background", backdrop, "--format", "cutout,mask"]
    assert segment(photo, *words).code == 0
    cut, mask = (png(tmp_path / "out" / f"photo-{form}.png") for form in ("cutout", "mask"))
    assert cut.shape == (192, 256, 3)
    assert (cut[mask == 0] == 255).all()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--crop"], "--crop is for cut-outs; add --format cutout"),
        (["--hard", "--format", "mask,overlay"], "--hard is for cut-outs"),
        (["--background", "white"], "--background is for cut-outs"),
        (["--margin", "3", "--format", "cutout"], "--margin goes with --crop"),
        (["--background", "no such", "--format", "cutout"], "neither a colour nor a file"),
    ],
)
def test_a_look_without_a_cut_out_makes_no_sense(
    segment: Any, photo: Path, tmp_path: Path, words: list[str], sentence: str
) -> None:
    said = segment(photo, *words)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert sentence in said.err
    assert not (tmp_path / "out").exists()


def test_refining_moves_the_edge_to_that_of_the_photo(
    segment: Any, photo: Path, tmp_path: Path
) -> None:
    assert segment(photo, "--point", "60,80").code == 0
    plain = png(tmp_path / "out" / "photo-mask.png")
    assert segment(photo, "--point", "60,80", "--refine", "--overwrite").code == 0
    refined = png(tmp_path / "out" / "photo-mask.png")
    assert refined.shape == plain.shape
    assert 0 < (refined != plain).mean() < 0.2


def test_timings_print_every_stage(segment: Any, photo: Path) -> None:
    lines = segment(photo, "--timings").out.splitlines()
    assert len(lines) == 2
    for stage in ("decode", "open", "clicks", "prompts", "mask", "total", "heat", "segment"):
        assert f"{stage} " in lines[1]


def test_as_json_each_photo_is_one_object_on_a_line(segment: Any, photo: Path) -> None:
    text = photo.with_name("text.jpg")
    text.write_text("Dear diary")
    result = segment(photo, text, "--json", "--format", "mask,cutout")
    assert result.code == 1
    one_sentence(result, "text.jpg: not a photo")
    done, failed = map(json.loads, result.out.splitlines())
    assert done["photo"] == str(photo)
    assert done["score"] == pytest.approx(0.9, abs=1e-5)
    assert [Path(path).name for path in done["files"].values()] == [
        "photo-mask.png",
        "photo-cutout.png",
    ]
    assert set(done) >= {"bounds", "area", "prompts", "timings_ms", "candidates"}
    assert failed == {"photo": str(text), "error": result.err.strip().split(": ", 1)[1]}


def test_a_folder_means_the_photos_in_it(segment: Any, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "b.jpg", ".hidden.png"):
        save_scene(folder / name, THING)
    (folder / "notes.txt").write_text("not a photo")
    result = segment(folder)
    assert (result.code, result.err) == (0, "")
    assert sorted(os.listdir(tmp_path / "out")) == ["a-mask.png", "b-mask.png"]
    (tmp_path / "empty").mkdir()
    result = segment(tmp_path / "empty")
    assert result.code == 1
    one_sentence(result, "there is no photo in this folder")


def test_two_photos_of_one_name_do_not_replace_each_other(segment: Any, tmp_path: Path) -> None:
    save_scene(tmp_path / "x.png", THING)
    save_scene(tmp_path / "x.jpg", OTHER)
    result = segment(tmp_path / "x.png", tmp_path / "x.jpg", "--overwrite")
    assert result.code == 1
    one_sentence(result, "x.jpg: its result would replace that of", "x.png")
    assert png(tmp_path / "out" / "x-mask.png")[80, 60] == 255


def test_a_photo_is_never_replaced_by_a_result(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Masks beside their photos are the usual layout of data sets."""
    save_scene(tmp_path / "a.png", THING)
    (tmp_path / "x").mkdir()
    for command, name in {"segment": "a-mask.png", "everything": "a-everything.json"}.items():
        before = encoded(scene(things=(OTHER,)), "png")
        (tmp_path / name).write_bytes(before)
        photos = [tmp_path] if command == "segment" else [tmp_path / "a.png", tmp_path / name]
        output = ["--output", tmp_path / "x" / "..", "--overwrite", "--bundle", bundle]
        assert main([str(word) for word in (command, *photos, *output)]) == 1
        assert "its result would replace the photo" in capsys.readouterr().err
        assert (tmp_path / name).read_bytes() == before


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


def test_a_photo_passes_at_most_ten_files_from_the_command_to_its_cut_out(
    photo: Path, bundle: Path, tmp_path: Path
) -> None:
    found = photo_stops(photo, bundle, tmp_path / "out")
    assert (tmp_path / "out" / "photo-cutout.png").is_file()
    assert "python_bindings/squeezesam/cli/interruptible.py" in found
    assert len(found) <= MOST["photo"], found


def test_a_function_that_gives_other_things_back_is_no_stop() -> None:
    from squeezesam.formats import check_format

    def run() -> None:
        check_format("mask", Path("a.png"))

    assert stops(run, lambda value: value == ".png") == ["python_bindings/squeezesam/formats.py"]
    assert stops(run, lambda value: value == ".jpg") == []
