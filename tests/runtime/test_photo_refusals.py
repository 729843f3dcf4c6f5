"""Files that are damaged, or no photos that we read, are refused, and the sentence says which."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from photo_files import encoded
from skimage import data
from squeezesam import PhotoError
from squeezesam.cli.folder import kind_of
from squeezesam.formats import is_result
from squeezesam.photo import open_photo, read_photo_file
from squeezesam.silence import silent_stderr


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return data.astronaut()[:300, :400]


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("jpeg", {}),
        ("jpeg", {"progressive": True}),
        ("png", {}),
        ("webp", {}),
        ("tiff", {}),
        ("tiff", {"compression": "tiff_lzw"}),
        ("bmp", {}),
    ],
)
@pytest.mark.parametrize("kept", [0.03, 0.5, 0.97])
def test_a_truncated_file_is_refused(
    astronaut: np.ndarray,
    form: str,
    options: dict[str, object],
    kept: float,
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = encoded(astronaut, form, **options)
    with pytest.raises(PhotoError, match=r"truncated|damaged"):
        open_photo(file[: int(len(file) * kept)])
    assert capfd.readouterr().err == ""


def test_a_jpeg_without_its_last_two_bytes_is_refused(astronaut: np.ndarray) -> None:
    with pytest.raises(PhotoError, match="truncated"):
        open_photo(encoded(astronaut, "jpeg")[:-2])


def test_a_jpeg_whose_rest_is_zeros_is_refused(astronaut: np.ndarray) -> None:
    file = encoded(astronaut, "jpeg")
    half = len(file) // 2
    with pytest.raises(PhotoError, match="truncated"):
        open_photo(file[:half] + bytes(len(file) - half))


def test_a_jpeg_with_something_behind_its_end_is_read(astronaut: np.ndarray) -> None:
    file = encoded(astronaut, "jpeg") + b"a motion photo's video"
    assert open_photo(file).pixels.shape == astronaut.shape


def test_a_jpeg_whose_exif_thumbnail_ends_early_is_still_whole(astronaut: np.ndarray) -> None:
    """The thumbnail in APP1 has its own end marker, which must not count as the photo's."""
    file = encoded(astronaut, "jpeg")
    thumbnail = b"\xff\xd8 tiny \xff\xd9"
    segment = b"\xff\xe1" + struct.pack(">H", 2 + len(thumbnail)) + thumbnail
    assert open_photo(file[:2] + segment + file[2:]).pixels.shape == astronaut.shape
    with pytest.raises(PhotoError, match="truncated"):
        open_photo((file[:2] + segment + file[2:])[:-400])


def test_a_png_with_a_flipped_bit_is_refused(astronaut: np.ndarray) -> None:
    file = bytearray(encoded(astronaut, "png"))
    file[len(file) // 2] ^= 4
    with pytest.raises(PhotoError, match="checksum"):
        open_photo(bytes(file))


def test_files_that_are_no_photos_are_named_as_such(tmp_path: Path) -> None:
    text = tmp_path / "note.jpg"
    text.write_text("this is not a photo\n")
    with pytest.raises(PhotoError, match=r"note\.jpg: not a photo"):
        open_photo(text)
    empty = tmp_path / "empty.jpg"
    empty.touch()
    with pytest.raises(PhotoError, match=r"empty\.jpg: the file is empty"):
        open_photo(empty)
    with pytest.raises(PhotoError, match="no such file"):
        open_photo(tmp_path / "missing.jpg")
    with pytest.raises(PhotoError, match="is a folder"):
        open_photo(tmp_path)
    with pytest.raises(PhotoError, match="cannot be read"):
        open_photo(text / "below.jpg")
    with pytest.raises(PhotoError, match="cannot be read"):
        open_photo("a\0b.jpg")


def test_formats_we_do_not_read_are_called_by_their_name(astronaut: np.ndarray) -> None:
    files = {"GIF": encoded(astronaut, "gif"), "JPEG 2000": encoded(astronaut, "jpeg2000")}
    files["JPEG XL"] = b"\xff\x0a" + bytes(40)
    files["Photoshop"] = b"8BPS\0\1" + bytes(40)
    files["Canon raw"] = b"II*\0\x10\0\0\0CR\2\0" + bytes(40)
    for name, file in files.items():
        with pytest.raises(PhotoError, match=f"{name} pictures are not supported"):
            open_photo(file)


def test_heic_without_the_extra_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(PhotoError, match=r"pip install squeezesam\[heif\]"):
        open_photo(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")


# What may lie under a photo's name once its folder has been listed.
NO_FILES: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link to a pipe": lambda path: (
        os.mkfifo(path.with_suffix(".fifo")),
        path.symlink_to(path.with_suffix(".fifo")),
    ),
    "a device without an end": lambda path: path.symlink_to("/dev/zero"),
    "an empty device": lambda path: path.symlink_to("/dev/null"),
    "a socket": lambda path: socket.socket(socket.AF_UNIX).bind(os.path.relpath(path)),
    "a folder": Path.mkdir,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "nothing": lambda path: None,
}


@pytest.mark.parametrize("what", NO_FILES)
def test_what_is_no_file_is_refused_at_once_where_photos_come_from_a_folder(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    path = tmp_path / "photo.jpg"
    NO_FILES[what](path)
    for read in (open_photo, read_photo_file):
        with pytest.raises(
            PhotoError, match=r"photo\.jpg: (no such file|is a folder|cannot be read)"
        ):
            read(str(path), pipes=False)
    assert not is_result(path)
    assert kind_of(path) == "other"


# What libraries write to standard error past us.
WRITERS: dict[str, Callable[[], object]] = {
    "a system call": lambda: os.write(2, b"noise"),
    "C's printf": lambda: ctypes.CDLL(None).perror(b"noise"),
    "pybind11, through Python's stream": lambda: print("noise", file=sys.stderr),
}


@pytest.mark.parametrize("how", WRITERS)
def test_no_way_of_writing_is_heard_and_every_one_is_afterwards(
    how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with silent_stderr():
        WRITERS[how]()
    assert capfd.readouterr().err == ""
    WRITERS[how]()
    assert "noise" in capfd.readouterr().err


def test_an_error_inside_gives_standard_error_back(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="inside"), silent_stderr():
        raise ValueError("inside")
    os.write(2, b"heard")
    print("too", file=sys.stderr)
    assert capfd.readouterr().err == "heardtoo\n"
