"""`squeezesam remove`, as a person types it."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from command_line import Typed, one_sentence, png
from photo_files import encoded, save_scene, scene
from PIL import Image
from squeezesam.cli import main
from squeezesam.formats import is_result
from tiny_oracle import Expected

THING = (32, 48, 96, 128)


@pytest.fixture
def remove(bundle: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs `squeezesam remove … --bundle tiny` in this process."""

    def run(*words: object) -> Typed:
        try:
            code = main([str(word) for word in ("remove", *words, "--bundle", bundle)])
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        captured = capfd.readouterr()
        return Typed(code, captured.out, captured.err)

    return run


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Two photos in two folders, and what else lies in people's folders."""
    folder = tmp_path / "album"
    (folder / "2026" / "june").mkdir(parents=True)
    save_scene(folder / "a.png", THING)
    save_scene(folder / "2026" / "june" / "b.jpg", THING)
    (folder / "notes.txt").write_text("not a photo")
    (folder / ".hidden.png").write_bytes((folder / "a.png").read_bytes())
    return folder


def process(*words: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "squeezesam", "remove", *map(str, words)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False, **options)


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_one_photo_in_one_cut_out_out(remove: Any, photo: Path, tmp_path: Path) -> None:
    result = remove(photo, tmp_path / "out.png")
    assert (result.code, result.err) == (0, "")
    assert result.out == f"{photo} -> {tmp_path / 'out.png'}\n"
    cut = png(tmp_path / "out.png")
    assert cut.shape == (192, 256, 4)
    mask = Expected(scene(things=(THING, (160, 64, 224, 112)))).mask.astype(np.uint8)
    # Soft only in a band round the contour, of a hundredth of the longer side.
    reach = np.ones((7, 7), np.uint8)
    assert (cut[..., 3][cv2.erode(mask, reach) > 0] == 255).all()
    assert (cut[..., 3][cv2.dilate(mask, reach) == 0] == 0).all()


