"""A profile costs no more memory than the file that brings it, in Python and in `ssam`."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from command_line import NATIVE
from photo_files import encoded
from PIL import Image
from skimage import data
from squeezesam import open_photo
from squeezesam.photo_profile import tables_fit

MIB = 1 << 20
_HEAD = 128


def profile(space: bytes, tag: bytes) -> bytes:
    """An input profile with one table, from the device's colours to XYZ. space: ``b"RGB "``, …"""
    start = _HEAD + 4 + 12
    head = bytearray(_HEAD)
    version = b"\x02\x40" if tag[:4] in (b"mft1", b"mft2") else b"\x04\x30"
    head[0:4] = struct.pack(">I", start + len(tag))
    head[8:10] = version
    head[12:24] = b"scnr" + space + b"XYZ "
    head[36:40] = b"acsp"
    head[68:80] = struct.pack(">III", 0xF6D6, 0x10000, 0xD32D)
    name = b"D2B0" if tag[:4] == b"mpet" else b"A2B0"
    return bytes(head) + struct.pack(">I4sII", 1, name, start, len(tag)) + tag


def lut(kind: bytes, inputs: int, outputs: int, grid: int, values: bytes = b"") -> bytes:
    """lut8Type (``b"mft1"``) or lut16Type (``b"mft2"``) with straight curves before and after."""
    one = 65536
    matrix = struct.pack(">9i", one, 0, 0, 0, one, 0, 0, 0, one)
    head = kind + bytes(4) + bytes([inputs, outputs, grid, 0]) + matrix
    if kind == b"mft1":
        curve = bytes(range(256))
        return head + curve * inputs + values + curve * outputs * bool(values)
    curve = struct.pack(">HH", 0, 65535)
    whole = curve * outputs if values else b""
    return head + struct.pack(">HH", 2, 2) + curve * inputs + values + whole


def lut_a_to_b(inputs: int, outputs: int, grid: int, width: int) -> bytes:
    """lutAToBType whose grid has no values."""
    table = bytes([grid] * inputs + [0] * (16 - inputs) + [width, 0, 0, 0])
    head = b"mAB \0\0\0\0" + bytes([inputs, outputs, 0, 0])
    return head + struct.pack(">IIIII", 32, 0, 0, 32, 0) + table


def elements(element: bytes, times: int = 1, skipped: int = 0) -> bytes:
    """multiProcessElementsType that names one element so often, or all of itself but `skipped`."""
    start = 16 + 8 * times
    place = (skipped, start + len(element) - skipped) if skipped else (start, len(element))
    head = b"mpet\0\0\0\0" + struct.pack(">HHI", 3, 3, times)
    return head + struct.pack(">II", *place) * times + element


def grid_element(grid: int, whole: bool) -> bytes:
    """A grid of three inputs and outputs, with its values or without."""
    count = 3 * grid**3 if whole else 0
    head = b"clut\0\0\0\0" + struct.pack(">HH", 3, 3) + bytes([grid] * 3 + [0] * 13)
    return head + struct.pack(">f", 0.5) * count


def curves_element(samples: int) -> bytes:
    """Three curves, all the same, of one piece with so many samples, none of which is there."""
    curve = b"curf\0\0\0\0" + struct.pack(">HH", 1, 0) + b"samf\0\0\0\0"
    curve += struct.pack(">I", samples)
    head = b"cvst\0\0\0\0" + struct.pack(">HH", 3, 3)
    return head + struct.pack(">II", 12 + 24, len(curve)) * 3 + curve


def values(grid: int, levels: Sequence[int]) -> bytes:
    """Whole values of a lut16Type's grid of three inputs: everywhere the same three levels."""
    return struct.pack(">3H", *levels) * grid**3


