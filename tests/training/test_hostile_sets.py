"""Whatever a stranger's set of photos holds: one sentence, no traceback and no memory."""

from __future__ import annotations

import contextlib
import io
import json
import os
import struct
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from squeezesam_train.evaluation.detector_ap import (
    load_detections,
    load_truth,
)
from squeezesam_train.evaluation.mask_ap import average_precision
from squeezesam_train.photos import DataError
from squeezesam_train.sources.coco import CocoPhotos
from squeezesam_train.sources.folder import open_folder
from squeezesam_train.sources.overlap import MOST_MASKS
from squeezesam_train.sources.run_lengths import to_rle
from squeezesam_train.sources.sa1b import Sa1bPhotos
from squeezesam_train.sources.shards import ShardPhotos

SIDE = 32
HEAD = "split,source,id,kind,width,height,n_cc\n"
ROW = f"train,s,a,salient,{SIDE},{SIDE},1\n"
SPARSE = 20 << 30
CACHES = ("decoded", "encoded", "paths")


def _encoded(array: np.ndarray[Any, Any], form: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, form)
    return buffer.getvalue()


PHOTO = _encoded(np.full((SIDE, SIDE, 3), 90, np.uint8), "jpeg")
LABELS = np.zeros((SIDE, SIDE), np.uint8)
LABELS[8:20, 8:20] = 1
MAP = _encoded(LABELS, "png")


def huge_png() -> bytes:
    """One whose header says 60,000×60,000."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def sparse(path: Path, start: bytes) -> None:
    path.write_bytes(start)
    with path.open("r+b") as file:
        file.truncate(SPARSE)


def folder(root: Path, photo: bytes = PHOTO, labels: bytes = MAP, index: str = HEAD + ROW) -> Path:
    place = root / "train" / "s"
    place.mkdir(parents=True)
    (place / "a.jpg").write_bytes(photo)
    (place / "a.png").write_bytes(labels)
    (root / "index.csv").write_text(index)
    return root


def draws(source: Any) -> None:
    source.draw(np.random.default_rng(0))


INDEXES = {
    "a row too short": "train,s\n",
    "a field without an end": f"train,s,{'a' * 200_000},salient,32,32,1\n",
    "a quote without an end": 'train,"s,a,salient,32,32,1\n',
    "NUL": "train,s,a\0b,salient,32,32,1\n",
    "endless digits": f"train,s,a,salient,{'9' * 5000},32,1\n",
    "a name too long": f"train,s,{'a' * 3000},salient,32,32,1\n",
}


@pytest.mark.parametrize("cache", CACHES)
@pytest.mark.parametrize("row", INDEXES)
def test_an_index_that_is_none_is_a_sentence(row: str, cache: str, tmp_path: Path) -> None:
    root = folder(tmp_path, index=HEAD + INDEXES[row])
    with pytest.raises(DataError):
        draws(open_folder(root, "train", {}, cache))


@pytest.mark.parametrize("cache", CACHES)
@pytest.mark.parametrize("which", ["photo", "labels"])
def test_a_picture_of_any_size_is_a_sentence(which: str, cache: str, tmp_path: Path) -> None:
    root = folder(tmp_path, **{which: huge_png()})
    with pytest.raises(DataError):
        draws(open_folder(root, "train", {}, cache))


# Of what a picture of this set may be, and of formats that Pillow would try besides.
STARTS = {"itself": b"", "XPM": b"/* XPM */\n", "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n", "PPM": b"P6\n",
          "GIF": b"GIF89a", "PSD": b"8BPS\0\1", "FITS": b"SIMPLE  =", "XBM": b"#define a_width 9\n",
          "TIFF": b"II*\0\x08\0\0\0"}  # fmt: skip


@pytest.mark.parametrize("cache", CACHES)
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_a_file_without_an_end_is_a_sentence(
    name: str, start: str, cache: str, tmp_path: Path
) -> None:
    root = folder(tmp_path)
    place = root / "train" / "s" / name
    sparse(place, STARTS[start] or place.read_bytes())
    with pytest.raises(DataError):
        draws(open_folder(root, "train", {}, cache))


@pytest.mark.parametrize("cache", CACHES)
@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_a_pipe_among_the_photos_is_a_sentence(name: str, cache: str, tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / "train" / "s" / name).unlink()
    os.mkfifo(root / "train" / "s" / name)
    with pytest.raises(DataError):
        draws(open_folder(root, "train", {}, cache))


def shard(path: Path, about: dict[str, str]) -> list[str]:
    """A shard of one sample, whose photo's head says more than is true."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in (("a.jpg", PHOTO), ("a.label.png", MAP)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.pax_headers = about if name == "a.jpg" else {}
            tar.addfile(info, io.BytesIO(content))
    return [str(path)]


@pytest.mark.parametrize("size", [1 << 20, 1 << 40, 1 << 62, 1 << 70])
@pytest.mark.parametrize("kind", ["sparse", "plain"])
def test_a_shard_that_announces_more_than_it_has_is_a_sentence(
    kind: str, size: int, tmp_path: Path
) -> None:
    about = {"size": str(size)}
    if kind == "sparse":
        about = {
            "GNU.sparse.major": "0",
            "GNU.sparse.minor": "1",
            "GNU.sparse.size": str(size),
            "GNU.sparse.map": f"0,{len(PHOTO)}",
        }
    with pytest.raises(DataError):
        draws(ShardPhotos(shard(tmp_path / "s.tar", about)))


