"""`ssam` reads photos by the Python package's policy: limits, damage, colour, safe names."""

from __future__ import annotations

import re
import resource
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from colour_profiles import ADOBE_RGB, DISPLAY_P3, GREY_GAMMA
from command_line import NATIVE, Typed, png
from photo_attacks import BOMBS, PACKED, SLOW, packed_texts
from photo_files import PNG_DAMAGE, chunk, encoded, png_of_stream, png_rows, save_scene, scene
from PIL import Image
from skimage import data
from squeezesam.terminal import printable

MIB = 1 << 20


def run(bundle: Path, folder: Path, *words: object, memory: int | None = None) -> Typed:
    """`ssam … --bundle tiny --threads 1` in `folder`; `memory`: at most so many bytes in all."""

    def limit() -> None:
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    arguments = [NATIVE, *words, "--bundle", bundle, "--threads", 1]
    done = subprocess.run(
        list(map(str, arguments)), capture_output=True, cwd=folder, check=False, preexec_fn=limit
    )
    return Typed(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("attack", BOMBS)
def test_a_bomb_is_refused_in_half_a_gigabyte(bundle: Path, tmp_path: Path, attack: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[attack]())
    result = run(bundle, tmp_path, path, memory=512 * MIB)
    assert result.code == 1
    assert result.err.startswith(f"ssam: {path}: ")
    assert "not enough memory" not in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("attack", SLOW)
def test_a_megabyte_of_nonsense_costs_no_time(bundle: Path, tmp_path: Path, attack: str) -> None:
    (tmp_path / "slow").write_bytes(SLOW[attack])
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    run(bundle, tmp_path, "slow")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 20


@pytest.mark.parametrize("kind", PACKED)
def test_texts_in_a_png_are_not_unpacked(bundle: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "texts.png"
    path.write_bytes(packed_texts(PACKED[kind]))
    assert "not enough memory" not in run(bundle, tmp_path, path, memory=512 * MIB).err


def test_a_file_larger_than_any_photo_is_not_read(bundle: Path, tmp_path: Path) -> None:
    sparse = tmp_path / "sparse.jpg"
    with sparse.open("wb") as file:
        file.truncate(20 << 30)
    result = run(bundle, tmp_path, sparse, memory=512 * MIB)
    assert (result.code, result.out) == (1, "")
    assert result.err == f"ssam: {sparse}: is larger than 2 GiB; no photo is\n"


@pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["baseline", "progressive"])
def test_damage_is_refused_by_name_and_accepted_with_a_warning(
    bundle: Path, tmp_path: Path, options: dict[str, bool]
) -> None:
    whole = encoded(data.astronaut()[:192, :256], "jpeg", **options)
    scan = whole.rindex(b"\xff\xda")  # cut inside the last scan's data
    (tmp_path / "cut.jpg").write_bytes(whole[: scan + (len(whole) - scan) // 2] + b"\xff\xd9")
    (tmp_path / "whole.jpg").write_bytes(whole)
    refused = run(bundle, tmp_path, "cut.jpg")
    assert refused.code == 1
    assert re.match(r"ssam: cut\.jpg: the JPEG file is (damaged \(|truncated)", refused.err)
    assert not (tmp_path / "cut-mask.png").exists()
    used = run(bundle, tmp_path, "cut.jpg", "--accept-damaged")
    assert used.code == 0
    assert used.err.startswith("ssam: warning: cut.jpg: the JPEG file is ")
    assert run(bundle, tmp_path, "whole.jpg").err == ""


def test_a_truncated_png_is_used_as_far_as_it_goes_when_accepted(
    bundle: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    picture = scene(things=((32, 8, 96, 40),)) // 2 + rng.integers(0, 9, (192, 256, 3), np.uint8)
    file = encoded(picture.astype(np.uint8), "png")
    (tmp_path / "half.png").write_bytes(file[: len(file) * 2 // 3])
    assert "truncated" in run(bundle, tmp_path, "half.png").err
    used = run(bundle, tmp_path, "half.png", "--accept-damaged", "--point", "60,20")
    assert (used.code, "warning" in used.err) == (0, True)


@pytest.mark.parametrize("form", ["png", "jpeg"])
@pytest.mark.parametrize(
    ("profile", "mode"),
    [(DISPLAY_P3, "RGB"), (ADOBE_RGB, "RGB"), (ADOBE_RGB, "RGBA"), (GREY_GAMMA, "L")],
)
def test_profiles_are_converted_as_in_python(
    bundle: Path, segment: object, tmp_path: Path, form: str, profile: bytes, mode: str
) -> None:
    """The tiny bundle's mask is brightness above a half: a wrong profile moves its edge."""
    if (form, mode) == ("jpeg", "RGBA"):
        mode = "RGB"
    ramp = np.tile(np.linspace(0, 255, 256).astype(np.uint8), (192, 1))
    image = Image.fromarray(np.dstack([ramp] * 3)).convert(mode)
    path = tmp_path / f"photo.{form}"
    path.write_bytes(encoded(image, form, icc_profile=profile))
    words = ("--box", "0,0,255,191")
    assert run(bundle, tmp_path, path, *words).code == 0
    assert segment(path, *words).code == 0  # type: ignore[operator]
    native, python = png(tmp_path / "photo-mask.png"), png(tmp_path / "out" / "photo-mask.png")
    assert (native != python).mean() < 0.01


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("what", PNG_DAMAGE)
def test_what_python_misses_inside_of_a_png_is_missed_here_too(
    bundle: Path, tmp_path: Path, what: str, interlaced: bool
) -> None:
    kind = (33, 8, 2, interlaced)
    (tmp_path / "cut.png").write_bytes(png_of_stream(kind, PNG_DAMAGE[what](png_rows(kind))))
    refused = run(bundle, tmp_path, "cut.png", "--box", "2,2,20,20")
    assert refused.code == 1
    assert refused.err.startswith("ssam: cut.png: the PNG file is ")


@pytest.mark.parametrize("height", [1 << 29, 1 << 31, (1 << 31) + 1, (1 << 32) - 1])
@pytest.mark.parametrize("width", [1, 1 << 29, (1 << 31) - 1, 1 << 31, (1 << 32) - 1])
def test_sides_whose_product_is_beyond_64_bits_are_too_many_pixels(
    bundle: Path, tmp_path: Path, width: int, height: int
) -> None:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    tail = chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    (tmp_path / "large.png").write_bytes(b"\x89PNG\r\n\x1a\n" + head + tail)
    refused = run(bundle, tmp_path, "large.png", memory=512 * MIB)
    assert refused.code == 1
    assert f"ssam: large.png: {width}×{height} is more than the 268 megapixels" in refused.err


NAMES = ["\x1b[2Jred", "a\u202eb", "new\nline", "bell\x07", "\u2066x", "c1\x9b", "\u200bhidden"]


@pytest.mark.parametrize("name", NAMES)
def test_names_cannot_act_on_a_terminal(bundle: Path, tmp_path: Path, name: str) -> None:
    photo = save_scene(tmp_path / f"{name}.png", (32, 48, 96, 128))
    for result in (run(bundle, tmp_path, photo), run(bundle, tmp_path, f"missing{name}")):
        said = result.out + result.err
        assert said.count("\n") == 1
        assert printable(said.rstrip("\n")) == said.rstrip("\n")
