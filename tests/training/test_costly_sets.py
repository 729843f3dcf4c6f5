"""What a stranger's set of photos may cost: time and memory in proportion to its size."""

from __future__ import annotations

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
from squeezesam_train.evaluation.detector_ap import load_truth
from squeezesam_train.evaluation.mask_ap import average_precision
from squeezesam_train.photos import DataError
from squeezesam_train.sources.folder import open_folder
from squeezesam_train.sources.overlap import flatten_masks
from squeezesam_train.sources.run_lengths import to_rle
from squeezesam_train.sources.sa1b import Sa1bPhotos
from squeezesam_train.sources.tar_index import index_shard
from test_hostile_sets import TRUTH, folder, huge_png


def sized(size: int) -> bytes:
    """The head of an empty file in a tar, of any size: beyond octal ones in base 256."""
    head = tarfile.TarInfo("b.jpg").tobuf(tarfile.USTAR_FORMAT)
    field = size.to_bytes(12, "big", signed=True)
    head = head[:124] + field + head[136:148] + b" " * 8 + head[156:]
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


def noted(note: bytes) -> bytes:
    """A pax head with that note."""
    head = tarfile.TarInfo("note")
    head.type, head.size = tarfile.XHDTYPE, len(note)
    return head.tobuf(tarfile.USTAR_FORMAT) + note + bytes(-len(note) % 512)


FILE = tarfile.TarInfo("a.jpg").tobuf(tarfile.USTAR_FORMAT)
ENDLESS = {
    **{f"size {size}": FILE + sized(size) for size in (-1, -512, -1024, -(1 << 40))},
    **{
        f"noted {size}": FILE + noted(f"{len(str(size)) + 9} size={size}\n".encode()) + FILE
        for size in (-1, -512, -1536)
    },
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
