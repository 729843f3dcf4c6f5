"""The C++ command `ssam` against the Python command: same masks, same sentences, same exit codes.

Both run ONNX Runtime with one thread.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from command_line import Command, Typed, one_sentence, png, sentence
from photo_files import encoded, save_scene, scene, with_orientation
from PIL import Image
from skimage import data
from tiny_bundle import write_tiny_bundle

THING = (32, 48, 96, 128)


def _views() -> Iterator[tuple[str, bytes, list[str]]]:
    """20 photo files with a prompt each, from photos that come with scikit-image."""
    photos = [data.astronaut(), data.chelsea(), data.coffee(), data.rocket(), data.camera()]
    for index, photo in enumerate(photos):
        rgb = photo if photo.ndim == 3 else np.dstack([photo] * 3)
        part = np.ascontiguousarray(rgb[10 * index : 290, 7 : 397 - 20 * index])
        height, width = part.shape[:2]
        box = ["--box", f"{width * 0.2},{height * 0.1},{width * 0.9},{height * 0.8}"]
        click = ["--point", f"{width // 4},{height // 4}", "--candidate", "0"]
        away = ["--point", f"{width // 2},{height // 2}", "--negative", f"{width // 3}.25,9"]
        yield f"{index}a.jpg", encoded(part, "jpeg", quality=88), []
        yield f"{index}b.jpg", with_orientation(part, 1 + (index + 5) % 8, quality=95), box
        yield f"{index}c.png", encoded(part[::2, ::2], "png"), click
        last = [("L", part[..., 0]), ("CMYK", part), ("RGBA", part), ("P", part), ("LA", part)]
        mode, pixels = last[index]
        image = Image.fromarray(np.ascontiguousarray(pixels)).convert(mode)
        if mode == "RGBA":
            image.putalpha(Image.fromarray(part[..., 1]))
        form = "jpeg" if mode == "CMYK" else "png"
        yield f"{index}d.{form}", encoded(image, form), away


VIEWS = list(_views())


def test_there_are_20_views() -> None:
    assert len({name for name, _, _ in VIEWS}) == len(VIEWS) == 20


@pytest.mark.parametrize(("name", "content", "prompts"), VIEWS, ids=[view[0] for view in VIEWS])
def test_the_mask_is_the_python_commands_byte_for_byte(
    ssam: Command, segment: Any, tmp_path: Path, name: str, content: bytes, prompts: list[str]
) -> None:
    photo = tmp_path / name
    photo.write_bytes(content)
    native = ssam(photo, *prompts, "--output", tmp_path / "native.png")
    assert (native.code, native.err) == (0, "")
    assert segment(photo, *prompts).code == 0
    wanted = png(tmp_path / "out" / f"{photo.stem}-mask.png")
    np.testing.assert_array_equal(png(tmp_path / "native.png"), wanted)
    assert set(np.unique(wanted)) <= {0, 255}


def test_the_account_is_the_python_commands(ssam: Command, segment: Any, photo: Path) -> None:
    native = ssam(photo, "--point", "50,60", "--negative=200,20")
    python = segment(photo, "--point", "50,60", "--negative=200,20")
    assert native.out.split(" -> ")[0] == python.out.split(" -> ")[0]
    assert native.out.endswith(" -> photo-mask.png\n")


def test_random_clicks_are_the_python_commands(ssam: Command, segment: Any, photo: Path) -> None:
    native = ssam(photo, "--random-clicks", "7")
    python = segment(photo, "--random-clicks", "7")
    assert native.out.split(" -> ")[0] == python.out.split(" -> ")[0]
    assert "automatic" in python.out


def test_json_holds_what_the_python_format_json_holds(
    ssam: Command, segment: Any, photo: Path, tmp_path: Path
) -> None:
    words = ["--box", "20,30,150,140", "--point", "64,80", "--max-hole-area", "9"]
    found = json.loads(ssam(photo, *words, "--json").out)
    assert segment(photo, *words, "--format", "json").code == 0
    wanted = json.loads((tmp_path / "out" / "photo-result.json").read_text())
    assert found.pop("output") == "photo-mask.png"
    assert found.pop("timings_ms").keys() == wanted.pop("timings_ms").keys()
    assert found == wanted


def test_16_bit_and_transparent_pngs_give_the_python_commands_mask(
    ssam: Command, segment: Any, tmp_path: Path
) -> None:
    grey = data.camera()[::3, ::3].astype(np.uint16) * 251 + 77
    alpha = np.dstack([np.repeat(grey[..., None], 3, axis=2), grey[::-1]])
    for name, pixels in (("grey16", grey), ("rgba16", alpha)):
        path = tmp_path / f"{name}.png"
        cv2.imwrite(str(path), pixels)
        assert ssam(path).code == segment(path).code == 0
        native, python = tmp_path / f"{name}-mask.png", tmp_path / "out" / f"{name}-mask.png"
        np.testing.assert_array_equal(png(native), png(python))


def test_a_ppm_is_read_like_a_png(ssam: Command, photo: Path, tmp_path: Path) -> None:
    picture = Image.open(photo)
    plain = tmp_path / "plain.ppm"
    plain.write_bytes(b"P6 # a comment\n256 192\n255\n" + picture.tobytes() + b"trailing")
    assert ssam(plain).code == ssam(photo).code == 0
    np.testing.assert_array_equal(
        png(tmp_path / "plain-mask.png"), png(tmp_path / "photo-mask.png")
    )


JPEG = encoded(scene(things=(THING,)), "jpeg")
PNG = encoded(scene(things=(THING,)), "png")
BAD_PHOTOS = {
    "truncated.jpg": JPEG[:-60],
    "no-picture.jpg": b"\xff\xd8\xff\xe0\0\2\xff\xd9",
    "half.png": PNG[:200],
    "flipped.png": PNG[:60] + bytes([PNG[60] ^ 1]) + PNG[61:],
    "empty.jpg": b"",
    "animation.gif": encoded(scene(), "gif"),
    "text.jpg": b"Dear diary,\n",
    "huge.png": PNG[:16] + bytes([0, 1, 0, 0, 0, 1, 0, 0]) + PNG[24:],
}


@pytest.mark.parametrize("name", BAD_PHOTOS)
def test_a_bad_photo_gets_the_python_commands_sentence(
    ssam: Command, segment: Any, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(BAD_PHOTOS[name])
    native, python = ssam(path), segment(path)
    assert (native.code, native.out) == (python.code, "") == (1, "")
    assert native.err.count("\n") == 1
    assert (
        sentence(native).split(" (JPEG")[0].split("one of")[0]
        == (sentence(python).split(" (JPEG")[0].split("one of")[0])
    )
    assert not list(tmp_path.glob("*mask*"))


@pytest.mark.parametrize(
    "words",
    [
        ["--point", "256,10"],
        ["--negative", "-3,10"],
        ["--box", "300,10,400,90"],
        ["--candidate", "9"],
    ],
)
def test_a_bad_prompt_gets_the_python_commands_sentence(
    ssam: Command, segment: Any, photo: Path, words: list[str]
) -> None:
    native, python = ssam(photo, *words), segment(photo, *words)
    assert (native.code, native.out) == (1, "")
    assert sentence(native) == sentence(python)


@pytest.mark.parametrize(
    "words",
    [
        ["--box", "50,20,10,60"],
        ["--box", "10,20,30"],
        ["--point", "10"],
        ["--point", "a,b"],
        ["--point", "nan,3"],
        ["--negative", "1,2,3"],
        ["--candidate", "worst"],
        ["--max-hole-area", "many"],
        ["--random-clicks", "dice"],
        ["--threads", "0"],
        ["--colour"],
    ],
)
def test_a_senseless_command_line_gets_the_python_commands_sentence(
    ssam: Command, segment: Any, photo: Path, words: list[str]
) -> None:
    native, python = ssam(photo, *words), segment(photo, *words)
    assert (native.code, native.out) == (python.code, "") == (2, "")
    one_sentence(Typed(2, "", native.err.replace("ssam: ", "squeezesam: ")), "see ssam --help")
    wanted = python.err.split(": ", 1)[1].split(" (see")[0]
    assert native.err.split(": ", 1)[1].split(" (see")[0] == wanted


def test_what_is_missing_from_the_command_line_is_named(ssam: Command) -> None:
    result = ssam()
    assert result.code == 2
    assert "PHOTO" in result.err


def test_an_empty_scene_has_no_automatic_mask(ssam: Command, segment: Any, tmp_path: Path) -> None:
    path = save_scene(tmp_path / "black.png")
    native, python = ssam(path), segment(path)
    assert (native.code, sentence(native)) == (1, sentence(python))


def test_bundles_that_cannot_be_used_get_one_sentence(
    ssam: Command, photo: Path, tmp_path: Path
) -> None:
    folder = write_tiny_bundle(tmp_path / "copy")
    manifest = json.loads((folder / "manifest.json").read_text())
    cases = [("executorch", "executes onnx bundles"), ("coreml", "this one is for coreml")]
    for target, words in cases:
        (folder / "manifest.json").write_text(json.dumps({**manifest, "target": target}))
        result = ssam(photo, model=folder)
        assert (result.code, words in result.err) == (1, True)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    program = folder / "segment.onnx"
    program.write_bytes(program.read_bytes()[:-1] + b"!")
    result = ssam(photo, model=folder)
    assert (result.code, "changed or damaged" in result.err) == (1, True)
    result = ssam(photo, model=tmp_path / "nowhere")
    assert (result.code, "no such bundle" in result.err) == (1, True)


def test_a_program_that_is_not_the_manifests_is_refused_as_in_python(
    ssam: Command, segment: Any, photo: Path, tmp_path: Path
) -> None:
    folder = write_tiny_bundle(tmp_path / "small", height=128, width=128)
    other = write_tiny_bundle(tmp_path / "wide", height=128, width=160)
    manifest = json.loads((folder / "manifest.json").read_text())
    entry = json.loads((other / "manifest.json").read_text())["programs"]["segment"]["files"]
    manifest["programs"]["segment"]["files"] = entry
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "segment.onnx").write_bytes((other / "segment.onnx").read_bytes())
    native, python = ssam(photo, model=folder), segment(photo, model=folder)
    assert (native.code, sentence(native)) == (1, sentence(python))
    assert "has the shape" in native.err


def test_results_that_exist_are_kept_without_overwrite(
    ssam: Command, photo: Path, tmp_path: Path
) -> None:
    target = tmp_path / "photo-mask.png"
    target.write_text("precious")
    result = ssam(photo)
    assert (result.code, target.read_text()) == (1, "precious")
    assert "exists already" in result.err
    assert "--overwrite" in result.err
    assert ssam(photo, "--overwrite").code == 0
    assert png(target).shape == (192, 256)
    for place, words in ((tmp_path, "is a folder"), (tmp_path / "none" / "m.png", "cannot be")):
        result = ssam(photo, "--output", place)
        assert (result.code, words in result.err) == (1, True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["photo-mask.png", "photo.png"]


def test_bench_prints_percentiles_of_every_stage_and_writes_nothing(
    ssam: Command, photo: Path, tmp_path: Path
) -> None:
    result = ssam(photo, "--bench", "5")
    assert (result.code, result.err) == (0, "")
    found = json.loads(result.out)
    assert found["runs"] == 5
    assert set(found["once_ms"]) == {"load", "decode", "prewarm"}
    stages = found["stages_ms"]
    assert set(stages) == {"open", "clicks", "prompts", "mask", "total", "render"}
    programs = found["programs_ms"]
    assert list(programs) == ["heat", "segment"]
    for stage in (*stages.values(), *programs.values()):
        assert 0 < stage["p50"] <= stage["p90"] <= stage["p99"]
    assert programs["segment"]["p50"] < stages["total"]["p50"]
    assert not list(tmp_path.glob("*mask*"))


@pytest.mark.parametrize("length", [5, 100, 238, 239, 250, 255])
def test_an_output_may_have_as_long_a_name_as_any_file(
    ssam: Command, photo: Path, tmp_path: Path, length: int
) -> None:
    name = "n" * (length - 4) + ".png"
    assert ssam(photo, "--output", name).err == ""
    assert (tmp_path / name).is_file()
    assert {path.name for path in tmp_path.iterdir()} == {name, photo.name}
