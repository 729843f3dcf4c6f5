"""A TIFF file is read only where no two readers could read it in two ways."""

from __future__ import annotations

import io
import resource
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from photo_files import encoded
from PIL import Image, ImageCms
from squeezesam import PhotoError, open_photo
from squeezesam.photo_decode import read_picture
from tiff_files import LAYOUTS, LONG, PACKINGS, PICTURE, SHORT, Tag, Tiff, mutations, sound

MIB = 1 << 20
PHOTO = Image.fromarray(PICTURE)


def _refusal(file: bytes, **options: Any) -> str:
    """The sentence with which it is refused, as a photo and as a label map."""
    said = set()
    for read in (lambda: open_photo(file, **options), lambda: read_picture(file, "photo")):
        with pytest.raises(PhotoError) as caught:
            read()
        said.add(str(caught.value))
    (one,) = said
    assert one.startswith("photo: ")
    assert "\n" not in one
    return one.removeprefix("photo: ")


@pytest.fixture
def little_memory() -> Iterator[None]:
    """64 MiB more than there are."""
    open_photo(sound("<", "tiles", "Deflate").file())
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 64 * MIB, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("packing", PACKINGS)
def test_a_directory_that_was_meddled_with_is_refused_or_gives_the_very_same_pixels(
    order: str, layout: str, packing: str, capfd: pytest.CaptureFixture[str]
) -> None:
    tiff = sound(order, layout, packing)
    assert np.array_equal(open_photo(tiff.file()).pixels, PICTURE)
    wrong, taken = [], 0
    for what, file in mutations(tiff):
        try:
            photo = open_photo(file)
        except PhotoError as error:
            if "\n" in str(error) or "memory" in str(error):
                wrong.append(f"{what}: {error}")
            continue
        taken += 1
        if not np.array_equal(photo.pixels, PICTURE):
            wrong.append(f"{what}: other pixels")
    assert wrong == []
    assert taken > 5
    assert capfd.readouterr().err == ""


def _pictures() -> dict[str, Image.Image]:
    grey = PHOTO.convert("L")
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    modes = ("1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")
    return {
        **{mode: PHOTO.convert(mode) for mode in modes},
        **{mode: grey.convert(mode) for mode in ("I;16", "I", "F")},
        "I;16B": Image.frombytes("I;16B", grey.size, grey.convert("I;16").tobytes()),
        "PA": PHOTO.convert("P").convert("PA"),
        "LAB": ImageCms.profileToProfile(PHOTO, srgb, lab, outputMode="LAB"),
    }