def test_an_existing_folder_as_out_gets_the_photos_name(
    remove: Any, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    assert remove(photo, tmp_path / "there").code == 0
    assert files(tmp_path / "there") == ["photo.png"]


def test_hard_edges_crop_margin_and_background_count(remove: Any, tmp_path: Path) -> None:
    photo = save_scene(tmp_path / "one.png", THING)
    assert remove(photo, tmp_path / "hard.png", "--hard", "--crop").code == 0
    hard = png(tmp_path / "hard.png")
    assert set(np.unique(hard[..., 3])) <= {0, 255}
    assert remove(photo, tmp_path / "wide.png", "--hard", "--crop", "--margin", 7).code == 0
    wide = png(tmp_path / "wide.png")
    assert [w - h for w, h in zip(wide.shape, hard.shape, strict=True)] == [14, 14, 0]
    assert (wide[7:-7, 7:-7] == hard).all()
    words = ["--hard", "--crop", "--margin", "50%"]
    assert remove(photo, tmp_path / "half.png", *words).code == 0
    half = png(tmp_path / "half.png")
    assert half.shape[0] - hard.shape[0] == 2 * round(max(hard.shape) / 2)
    words = ["--hard", "--background", "#20a040"]
    assert remove(photo, tmp_path / "green.jpg", *words).code == 0
    green = np.asarray(Image.open(tmp_path / "green.jpg")).astype(int)
    assert np.abs(green[:20] - (32, 160, 64)).max() <= 6
    assert (green[80:100, 50:80] > 240).all()


def test_a_photo_as_background_covers_the_picture(remove: Any, tmp_path: Path) -> None:
    photo = save_scene(tmp_path / "one.png", THING)
    red = np.zeros((40, 400, 3), np.uint8)
    red[:, 150:250] = (200, 0, 0)
    Image.fromarray(red).save(tmp_path / "red.png")
    words = ["--hard", "--background", tmp_path / "red.png"]
    assert remove(photo, tmp_path / "out.png", *words).code == 0
    out = png(tmp_path / "out.png")
    assert out.shape == (192, 256, 3)
    assert (out[:, 30:220][:30] == (200, 0, 0)).all()


def test_standard_input_and_output_carry_the_picture_alone(bundle: Path, photo: Path) -> None:
    done = process("-", "-", "--bundle", bundle, input=photo.read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    assert Image.open(io.BytesIO(done.stdout)).mode == "RGBA"
    done = process("-", "-", "--bundle", bundle, input=b"Dear diary")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"squeezesam: ")
    assert done.stderr.count(b"\n") == 1


def test_a_folder_keeps_its_structure(remove: Any, album: Path, tmp_path: Path) -> None:
    result = remove(album, tmp_path / "out")
    assert (result.code, result.err) == (0, "")
    assert files(tmp_path / "out") == ["2026/june/b.png", "a.png"]
    assert result.out == "2 photos: 2 cut out; left aside: no photos: 2\n"


@pytest.mark.parametrize("place", [".", "out", "../out"])
def test_results_of_an_earlier_run_are_never_taken_for_photos(
    remove: Any, album: Path, place: str
) -> None:
    """Wherever they lie: beside the photos, in a folder among them, or brought back later."""
    (album / "a.png").unlink()
    target = album / place
    assert remove(album, target).code == 0
    before = files(album.parent)
    assert sum(name.endswith("b.png") for name in before) == 1
    again = remove(album, target, "--overwrite")
    assert again.code == 0
    assert again.out.startswith("1 photo: 1 cut out")
    assert files(album.parent) == before
    for name in ("cut.png", "cut.webp", "cut.jpg"):
        words = ["--background", "red"] if name.endswith("jpg") else []
        assert remove(album / "2026/june/b.jpg", album / name, *words).code == 0
    assert "results of earlier runs: " in remove(album, target, "--skip-existing").out


def test_results_of_segment_are_no_photos_either(segment: Any, photo: Path, remove: Any) -> None:
    folder = photo.parent
    for _ in range(2):
        words = ["--format", "mask,cutout,overlay", "--overwrite"]
        assert segment(folder, *words, output=folder).code == 0
    names = ["photo-cutout.png", "photo-mask.png", "photo-overlay.png", "photo.png"]
    assert files(folder) == names
    assert remove(folder, folder / "cut").out.startswith("1 photo: 1 cut out")


def test_existing_results_are_skipped_replaced_or_named(
    remove: Any, album: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert remove(album, out).code == 0
    (out / "a.png").write_text("precious")
    result = remove(album, out)
    assert result.code == 1
    assert result.out.startswith("2 photos: 0 cut out, 2 skipped")
    assert result.err.count("exists already") == 2
    result = remove(album, out, "--skip-existing")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("2 photos: 0 cut out, 2 there already")
    assert (out / "a.png").read_text() == "precious"
    assert remove(album, out, "--overwrite").code == 0
    assert is_result(out / "a.png")


@pytest.mark.parametrize("choice", [[], ["--overwrite"], ["--skip-existing"]])
def test_a_photo_is_never_replaced_by_a_cut_out(
    remove: Any, album: Path, choice: list[str]
) -> None:
    original = (album / "a.png").read_bytes()
    save_scene(album / "a.jpg", THING)
    for target in (album, album / "2026" / ".."):
        result = remove(album, target, *choice)
        assert result.code == 1
        assert result.err.count("a.png; name another folder") == 2
    assert (album / "a.png").read_bytes() == original
    result = remove(album / "a.png", album / "a.png", "--overwrite")
    assert result.code == 1
    one_sentence(result, "is the photo itself")
    assert (album / "a.png").read_bytes() == original


def test_whatever_is_wrong_with_some_photos_the_others_are_done_and_each_is_named(
    remove: Any, tmp_path: Path
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    long = "ä" * 126  # 252 bytes: with .jpg too long for a file, with .tif not yet
    good = save_scene(folder / "good.png", THING)
    kept = save_scene(folder / f"{long[:-1]}.png", THING)
    wrong = {
        "cut.jpg": (encoded(scene(things=(THING,)), "jpeg")[:-60], "truncated"),
        "empty.png": (b"", "empty"),
        "text.jpg": (b"Dear diary", "not a photo"),
        "anim.gif": (encoded(scene(), "gif"), "GIF pictures are not supported"),
        "raw.NEF": (encoded(scene(), "tiff"), ".NEF pictures are not supported"),
        "good.jpg": (good.read_bytes(), "would replace that of"),
        "black.png": (encoded(scene(), "png"), "nothing stands out"),
    }
    for name, (content, _) in wrong.items():
        (folder / name).write_bytes(content)
    (folder / "gone.jpg").symlink_to(folder / "nowhere")
    (folder / "photo-without-suffix").write_bytes(good.read_bytes())
    (out / "photo-without-suffix.png").mkdir(parents=True)
    result = remove(folder, out)
    assert result.code == 1
    # good.jpg comes before good.png: the second of a name is the one that is refused.
    assert files(out) == sorted(["good.png", kept.name])
    lines = result.err.splitlines()
    for name, (_, sentence) in wrong.items():
        name = "good.png" if name == "good.jpg" else name
        assert any(f"/{name}: " in line and sentence in line for line in lines), name
    assert any("photo-without-suffix.png: is a folder" in line for line in lines)
    assert len(lines) == len(wrong) + 1
    assert result.out == "10 photos: 2 cut out, 8 skipped; left aside: no photos: 1\n"


def test_a_name_that_becomes_too_long_is_named_and_the_others_done(
    remove: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    save_scene(folder / "z.png", THING)
    (folder / ("x" * 253)).write_bytes((folder / "z.png").read_bytes())
    result = remove(folder, tmp_path / "out")
    assert result.code == 1
    one_sentence(result, "cannot be written", "too long")
    assert files(tmp_path / "out") == ["z.png"]


def test_an_empty_folder_and_a_missing_photo_get_one_sentence(remove: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = remove(tmp_path / "empty", tmp_path / "out")
    assert result.code == 1
    one_sentence(result, "there is no photo in this folder")
    result = remove(tmp_path / "missing.jpg", tmp_path / "out.png")
    assert result.code == 1
    one_sentence(result, "missing.jpg: no such file")
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["{photo}", "out.gif"], "out.gif: the cut-out is saved as"),
        (["{photo}", "out.jpg"], "--background allows .jpg"),
        (["{photo}", "out"], "the cut-out is saved as"),
        (["{photo}", ""], "an empty argument names nothing"),
        (["", "out.png"], "an empty argument names nothing"),
        (["{photo}"], "OUT"),
        (["{photo}", "out.png", "--margin", "3"], "--margin goes with --crop"),
        (["{photo}", "out.png", "--crop", "--margin", "-3"], "percent"),
        (["{photo}", "out.png", "--crop", "--margin", "9" * 5000], "percent"),
        (["{photo}", "out.png", "--crop", "--margin", "nan%"], "percent"),
        (["{photo}", "out.png", "--background", "reddish"], "neither a colour nor a file"),
        (["{photo}", "out.png", "--background", "#20a04080"], "transparent"),
        (["{photo}", "out.png", "--skip-existing", "--overwrite"], "exclude each other"),
        (["{photo}", "out.png", "--watch"], "--watch is for a folder"),
        (["{folder}", "-"], "do not go to standard output"),
        (["-", "{folder}"], "name the file"),
        (["{photo}", "-", "--overwrite"], "not standard output"),
    ],
)
def test_words_that_do_not_go_together_are_exit_code_2(
    remove: Any, photo: Path, tmp_path: Path, words: list[str], sentence: str
) -> None:
    result = remove(*(word.format(photo=photo, folder=photo.parent) for word in words))
    assert (result.code, result.out) == (2, "")
    one_sentence(result, sentence, "--help")
    assert files(tmp_path) == ["photo.png"]
