"""What a stranger's set of photos may cost: time and memory in proportion to its size."""

from __future__ import annotations

import io
import json
import resource
import struct
import tarfile
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from squeezesam.photo_jpeg import exif_bytes
from squeezesam_train.evaluation.detector_ap import load_truth
from squeezesam_train.evaluation.mask_ap import average_precision
from squeezesam_train.photos import DataError
from squeezesam_train.sources.coco import CocoPhotos
from squeezesam_train.sources.folder import open_folder
from squeezesam_train.sources.overlap import flatten_masks
from squeezesam_train.sources.run_lengths import to_rle
from squeezesam_train.sources.sa1b import Sa1bPhotos, labels_of
from squeezesam_train.sources.tar_index import index_shard, key_and_extension
from test_hostile_sets import PHOTO, TRUTH, folder, huge_png
from webdataset.tariterators import base_plus_ext


def sized(size: int) -> bytes:
    """The head of an empty file in a tar, of any size: beyond octal ones in base 256."""
    head = tarfile.TarInfo("b.jpg").tobuf(tarfile.USTAR_FORMAT)
    field = size.to_bytes(12, "big", signed=True)
    head = head[:124] + field + head[136:148] + b" " * 8 + head[156:]
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


def noted(note: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    """A pax head with that note."""
    head = tarfile.TarInfo("note")
    head.type, head.size = kind, len(note)
    return head.tobuf(tarfile.USTAR_FORMAT) + note + bytes(-len(note) % 512)


def record(key: bytes, value: bytes) -> bytes:
    """One of a note's records; its length counts itself."""
    length = len(key) + len(value) + 3
    while len(str(length)) + len(key) + len(value) + 3 != length:
        length = len(str(length)) + len(key) + len(value) + 3
    return b"%d %s=%s\n" % (length, key, value)


def cut_head() -> bytes:
    """The head of an old sparse file that says it goes on."""
    head = bytearray(tarfile.TarInfo("b.jpg").tobuf(tarfile.USTAR_FORMAT))
    head[156:157], head[482:483], head[148:156] = b"S", b"\1", b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


FILE = tarfile.TarInfo("a.jpg").tobuf(tarfile.USTAR_FORMAT)
ENDLESS = {
    **{f"size {size}": FILE + sized(size) for size in (-1, -512, -1024, -(1 << 40))},
    **{
        f"noted {size}": FILE + noted(f"{len(str(size)) + 9} size={size}\n".encode()) + FILE
        for size in (-1, -512, -1536)
    },
    "keys without an end": noted(b"3 x" * 20_000 + b"=") + FILE,
    "keys without an end in a chain": noted(b"9 comment")
    + noted(b"3 x" * 12_000 + b"=") * 4
    + FILE,
    "records": noted(record(b"x", b"1") * 8_000) + FILE,
    "a long name": noted(record(b"path", b"a/" * 4_000)) + FILE,
    "a long name for all": noted(record(b"path", b"a/" * 4_000), tarfile.XGLTYPE) + FILE * 9,
    "a sparse head that is cut": FILE + cut_head(),
    "digits": noted(b"1" * 60_000) + FILE,
    "digits in a record": noted(b"60018 comment=" + b"7" * 60_003 + b"\n") + FILE,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_shard_that_would_be_read_for_ever_is_a_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "s.tar"
    path.write_bytes(ENDLESS[name] + bytes(1024))
    begun = time.process_time()
    with pytest.raises(DataError):
        index_shard(path)
    assert time.process_time() - begun < 2


@given(st.lists(st.sampled_from(["a", "b", ".", "/", "..", "a/", "./", "\u4e2d"]), max_size=12))
def test_names_are_split_as_webdataset_splits_them(parts: list[str]) -> None:
    name = "".join(parts)
    key, extension = base_plus_ext(name)
    assert key_and_extension(name) == (key, extension if key is not None else "")


def test_notes_that_an_honest_tar_has_are_read(tmp_path: Path) -> None:
    name = "\u4e2d" * 80 + "/" + "x" * 150
    with tarfile.open(tmp_path / "s.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        for ending in (".jpg", ".json"):
            info = tarfile.TarInfo(name + ending)
            info.size, info.mtime = 3, 1234567890.123456
            info.pax_headers = {"comment": "a=b 12 c=d\nand 7", "GNU.x": ""}
            tar.addfile(info, io.BytesIO(b"abc"))
    assert [m.extension for m in index_shard(tmp_path / "s.tar")[name]] == ["jpg", "json"]


def zigzag(side: int, corners: int) -> list[float]:
    return [v for i in range(corners) for v in (side * (i % 2), i * side // corners)]


def test_outlines_of_many_annotations_are_a_sentence_soon(tmp_path: Path) -> None:
    row = {**TRUTH["annotations"][0], "segmentation": [zigzag(16_384, 63)]}
    truth = many(1, 1, [row] * 300)
    truth["images"][0] |= {"height": 16_384, "width": 16_384, "file_name": "a.jpg"}
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(truth))
    (tmp_path / "a.jpg").write_bytes(PHOTO)
    begun = time.process_time()
    with pytest.raises(DataError, match="outlines of too many pixels"):
        load_truth(path)
    with pytest.raises(DataError, match="outlines of too many pixels"):
        CocoPhotos(tmp_path, path)
    photo = np.zeros((4096, 4096, 3), np.uint8)
    document = json.dumps({"annotations": [{"segmentation": [zigzag(4096, 250)]}] * 60}).encode()
    with pytest.raises(DataError, match="outlines of too many pixels"):
        labels_of(document, "x", photo, np.random.default_rng(0), 0.5)
    assert time.process_time() - begun < 30


@pytest.mark.parametrize("cache", ["encoded", "paths"])
def test_a_photo_s_notes_in_many_parts_are_a_sentence_soon(cache: str, tmp_path: Path) -> None:
    part = b"\xff\xe1\xff\xffExif\0\0II*\0" + bytes(0xFFFF - 12)
    root = folder(tmp_path, photo=PHOTO[:2] + part * 200 + PHOTO[2:])
    begun = time.process_time()
    with pytest.raises(DataError, match="Exif"):
        open_folder(root, "train", {}, cache)
    small = b"\xff\xe1\x00\x12Exif\0\0II*\0\x08\0\0\0\0\0"
    (root / "train" / "s" / "a.jpg").write_bytes(PHOTO[:2] + small * 80_000 + PHOTO[2:])
    with pytest.raises(DataError, match="segments"):
        open_folder(root, "train", {}, cache)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("hidden", [b"\xff\xfe\0\0", b"\xff\xe0\0\1", b"\xff\xd9"])
def test_notes_behind_what_ends_our_own_reading_are_refused(hidden: bytes, tmp_path: Path) -> None:
    small = b"\xff\xe1\x00\x12Exif\0\0II*\0\x08\0\0\0\0\0"
    root = folder(tmp_path, photo=PHOTO[:2] + hidden + small * 80_000 + PHOTO[2:])
    begun = time.process_time()
    with pytest.raises(DataError, match=r"truncated|no picture"):
        open_folder(root, "train", {}, "encoded")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("marker", range(256))
def test_our_reading_of_notes_sees_all_that_pillow_s_sees(marker: int) -> None:
    """Whatever a segment is called that holds others: what one reader skips, the other may read."""
    note = b"\xff\xe1\x00\x12Exif\0\0II*\0\x08\0\0\0\0\0"
    holder = bytes((0xFF, marker)) + (2 + 4 * len(note)).to_bytes(2, "big") + 4 * note
    content = PHOTO[:2] + holder + note + PHOTO[2:]
    try:
        seen = exif_bytes(content)
    except ValueError:
        return
    try:
        with Image.open(io.BytesIO(content)) as image:
            read = len(image.info.get("exif", b""))
    except (OSError, SyntaxError, ValueError):
        return
    assert read <= seen


def test_thousands_of_crowds_are_painted_as_one() -> None:
    side = 4096
    crowd = to_rle({"size": [side, side], "counts": [0, side * side]}, side, side)
    part = to_rle({"size": [side, side], "counts": [5, 7, side * side - 12]}, side, side)
    assert crowd is not None
    assert part is not None
    begun = time.process_time()
    labels = flatten_masks([part], [crowd] * 4000, side, side, np.random.default_rng(0))
    assert time.process_time() - begun < 4
    assert (labels[5:12, 0] == 1).all()
    assert (labels == 255).sum() == side * side - 7


def many(photos: int, classes: int, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "images": [{"id": i, "height": 8, "width": 8} for i in range(1, photos + 1)],
        "categories": [{"id": i} for i in range(1, classes + 1)],
        "annotations": annotations,
    }


def test_classes_and_photos_without_objects_cost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    one = {**TRUTH["annotations"][0], "segmentation": [[1, 1, 6, 1, 6, 6]]}
    path.write_text(json.dumps(many(2_000, 2_000, [one])))
    begun = time.process_time()
    figures = average_precision(load_truth(path), [])
    assert time.process_time() - begun < 5
    assert figures["AP"] == 0


def test_a_photo_with_more_objects_than_any_has_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    one = {**TRUTH["annotations"][0], "segmentation": [[1, 1, 6, 1, 6, 6]]}
    path.write_text(json.dumps(many(1, 1, [one] * 1_001)))
    with pytest.raises(DataError, match="more than 1000 annotations"):
        load_truth(path)


def test_lists_of_classes_of_any_length_cost_little(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    one = {**TRUTH["annotations"][0], "segmentation": [[1, 1, 6, 1, 6, 6]]}
    truth = many(1, 200, [{**one, "category_id": 1 + i} for i in range(200)])
    lists = {"neg_category_ids": [7] * 100_000, "not_exhaustive_category_ids": [5] * 100_000}
    truth["images"][0] |= lists
    path.write_text(json.dumps(truth))
    begun = time.process_time()
    average_precision(load_truth(path), [])
    assert time.process_time() - begun < 10


def _with_a_large_part(form: str) -> bytes:
    """The head of a PNG or TIFF that says 300 MiB follow before anything is told."""
    if form == "png":
        start = huge_png()[:33].replace(
            struct.pack(">II", 60_000, 60_000), struct.pack(">II", 8, 8)
        )
        start = start[:29] + struct.pack(">I", zlib.crc32(start[12:29]))
        return start + struct.pack(">I", 300 << 20) + b"abCd"
    tags = [(256, 3, 1, 8), (257, 3, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
            (273, 4, 1, 256), (277, 3, 1, 1), (278, 3, 1, 8), (279, 4, 1, 64),
            (700, 1, 300 << 20, 4096)]  # fmt: skip
    rows = b"".join(struct.pack("<HHI", *tag[:3]) + struct.pack("<I", tag[3]) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + struct.pack("<I", 0)


@pytest.mark.parametrize("cache", ["encoded", "paths"])
@pytest.mark.parametrize("form", ["png", "tiff"])
def test_a_picture_with_a_large_part_before_its_pixels_is_a_sentence(
    form: str, cache: str, tmp_path: Path
) -> None:
    root = folder(tmp_path)
    place = root / "train" / "s" / "a.jpg"
    place.write_bytes(_with_a_large_part(form))
    with place.open("r+b") as file:
        file.truncate((300 << 20) + 8192)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError):
        open_folder(root, "train", {}, cache)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


def test_masks_of_more_runs_than_can_be_laid_over_each_other_are_a_sentence() -> None:
    counts = [1] * 9_999
    mask = to_rle({"size": [100, 100], "counts": [*counts, 10_000 - sum(counts)]}, 100, 100)
    assert mask is not None
    with pytest.raises(DataError, match="too many runs"):
        flatten_masks([mask] * 400, [], 100, 100, np.random.default_rng(0))


def test_one_long_name_does_not_make_all_names_long(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d" * 200] * 5)
    deep.mkdir(parents=True)
    for stem in (deep / "x", *(tmp_path / f"{i:03}" for i in range(300))):
        stem.with_suffix(".jpg").write_bytes(b"")
        stem.with_suffix(".json").write_bytes(b"")
    source = Sa1bPhotos(tmp_path)
    assert len(source) == 301
    assert len(source._stems) < 3_000
    assert {source._stem(i) for i in range(301)} == {
        str(p.relative_to(tmp_path).with_suffix("")) for p in tmp_path.rglob("*.jpg")
    }