@pytest.mark.parametrize(
    "packing", [None, "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "packbits", "lzma", "zstd"]
)
@pytest.mark.parametrize("mode", _pictures())
def test_what_pillow_writes_is_read_as_pillow_reads_it(mode: str, packing: str | None) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    exif.get_ifd(0x8769)[0x9286] = b"a comment"
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for more in ({}, {"strip_size": 1000}, {"exif": exif, "icc_profile": icc, "dpi": (300, 300)}):
        options = {**more, **({} if packing is None else {"compression": packing})}
        try:
            file = encoded(_pictures()[mode], "tiff", **options)
        except (OSError, KeyError):  # a mode that this libtiff does not write so
            continue
        expected = Image.open(io.BytesIO(file))
        expected.load()
        found = read_picture(file, "photo")
        assert (found.mode, found.size) == (expected.mode, expected.size)
        assert found.tobytes() == expected.tobytes()


def test_what_tifffile_writes_is_read_but_for_planes_that_pillow_misreads() -> None:
    read = 0
    for colours, depth, planes, tile, packing, order, predictor in product(
        ("grey", "colour"), (1, 257), ("contig", "separate"), (None, (32, 48)),
        (None, "zlib", "lzw", "packbits"), "<>", (False, True),
    ):  # fmt: skip
        pixels = (PICTURE if colours == "colour" else PICTURE[..., 0]).astype(np.uint16) * depth
        pixels = pixels if depth > 1 else pixels.astype(np.uint8)
        options: dict[str, Any] = {"photometric": "rgb" if colours == "colour" else "minisblack"}
        if colours == "colour":
            options["planarconfig"] = planes
            pixels = np.moveaxis(pixels, -1, 0) if planes == "separate" else pixels
        elif planes == "separate":
            continue
        out = io.BytesIO()
        try:
            tifffile.imwrite(
                out, pixels, byteorder=order, tile=tile, compression=packing, predictor=predictor,
                rowsperstrip=None if tile else 16, **options,
            )  # fmt: skip
        except Exception:  # a predictor without a packing, a packing without its codec
            continue
        file = out.getvalue()
        if packing is None and planes == "separate" and depth > 1:
            assert _refusal(file).startswith("planes of 16 bits in a TIFF file are not read")
            continue
        expected = PICTURE if colours == "colour" else np.repeat(PICTURE[..., :1], 3, axis=2)
        assert np.array_equal(open_photo(file).pixels, expected)
        read += 1
    assert read >= 24


def test_where_a_tag_may_be_left_out_it_may() -> None:
    """No RowsPerStrip is one strip; no PlanarConfiguration, no predictor, no format are 1."""
    tiff = sound("<", "one strip", "plain")
    left = tuple(tag for tag in tiff.tags if tag.tag not in (274, 278, 284, 317, 339))
    assert np.array_equal(open_photo(replace(tiff, tags=left).file()).pixels, PICTURE)
    long = tuple(replace(tag, kind=LONG) for tag in tiff.tags)
    assert np.array_equal(open_photo(replace(tiff, tags=long).file()).pixels, PICTURE)


@pytest.mark.parametrize("accepted", [False, True])
def test_jpeg_inside_of_tiff_is_refused_by_its_name(accepted: bool) -> None:
    files = [encoded(PHOTO.convert(mode), "tiff", compression="jpeg") for mode in ("L", "RGB")]
    plain = sound(">", "tiles", "plain")
    for compression in (6, 7):
        tags = [replace(t, values=(compression,)) if t.tag == 259 else t for t in plain.tags]
        files.append(replace(plain, tags=tuple(tags)).file())
    for file in files:
        said = _refusal(file, accept_damaged=accepted)
        assert said == "JPEG inside of TIFF is not read; save the photo as JPEG or PNG"


def test_bigtiff_is_refused_by_its_name() -> None:
    said = _refusal(encoded(PHOTO, "tiff", big_tiff=True))
    assert said == "BigTIFF is not read; save it as an ordinary TIFF, or PNG"
    assert _refusal(b"MM\0+" + bytes(60)) == said


def test_fax_is_taken_as_damaged_only_and_other_packings_never() -> None:
    fax = encoded(PHOTO.convert("1"), "tiff", compression="group4")
    assert "damage cannot be seen" in _refusal(fax)
    taken = open_photo(fax, accept_damaged=True)
    assert taken.damage
    assert np.array_equal(taken.pixels, np.asarray(PHOTO.convert("1").convert("RGB")))
    tiff = sound("<", "strips", "plain")
    for compression in (0, 9, 10, 34676, 34887, 50001, 50002, 65535):
        tags = [replace(t, values=(compression,)) if t.tag == 259 else t for t in tiff.tags]
        assert "cannot be seen" in _refusal(replace(tiff, tags=tuple(tags)).file())


def _pages(sizes: list[tuple[int, int]], **options: Any) -> bytes:
    first, *rest = [Image.new("L", size) for size in sizes]
    return encoded(first, "tiff", save_all=True, append_images=rest, **options)


def test_the_largest_page_is_the_photo_and_more_than_64_are_refused() -> None:
    assert open_photo(_pages([(9, 9), (30, 20), (30, 20), (4, 4)])).pixels.shape == (20, 30, 3)
    assert open_photo(_pages([(3, 3)] * 63 + [(5, 4)])).pixels.shape == (4, 5, 3)
    assert _refusal(_pages([(3, 3)] * 65)) == (
        "the TIFF file has more than 64 pages; save one as a file"
    )


def test_pages_in_a_ring_raw_pictures_and_thumbnails_alone_are_named() -> None:
    tiff = sound("<", "strips", "plain")
    file = tiff.file()
    (place,) = struct.unpack_from("<I", file, 4)
    assert "form a ring" in _refusal(tiff.file(following=place))
    assert "truncated" in _refusal(tiff.file(following=len(file) + 4))
    reduced = Tag(254, LONG, (1,))
    assert _refusal(replace(tiff, tags=(reduced, *tiff.tags)).file()) == (
        "the TIFF file holds reduced pictures only"
    )
    subs = tuple(sorted([reduced, *tiff.tags, Tag(330, LONG, (8,))], key=lambda tag: tag.tag))
    assert "its full-size picture lies in a sub-image" in _refusal(replace(tiff, tags=subs).file())
    for extra in (Tag(50706, 1, (1, 4, 0, 0)), Tag(262, SHORT, (32803,))):
        kept = [tag for tag in tiff.tags if tag.tag != extra.tag]
        tags = tuple(sorted([*kept, extra], key=lambda tag: tag.tag))
        assert "camera raw pictures are not supported" in _refusal(replace(tiff, tags=tags).file())


@pytest.mark.usefixtures("little_memory")
def test_notes_cost_nothing_however_many_values_they_say_they_have() -> None:
    """Pillow unpacks every value of the directories of notes, 18 bytes for each of two."""
    tiff = sound("<", "strips", "plain")
    blob = tiff.blob + bytes(1 << 20)
    notes = struct.pack("<H", 900)
    notes += b"".join(struct.pack("<HHII", tag, 3, 1 << 19, 8) for tag in range(900)) + bytes(4)
    place = Tag(34665, LONG, (8 + len(blob),))
    file = Tiff("<", blob + notes, (*tiff.tags, place)).file()
    began = time.process_time()
    assert np.array_equal(open_photo(file).pixels, PICTURE)
    assert time.process_time() - began < 10
    many = tuple(Tag(tag, SHORT, (0,), 1 << 18) for tag in range(1000, 1009))
    tags = tuple(sorted([*tiff.tags, *many], key=lambda tag: tag.tag))
    assert "lie in one another" in _refusal(_pointing(Tiff("<", blob, tags), many))


def _pointing(tiff: Tiff, tags: tuple[Tag, ...]) -> bytes:
    """The file in which all of `tags` have their values in one place."""
    file = bytearray(tiff.file())
    for tag in tags:
        at = file.index(struct.pack("<HHI", tag.tag, tag.kind, tag.count))
        struct.pack_into("<I", file, at + 8, 8)
    return bytes(file)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("layout", ["strips", "tiles"])
def test_parts_that_lie_in_one_another_or_are_many_are_refused(layout: str) -> None:
    tiff = sound("<", layout, "Deflate")
    where, lengths = (324, 325) if "tiles" in layout else (273, 279)
    number = len(next(tag for tag in tiff.tags if tag.tag == where).values)
    tags = {tag.tag: tag for tag in tiff.tags}
    tags[where] = Tag(where, LONG, (8,) * number)
    tags[lengths] = Tag(lengths, LONG, (len(tiff.blob),) * number)
    together = replace(tiff, tags=tuple(tags[tag] for tag in sorted(tags)))
    assert "lie in one another" in _refusal(together.file())
    tags[256], tags[257] = Tag(256, LONG, (300,)), Tag(257, LONG, (300,))
    for tag in (322, 323) if "tiles" in layout else ():
        tags[tag] = Tag(tag, LONG, (1,))
    if "strips" in layout:
        tags[257], tags[278] = Tag(257, LONG, (70_000,)), Tag(278, LONG, (1,))
    many = replace(tiff, tags=tuple(tags[tag] for tag in sorted(tags)))
    assert "strips or tiles, more than 65536" in _refusal(many.file())


@pytest.mark.parametrize(
    ("size", "tile", "is_read"),
    [((65_535, 1), (1, 1 << 22), False), ((1, 65_535), (1 << 22, 1), False),
     ((300, 1), (1, 1 << 20), False), ((30_000, 3), (256, 256), True), ((9, 9), (512, 512), True)],
)  # fmt: skip
def test_tiles_are_not_many_times_their_picture(
    size: tuple[int, int], tile: tuple[int, int], is_read: bool
) -> None:
    """Each is unpacked whole: a thousand bytes for one of the file."""
    number = -(-size[0] // tile[0]) * -(-size[1] // tile[1])
    part = zlib.compress(bytes(tile[0] * tile[1])) if is_read else b"x"
    longs = {256: size[:1], 257: size[1:], 258: (8,), 259: (8,), 262: (1,), 322: tile[:1],
             323: tile[1:], 324: tuple(8 + len(part) * i for i in range(number)),
             325: (len(part),) * number}  # fmt: skip
    file = Tiff("<", part * number, tuple(Tag(tag, LONG, of) for tag, of in longs.items())).file()
    if is_read:
        assert open_photo(file).pixels.shape == (size[1], size[0], 3)
    else:
        assert "its tiles are many times its picture" in _refusal(file)
