"""No file makes a reader allocate, or work, beyond its limit; held by the system, not by trust."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import threading
import time
from itertools import product
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from photo_attacks import BOMBS, PACKED, SLOW, chunk, grid, many_scans, packed_texts
from photo_files import encoded
from PIL import Image, ImageCms
from skimage import data
from squeezesam import PhotoError, open_photo
from squeezesam.photo_boxes import check_items
from squeezesam.photo_decode import read_picture
from squeezesam.photo_formats import DamageError

MIB = 1 << 20
PER_PIXEL = {"webp": 22}  # what the documentation of MAX_PIXELS promises; others:
OTHERS = 14
READ = """
import resource, sys
from pathlib import Path
from squeezesam import PhotoError, open_photo
import simplejpeg, PIL.ImageCms, PIL.TiffImagePlugin, PIL.PngImagePlugin, PIL.WebPImagePlugin
import PIL.BmpImagePlugin, PIL.AvifImagePlugin, PIL.JpegImagePlugin, pillow_heif
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
limit = used + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    print(open_photo(sys.argv[1]).pixels.shape)
except PhotoError as error:
    print(error)
"""


def _png(photo: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(photo).save(out, "PNG")
    return out.getvalue()


def _pour(pipe: Path, content: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), pipe.open("wb") as file:
        file.write(content)


def read_within(path: Path, extra: int) -> str:
    """What reading `path` says in a process that may allocate `extra` bytes more than it has."""
    # One arena and one thread: what malloc reserves for others is no use of memory.
    environment = {**os.environ, "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(extra)],
        capture_output=True, text=True, env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize("size", [(65_536, 1), (1, 65_536), (16_000_000, 1)])
@pytest.mark.parametrize("form", ["PNG", "TIFF", "array"])
def test_a_side_longer_than_any_photo_s_is_refused(
    form: str, size: tuple[int, int], tmp_path: Path
) -> None:
    picture = Image.new("RGBA", size)
    source: object = np.asarray(picture)
    if form != "array":
        source = tmp_path / "long"
        picture.save(source, form)
    with pytest.raises(PhotoError, match="a side of more than 65535 pixels is no photo's"):
        open_photo(source)


def test_a_file_larger_than_any_photo_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as file:
        file.truncate(20 << 30)
    assert read_within(path, 64 * MIB).endswith("is larger than 2 GiB; no photo is")


def test_a_photo_comes_through_a_pipe_and_an_endless_one_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = data.chelsea()
    written = _png(photo)
    for content, whole in ((written, True), (written + bytes(4 * MIB), False)):
        monkeypatch.setattr("squeezesam.photo.LARGEST_FILE", len(written))
        pipe = tmp_path / f"pipe{whole}"
        os.mkfifo(pipe)
        writer = threading.Thread(target=_pour, args=(pipe, content))
        writer.start()
        if whole:
            assert np.array_equal(open_photo(pipe).pixels, photo)
        else:
            with pytest.raises(PhotoError, match="no photo is"):
                open_photo(pipe)
        writer.join()


@pytest.mark.parametrize("attack", BOMBS)
def test_a_bomb_is_refused_within_64_mib(tmp_path: Path, attack: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[attack]())
    said = read_within(path, 64 * MIB)
    assert said.startswith(str(path))
    assert "not enough memory" not in said


@pytest.mark.parametrize("attack", BOMBS)
def test_a_bomb_is_refused_by_its_size_or_as_damaged(attack: str) -> None:
    why = r"megapixels|damaged|truncated|more pixels|not supported|strips or tiles, more than"
    with pytest.raises(PhotoError, match=why):
        open_photo(BOMBS[attack]())


@pytest.mark.parametrize("attack", SLOW)
def test_a_megabyte_of_nonsense_is_read_in_linear_time(attack: str) -> None:
    """What was quadratic took hours for this; twenty seconds are generous on any processor."""
    start = time.process_time()
    with contextlib.suppress(PhotoError):
        open_photo(SLOW[attack])
    assert time.process_time() - start < 20


@pytest.mark.parametrize("kind", PACKED)
def test_texts_in_a_png_are_not_unpacked_without_a_limit(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "texts.png"
    path.write_bytes(packed_texts(PACKED[kind]))
    said = read_within(path, 128 * MIB)
    assert "not enough memory" not in said


def test_label_maps_are_bounded_as_photos_are() -> None:
    """They are read with their stored values, by another way."""
    start = time.process_time()
    for name in ("scans of usual sampling", "scans of unusual sampling"):
        with pytest.raises(PhotoError):
            read_picture(SLOW[name], "labels")
    assert time.process_time() - start < 20


def test_sampling_with_which_damage_cannot_be_seen_is_taken_only_with_a_warning() -> None:
    photo = many_scans(0x31, 1, side=64)
    with pytest.raises(PhotoError, match="damage cannot be seen"):
        open_photo(photo)
    taken = open_photo(photo, accept_damaged=True)
    assert taken.pixels.shape == (64, 64, 3)
    assert taken.damage


def test_a_png_of_many_chunks_is_read_and_one_of_empty_ones_is_not() -> None:
    photo = data.astronaut()
    whole = _png(photo)
    head, rest = whole[:33], whole[33:]
    empty = chunk(b"teSt", b"")
    assert (open_photo(head + empty * 60_000 + rest).pixels == photo).all()
    full = chunk(b"teSt", bytes(1024))
    assert (open_photo(head + full * 70_000 + rest).pixels == photo).all()
    with pytest.raises(PhotoError, match="more than 65536 chunks, almost empty"):
        open_photo(head + empty * 70_000 + rest)


def test_fill_between_the_markers_does_not_harm_a_photo() -> None:
    assert open_photo(SLOW["fill before every marker"]).pixels.shape == (64, 64, 3)


def _files() -> dict[str, bytes]:
    """Six megapixels of every format and kind of pixels, compressible."""
    side = (3000, 2000)
    colour = Image.fromarray(data.astronaut()).resize(side)
    grey16 = Image.fromarray((np.asarray(colour.convert("L")).astype(np.uint16)) * 257)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    deep = np.dstack([np.asarray(colour), np.full(side[::-1], 99, np.uint8)]).astype(">u2") * 257
    heif = io.BytesIO()
    pillow_heif.from_pillow(colour).save(heif, quality=30)
    exif = Image.Exif()
    exif[0x0112] = 6
    return {
        "jpeg": encoded(colour, "jpeg"),
        "progressive jpeg, 444": encoded(colour, "jpeg", progressive=True, subsampling=0),
        "turned jpeg": encoded(colour, "jpeg", exif=exif),
        "cmyk jpeg with a profile": encoded(colour.convert("CMYK"), "jpeg", icc_profile=profile),
        "png": encoded(colour, "png", compress_level=1),
        "turned png with a profile": encoded(
            colour.convert("RGBA"), "png", compress_level=1, exif=exif, icc_profile=profile
        ),
        "palette png": encoded(colour.quantize(64), "png", compress_level=1),
        "16-bit grey png": encoded(grey16, "png", compress_level=1),
        "16-bit RGBA png": _png16(deep),
        "webp": encoded(colour, "webp", method=0),
        "tiff": encoded(colour, "tiff"),
        "turned lzw tiff": encoded(colour, "tiff", compression="tiff_lzw", exif=exif),
        "bmp": encoded(colour, "bmp"),
        "heic": heif.getvalue(),
    }


def _png16(rgba: np.ndarray) -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", np.ascontiguousarray(rgba.astype(np.uint16)))[1])


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return _files()


KINDS = (
    "jpeg", "progressive jpeg, 444", "turned jpeg", "cmyk jpeg with a profile", "png",
    "turned png with a profile", "palette png", "16-bit grey png", "16-bit RGBA png", "webp",
    "tiff", "turned lzw tiff", "bmp", "heic",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_reading_takes_the_bytes_a_pixel_that_are_promised(
    files: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "photo"
    path.write_bytes(files[kind])
    allowed = PER_PIXEL.get(kind, OTHERS) * 6_000_000 + 2 * len(files[kind]) + 16 * MIB
    assert read_within(path, allowed) in ("(2000, 3000, 3)", "(3000, 2000, 3)")


def test_the_limit_can_be_set_and_holds_for_every_format(files: dict[str, bytes]) -> None:
    for kind, file in files.items():
        with pytest.raises(PhotoError, match="more than the 5 megapixels"):
            open_photo(file, max_pixels=5_000_000)
        assert open_photo(file, max_pixels=6_000_000).pixels.size == 18_000_000, kind


@pytest.mark.parametrize("brand", [b"heic", b"avif"])
def test_a_picture_of_cells_costs_no_more_than_its_cells_are_worth(brand: bytes) -> None:
    own = [bytes([number]) * 9 for number in range(16)]
    said = {
        "one place": grid(brand, 64, list(range(16)), own[:1] * 16, 4),
        "two in one place": grid(brand, 64, list(range(16)), [*own[:15], own[0]], 4),
        "one cell": grid(brand, 64, [0] * 16, own[:1], 4),
        "a cell twice": grid(brand, 64, [*range(15), 0], own, 4),
        "many cells": grid(brand, 4096, [0], own, 1),
    }
    for what, file in said.items():
        with pytest.raises(PhotoError) as caught:
            open_photo(file, accept_damaged=True)
        reason = "many times it" if what == "many cells" else "lie in one another"
        assert ("put together of cells" if brand == b"avif" else reason) in str(caught.value)
    if brand == b"heic":  # its cells are sound ones, but for what is in them
        check_items(grid(brand, 512, list(range(16)), own, 4), "heif")


@pytest.mark.parametrize("size", [(1, 1), (33, 70), (640, 480), (1500, 1000)])
@pytest.mark.parametrize("form", ["AVIF", "HEIF"])
def test_what_encoders_write_is_read(form: str, size: tuple[int, int]) -> None:
    pillow_heif.register_heif_opener()
    for mode, options in product(("RGB", "RGBA", "L"), ({}, {"quality": 20}, {"quality": 100})):
        picture = Image.fromarray(data.astronaut()).resize(size).convert(mode)
        picture.info["exif"] = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"
        photo = open_photo(encoded(picture, form, **options))
        assert photo.pixels.shape == (size[1], size[0], 3)


def test_several_pictures_in_a_file_are_not_taken_for_cells() -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "green", "blue")]
    for form in ("AVIF", "HEIF"):
        file = encoded(frames[0], form, save_all=True, append_images=frames[1:])
        assert open_photo(file).pixels.shape == (48, 64, 3)


def test_a_head_of_boxes_that_was_meddled_with_raises_nothing_but_a_sentence() -> None:
    own = [bytes([number]) * 9 for number in range(4)]
    files = [grid(b"heic", 64, list(range(4)), own, 2), encoded(Image.new("RGB", (9, 9)), "HEIF")]
    for file, at, value in product(files, range(12, 500), (0, 1, 127, 255)):
        with contextlib.suppress(DamageError):
            check_items(file[:at] + bytes([value]) + file[at + 1 :], "heif")