def coco(root: Path, name: str = "a.jpg") -> CocoPhotos:
    (root / "a.jpg").write_bytes(PHOTO)
    photo = {"id": 1, "file_name": name, "height": SIDE, "width": SIDE}
    mask = {"id": 1, "image_id": 1, "segmentation": [[1, 1, 20, 1, 20, 20]]}
    (root / "c.json").write_text(json.dumps({"images": [photo], "annotations": [mask]}))
    return CocoPhotos(root, root / "c.json")


def _endless_photo_of_coco(root: Path) -> None:
    sparse(root / "b.jpg", PHOTO)
    draws(coco(root, "b.jpg"))


def _endless_json_of_coco(root: Path) -> None:
    sparse(root / "c.json", b"{")
    CocoPhotos(root, root / "c.json")


def _pipe_of_coco(root: Path) -> None:
    os.mkfifo(root / "b.jpg")
    draws(coco(root, "b.jpg"))


def _pipe_of_sa1b(root: Path) -> None:
    os.mkfifo(root / "a.jpg")
    (root / "a.json").write_text('{"annotations": []}')
    draws(Sa1bPhotos(root))


def _piped_json_of_sa1b(root: Path) -> None:
    (root / "a.jpg").write_bytes(PHOTO)
    os.mkfifo(root / "a.json")
    draws(Sa1bPhotos(root))


def _endless_photo_of_sa1b(root: Path) -> None:
    sparse(root / "a.jpg", PHOTO)
    (root / "a.json").write_text("{}")
    draws(Sa1bPhotos(root))


def _endless_json_of_sa1b(root: Path) -> None:
    (root / "a.jpg").write_bytes(PHOTO)
    sparse(root / "a.json", b"{")
    draws(Sa1bPhotos(root))


def _masks_without_an_end(root: Path) -> None:
    (root / "a.jpg").write_bytes(PHOTO)
    rest = SIDE * SIDE - 100
    mask = {"size": [SIDE, SIDE], "counts": [rest, 100]}
    masks = [{"segmentation": mask}] * (MOST_MASKS + 1)
    (root / "a.json").write_text(json.dumps({"annotations": masks}))
    draws(Sa1bPhotos(root))


@pytest.mark.parametrize(
    "attack",
    [
        _endless_photo_of_coco,
        _endless_json_of_coco,
        _endless_photo_of_sa1b,
        _endless_json_of_sa1b,
        _pipe_of_coco,
        _pipe_of_sa1b,
        _piped_json_of_sa1b,
        _masks_without_an_end,
    ],
)
def test_what_has_no_end_is_a_sentence(attack: Callable[[Path], None], tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"larger than|more than|no plain file"):
        attack(tmp_path)


NONSENSE = (None, -1, 1e300, 10**400, "x", [1], {"a": 1}, [[1, 2, 1e9, 4, 5, 6]], True, [[]], [],
            [[1, 1, 9, 1, 9, 9], [0, 0, 1e9, 5]], [[1, 1, 9, 1, 9, 9], "zz"],
            [[1, 2, 3, 4]])  # fmt: skip
TRUTH: dict[str, list[dict[str, Any]]] = {
    "images": [{"id": 1, "file_name": "a.jpg", "height": SIDE, "width": SIDE}],
    "categories": [{"id": 1, "name": "cat"}],
    "annotations": [
        {
            "image_id": 1,
            "category_id": 1,
            "area": 100,
            "iscrowd": 0,
            "ignore": 0,
            "segmentation": [[1, 1, 20, 1, 20, 20]],
        }
    ],
}
DETECTION = {"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}


@pytest.mark.parametrize("number", range(len(NONSENSE)))
@pytest.mark.parametrize(
    ("part", "key"), [(part, key) for part, rows in TRUTH.items() for key in rows[0]]
)
def test_annotations_to_be_judged_by_are_read_or_a_sentence(
    part: str, key: str, number: int, tmp_path: Path
) -> None:
    row, sound = {**TRUTH[part][0], key: NONSENSE[number]}, TRUTH[part]
    path = tmp_path / "truth.json"
    for rows in ([row], [*sound, row], [row, *sound]):
        path.write_text(json.dumps({**TRUTH, part: rows}))
        with contextlib.suppress(DataError):
            truth = load_truth(path)
            whole = {"size": [SIDE, SIDE], "counts": [0, SIDE * SIDE]}
            mask = to_rle(whole, SIDE, SIDE)
            average_precision(truth, [{**DETECTION, "segmentation": mask}])


@pytest.mark.parametrize("number", range(len(NONSENSE)))
@pytest.mark.parametrize("key", DETECTION)
def test_detections_are_read_or_a_sentence(key: str, number: int, tmp_path: Path) -> None:
    path, found = tmp_path / "truth.json", tmp_path / "found.json"
    path.write_text(json.dumps(TRUTH))
    found.write_text(json.dumps([{**DETECTION, key: NONSENSE[number]}]))
    truth = load_truth(path)
    with contextlib.suppress(DataError):
        load_detections(found, truth, 100)


@pytest.mark.parametrize("text", ["[" * 100_000, "", "null", "[]", "{}", "[1]", '"a"'])
def test_json_of_any_form_is_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text(text)
    with pytest.raises(DataError):
        load_truth(path)
