"""A photo whose pixels did not all decode is refused by name, or used and said to be damaged."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from photo_files import (
    PNG_COLOURS,
    PNG_DAMAGE,
    encoded,
    png_of_stream,
    png_rows,
    save_scene,
    tiff_of_parts,
)
from PIL import Image
from skimage import data
from squeezesam import PhotoError, open_photo
from squeezesam.photo_decode import read_picture

PHOTO = data.astronaut()[:256, :320]
KINDS: dict[str, tuple[str, dict[str, object]]] = {
    "jpeg": ("jpeg", {}),
    "jpeg 444": ("jpeg", {"subsampling": 0}),
    "progressive jpeg": ("jpeg", {"progressive": True}),
    "grey jpeg": ("jpeg", {}),
    "png": ("png", {}),
    "webp": ("webp", {}),
    "lossless webp": ("webp", {"lossless": True}),
    "tiff": ("tiff", {}),
    "lzw tiff": ("tiff", {"compression": "tiff_lzw"}),
    "bmp": ("bmp", {}),
    "avif": ("avif", {}),
}


def _file(kind: str) -> bytes:
    form, options = KINDS[kind]
    return encoded(PHOTO[..., 0] if kind.startswith("grey") else PHOTO, form, **options)


def _closed(kind: str, kept: float) -> bytes:
    """The file cut and closed, so that its container looks whole."""
    file = _file(kind)
    part = file[: int(len(file) * kept)]
    if "jpeg" in kind:
        return part + b"\xff\xd9"
    if "webp" in kind:
        return (
            b"RIFF"
            + (len(part) - 8).to_bytes(4, "little")
            + part[8:16]
            + (len(part) - 20).to_bytes(4, "little")
            + part[20:]
        )
    return part


@pytest.mark.parametrize("kept", [0.4, 0.7, 0.95])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_and_closed_is_refused_by_name(
    tmp_path: Path, kind: str, kept: float, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut"
    path.write_bytes(_closed(kind, kept))
    with pytest.raises(PhotoError, match=r"cut: .*(damaged|truncated)"):
        open_photo(path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["jpeg", "progressive jpeg", "grey jpeg", "png", "lzw tiff"])
def test_noise_inside_is_refused(kind: str, seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    file = bytearray(_file(kind))
    noise = np.random.default_rng(seed).integers(0, 256, 400, dtype=np.uint8).tobytes()
    # Not at 0.5: a Huffman stream may heal; in most of the file it cannot.
    at = int(len(file) * (0.3 + 0.15 * seed))
    file[at : at + 400] = noise
    with pytest.raises(PhotoError, match=r"damaged|truncated"):
        open_photo(bytes(file))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ["jpeg", "progressive jpeg", "png"])
def test_accepted_damage_gives_what_is_there_and_says_so(kind: str) -> None:
    photo = open_photo(_closed(kind, 0.7), accept_damaged=True)
    assert photo.damage
    assert photo.pixels.shape == PHOTO.shape
    assert np.abs(photo.pixels[:48].astype(int) - PHOTO[:48]).mean() < 12
    assert open_photo(_file(kind), accept_damaged=True).damage is None


@pytest.mark.parametrize("kind", KINDS)
def test_accepted_damage_never_raises_but_with_a_sentence(kind: str) -> None:
    for kept in (0.2, 0.5, 0.9):
        said = ""
        try:
            said = open_photo(_closed(kind, kept), accept_damaged=True).damage or ""
        except PhotoError as error:
            said = str(error)
        assert "damaged" in said or "truncated" in said


def test_the_command_refuses_damage_and_with_the_option_warns(segment: Any, tmp_path: Path) -> None:
    whole = save_scene(tmp_path / "whole.jpg", (32, 48, 96, 128)).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: int(len(whole) * 0.97)] + b"\xff\xd9")
    refused = segment(tmp_path / "cut.jpg")
    assert refused.code == 1
    assert "cut.jpg: the JPEG file is" in refused.err
    assert os.listdir(tmp_path / "out") == []
    used = segment(tmp_path / "cut.jpg", "--accept-damaged")
    assert used.code == 0
    assert used.err.count("\n") == 1
    assert "warning" in used.err
    assert "cut.jpg: the JPEG file is damaged" in used.err
    assert os.listdir(tmp_path / "out") == ["cut-mask.png"]


def test_a_jpeg_followed_by_something_else_is_whole() -> None:
    assert open_photo(_file("jpeg") + b"a motion photo's video").damage is None


@pytest.mark.parametrize("kind", ["jpeg", "progressive jpeg"])
def test_padding_and_an_unknown_version_are_no_damage(kind: str) -> None:
    file = _file(kind)
    for value in (b"\0", b"\x55"):
        assert open_photo(file[:-2] + value * 40 + file[-2:]).damage is None
    assert file[6:11] == b"JFIF\0"
    assert open_photo(file[:11] + b"\0\0" + file[13:]).damage is None
    noise = np.random.default_rng(1).integers(0, 250, 60, dtype=np.uint8).tobytes()
    with pytest.raises(PhotoError, match="damaged"):
        open_photo(file[:-2] + noise + file[-2:])


def _refused_or_accepted(file: bytes, shape: tuple[int, ...]) -> None:
    """As a photo and as a label map by one sentence; accepted, it is said to be damaged."""
    for read in (open_photo, lambda data: read_picture(data, "photo")):
        with pytest.raises(PhotoError, match=r"^photo: the (PNG|TIFF) file is .*") as caught:
            read(file)
        assert "\n" not in str(caught.value)
    try:
        photo = open_photo(file, accept_damaged=True)
    except PhotoError:
        return
    assert photo.damage
    assert photo.pixels.shape[:2] == shape[:2]


# Of 600×600 pixels of 64 bits the rows come in several pieces.
PNGS = [
    (side, depth, colour, interlaced)
    for colour, (_, depths) in PNG_COLOURS.items()
    for depth in depths
    for interlaced in (False, True)
    for side in ((2, 5, 33) if depth == depths[0] else (33,))
] + [(600, 16, 6, False), (600, 16, 6, True)]


@pytest.mark.parametrize("kind", PNGS, ids=str)
def test_a_png_is_taken_exactly_where_its_stream_has_what_its_head_announces(kind: Any) -> None:
    rows = png_rows(kind)
    for level in (0, 1, 9):
        sound = png_of_stream(kind, zlib.compress(b"".join(rows), level))
        assert open_photo(sound).damage is None
        taken = read_picture(sound, "photo")
        assert taken.tobytes() == Image.open(io.BytesIO(sound)).tobytes()
    for damaged in PNG_DAMAGE.values():
        _refused_or_accepted(png_of_stream(kind, damaged(rows)), (kind[0], kind[0]))


def _laid_out(layout: str, packing: str) -> tuple[list[bytes], dict[str, Any]]:
    """The parts of PHOTO and what `tiff_of_parts` is to be told of them."""
    side = 64
    planes = [PHOTO[..., c : c + 1] for c in range(3)] if "planes" in layout else [PHOTO]
    width = PHOTO.shape[1] if "strips" in layout else side
    parts = [
        plane[y : y + side, x : x + width]
        for plane in planes
        for y in range(0, PHOTO.shape[0], side)
        for x in range(0, PHOTO.shape[1], width)
    ]
    options: dict[str, Any] = {"rows": side} if "strips" in layout else {"tile": side}
    options["planar"] = 2 if "planes" in layout else 1
    if packing == "deflate":
        return [zlib.compress(part.tobytes()) for part in parts], {**options, "compression": 8}
    return [part.tobytes() for part in parts], options


@pytest.mark.parametrize("layout", ["strips", "tiles", "strips of planes", "tiles of planes"])
@pytest.mark.parametrize("packing", ["plain", "deflate"])
def test_a_tiff_is_taken_exactly_where_all_its_parts_are_there_and_whole(
    layout: str, packing: str, capfd: pytest.CaptureFixture[str]
) -> None:
    parts, options = _laid_out(layout, packing)
    size = (PHOTO.shape[1], PHOTO.shape[0])
    sound = open_photo(tiff_of_parts(parts, size, **options))
    assert sound.damage is None
    assert np.array_equal(sound.pixels, PHOTO)
    half = len(parts) // 2
    cut = parts[half][: len(parts[half]) // 2]
    damaged = {
        "half of the parts": parts[:half],
        "a part too few": parts[:-1],
        "no part": [],
        "an empty part": [*parts[:half], b"", *parts[half + 1 :]],
        "half a part": [*parts[:half], cut, *parts[half + 1 :]],
        "half the last part": [*parts[:-1], parts[-1][: len(parts[-1]) // 2]],
        "a part of one byte": [*parts[:half], b"\xff", *parts[half + 1 :]],
    }
    for given in damaged.values():
        _refused_or_accepted(tiff_of_parts(given, size, **options), PHOTO.shape)
    assert capfd.readouterr().err == ""


COMPRESSIONS = [None, "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "packbits", "lzma", "zstd"]


def _changed(file: bytes, tag: int, change: Any) -> bytes:
    """A TIFF by Pillow with another value in the middle of a tag's list."""
    out = bytearray(file)
    (start,) = struct.unpack_from("<I", file, 4)
    (count,) = struct.unpack_from("<H", file, start)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        found, kind, values, where = struct.unpack_from("<HHII", file, at)
        if found == tag:
            form = {3: "<H", 4: "<I"}[kind]
            size = struct.calcsize(form)
            place = (at + 8 if values * size <= 4 else where) + values // 2 * size
            (old,) = struct.unpack_from(form, file, place)
            struct.pack_into(form, out, place, change(old))
            return bytes(out)
    raise AssertionError(f"no tag {tag}")


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_whatever_a_tiff_is_packed_with_no_part_of_it_is_missed_in_silence(
    compression: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    options = {} if compression is None else {"compression": compression}
    sound = encoded(PHOTO, "tiff", **options, strip_size=PHOTO.shape[1] * 3 * 32)
    assert open_photo(sound).damage is None
    for tag, change in (
        (279, lambda old: 0),
        (279, lambda old: 1),
        (279, lambda old: old // 2),
        (273, lambda old: 0),
        (273, lambda old: 4),
        (273, lambda old: len(sound) - 1),
        (278, lambda old: max(1, old // 2)),
    ):
        _refused_or_accepted(_changed(sound, tag, change), PHOTO.shape)
    assert capfd.readouterr().err == ""
