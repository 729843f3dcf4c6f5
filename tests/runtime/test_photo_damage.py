"""A photo whose pixels did not all decode is refused by name, or used and said to be damaged."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from photo_files import encoded, save_scene
from skimage import data
from squeezesam import PhotoError, open_photo

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