HOLLOW = {
    "lut8": ("RGB", profile(b"RGB ", lut(b"mft1", 3, 3, 255))),
    "lut16": ("RGB", profile(b"RGB ", lut(b"mft2", 3, 3, 255))),
    "lut16 of ink": ("CMYK", profile(b"CMYK", lut(b"mft2", 4, 3, 90))),
    "A to B": ("RGB", profile(b"RGB ", lut_a_to_b(3, 10, 255, 1))),
    "A to B of ink": ("CMYK", profile(b"CMYK", lut_a_to_b(4, 3, 90, 2))),
    "A to B of no width": ("RGB", profile(b"RGB ", lut_a_to_b(3, 15, 200, 0))),
    "elements": ("RGB", profile(b"RGB ", elements(grid_element(255, whole=False)))),
    "one element a thousand times": (
        "RGB", profile(b"RGB ", elements(grid_element(20, whole=True), 1000))
    ),
    "curves": ("RGB", profile(b"RGB ", elements(curves_element(100_000_000)))),
    "elements over each other": ("RGB", profile(b"RGB ", elements(bytes(8), 8000, skipped=1))),
}  # fmt: skip
"""Mode of the picture and profile; each took 100 to 450 MiB, of LittleCMS's or of ours."""
_READ = "import sys; from squeezesam import open_photo; open_photo(sys.argv[1])"


def peak(*command: object) -> int:
    """The most memory that a process had, in bytes."""
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def photos(folder: Path, kind: str) -> tuple[Path, Path]:
    """One with the profile, one without."""
    mode, icc = HOLLOW[kind]
    picture = Image.fromarray(data.astronaut()[:64, :64]).convert(mode)
    plain, hollow = folder / "plain.jpg", folder / "hollow.jpg"
    picture.save(plain, "jpeg")
    picture.save(hollow, "jpeg", icc_profile=icc)
    return plain, hollow


@pytest.mark.parametrize("kind", HOLLOW)
def test_a_table_without_its_values_takes_no_memory(kind: str, tmp_path: Path) -> None:
    plain, hollow = photos(tmp_path, kind)
    read = [peak(sys.executable, "-c", _READ, photo) for photo in (plain, hollow)]
    assert read[1] - read[0] < 48 * MIB
    assert (open_photo(hollow).pixels == open_photo(plain).pixels).all()


@pytest.mark.parametrize("kind", HOLLOW)
def test_nor_in_the_command_without_python(kind: str, bundle: Path, tmp_path: Path) -> None:
    plain, hollow = photos(tmp_path, kind)
    words = ("--bundle", bundle, "--threads", 1, "--output", tmp_path / "mask.png")
    read = [peak(NATIVE, photo, *words) for photo in (plain, hollow)]
    assert read[1] - read[0] < 48 * MIB


@pytest.mark.parametrize("width", [0, 3, 255])
def test_a_grid_whose_values_have_no_width_is_none(width: int) -> None:
    icc = profile(b"RGB ", lut_a_to_b(3, 15, 200, width))
    assert not tables_fit(icc)
    # Nor is one that has so many values.
    assert not tables_fit(profile(b"RGB ", lut_a_to_b(3, 3, 2, width) + bytes(24 * width)))
    assert tables_fit(profile(b"RGB ", lut_a_to_b(3, 3, 2, 1) + bytes(24)))
    photo = data.astronaut()[:64, :64]
    hollow, plain = encoded(photo, "png", icc_profile=icc), encoded(photo, "png")
    assert (open_photo(hollow).pixels == open_photo(plain).pixels).all()


@pytest.mark.parametrize("grid", [2, 3, 17])
def test_a_whole_table_is_obeyed(grid: int) -> None:
    """Everything becomes the white of D50, whatever it was."""
    white = values(grid, [0xF6D6 // 2, 0x8000, 0xD32D // 2])
    icc = profile(b"RGB ", lut(b"mft2", 3, 3, grid, white))
    assert tables_fit(icc)
    photo = encoded(data.astronaut()[:64, :64], "png", icc_profile=icc)
    assert np.abs(open_photo(photo).pixels.astype(int) - 255).max() <= 3


@pytest.mark.parametrize("length", range(0, 260, 7))
def test_what_is_no_whole_profile_is_read_to_its_end(length: int) -> None:
    for _, icc in HOLLOW.values():
        assert isinstance(tables_fit(icc[:length]), bool)
