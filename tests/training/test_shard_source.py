"""Sharded tar files, written by the webdataset library, as a source."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import webdataset
from sample_sets import encoded, labels, photo, sa1b_document, write_shards
from squeezesam_train.photos import DamagedPhotoError, DataError
from squeezesam_train.sources.shards import ShardPhotos
from squeezesam_train.sources.tar_index import index_shard


def _write(path: Path, samples: list[dict[str, object]]) -> list[str]:
    with webdataset.TarWriter(str(path)) as writer:
        for sample in samples:
            writer.write(sample)
    return [str(path)]


def test_every_form_of_sample_is_read_from_a_range_of_shards(tmp_path: Path) -> None:
    write_shards(tmp_path)
    source = ShardPhotos([str(tmp_path / "train-{000000..000001}.tar")], "person")
    assert len(source) == 6
    rng = np.random.default_rng(0)
    drawn = {p.name: p for p in (source.draw(rng) for _ in range(80))}
    assert len(drawn) == 6
    for name, found in drawn.items():
        key = name.rsplit(":", 1)[1]
        assert found.kind == "person"
        assert np.abs(found.rgb.astype(int) - photo(key)).mean() < 8
        if key == "chelsea":
            assert found.labels.any()
        else:
            assert (found.labels == labels(key)).all()
    exact = next(p for name, p in drawn.items() if name.endswith("coffee"))
    assert (exact.rgb == photo("coffee")).all()


def test_the_index_agrees_with_the_library_s_own_reading(tmp_path: Path) -> None:
    (path,) = write_shards(tmp_path, 1)
    read = {s["__key__"]: s for s in webdataset.WebDataset(str(path), shardshuffle=False)}
    index = index_shard(path)
    assert index.keys() == read.keys()
    content = path.read_bytes()
    for key, members in index.items():
        for member in members:
            place = slice(member.offset, member.offset + member.size)
            assert content[place] == read[key][member.extension]


def test_names_that_are_no_utf_8_are_read(tmp_path: Path) -> None:
    path = tmp_path / "odd.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as tar:
        for ending, data in (
            ("jpg", encoded(photo("coffee"), ".jpg")),
            ("json", json.dumps(sa1b_document("coffee")).encode()),
        ):
            info = tarfile.TarInfo(f"caf\udce9-猫.{ending}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    drawn = ShardPhotos([str(path)]).draw(np.random.default_rng(0))
    assert drawn.name.endswith("caf\udce9-猫")
    assert drawn.labels.any()


def test_tars_in_sa1b_s_own_form_can_be_used_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "sa_000000.tar"
    with tarfile.open(path, "w") as tar:
        for ending, data in (
            ("jpg", encoded(photo("coffee"), ".jpg")),
            ("json", json.dumps(sa1b_document("coffee")).encode()),
        ):
            info = tarfile.TarInfo(f"./sa_223750.{ending}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    assert ShardPhotos([str(path)]).draw(np.random.default_rng(0)).labels.any()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_a_truncated_shard_is_named_with_what_was_sound(tmp_path: Path, share: float) -> None:
    (path,) = write_shards(tmp_path, 1)
    data = path.read_bytes().rstrip(b"\0")
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(DataError, match=r"000000\.tar is corrupt or truncated after \d samples"):
        ShardPhotos([str(path)])


def test_shards_that_are_none_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read the shard .*none\.tar"):
        ShardPhotos([str(tmp_path / "none.tar")])
    garbage = tmp_path / "garbage.tar"
    garbage.write_bytes(np.random.default_rng(0).bytes(3000))
    with pytest.raises(DataError, match=r"garbage\.tar is corrupt"):
        ShardPhotos([str(garbage)])
    packed = tmp_path / "packed.tar"
    packed.write_bytes(gzip.compress(write_shards(tmp_path, 1)[0].read_bytes()))
    with pytest.raises(DataError, match="compressed by gzip"):
        ShardPhotos([str(packed)])
    empty = tmp_path / "empty.tar"
    tarfile.open(empty, "w").close()
    with pytest.raises(DataError, match="holds no samples"):
        ShardPhotos([str(empty)])


def test_a_photo_without_labels_and_labels_without_photo_are_named(tmp_path: Path) -> None:
    photo_only = {"__key__": "a", "jpg": encoded(photo("coffee"), ".jpg")}
    label_only = {"__key__": "b", "json": b"{}"}
    with pytest.raises(DataError, match="a has a photo and no labels"):
        ShardPhotos(_write(tmp_path / "1.tar", [photo_only]))
    with pytest.raises(DataError, match="b has labels and no photo"):
        ShardPhotos(_write(tmp_path / "2.tar", [label_only]))


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.zeros((160, 240), np.uint8), "labels no object"),
        (np.ones((9, 9), np.uint8), "does not have the size of its photo"),
        (np.ones((160, 240, 3), np.uint8), "not an 8-bit image of one channel"),
    ],
)
def test_a_mask_that_does_not_fit_is_one_damaged_photo(
    tmp_path: Path, mask: np.ndarray, message: str
) -> None:
    rgb = photo("coffee")
    assert rgb.shape[:2] == (160, 240)
    sample = {"__key__": "a", "jpg": encoded(rgb, ".jpg"), "png": encoded(mask, ".png")}
    source = ShardPhotos(_write(tmp_path / "1.tar", [sample]))
    with pytest.raises(DamagedPhotoError, match=message):
        source.draw(np.random.default_rng(0))


def test_a_shard_cut_short_during_the_run_damages_single_photos(tmp_path: Path) -> None:
    (path,) = write_shards(tmp_path, 1)
    source = ShardPhotos([str(path)])
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DamagedPhotoError, match="cut short since the start"):
        source.draw(np.random.default_rng(0))


def test_shards_from_elsewhere_are_copied_once_into_the_cache(tmp_path: Path) -> None:
    (path,) = write_shards(tmp_path / "far", 1)
    url, cache = f"pipe:cat {path}", tmp_path / "near"
    with pytest.raises(DataError, match="name a folder 'cache'"):
        ShardPhotos([url])
    first = ShardPhotos([url], cache=cache)
    path.unlink()
    second = ShardPhotos([url], cache=cache)
    assert len(first) == len(second) == 3
    assert len(list(cache.iterdir())) == 1


def test_a_shard_that_cannot_be_fetched_leaves_nothing_behind(tmp_path: Path) -> None:
    url = f"pipe:cat {tmp_path / 'none.tar'}"
    with pytest.raises(DataError, match="cannot fetch the shard"):
        ShardPhotos([url], cache=tmp_path / "near")
    assert not list((tmp_path / "near").iterdir())


def test_a_long_name_takes_no_memory_of_the_short_ones(tmp_path: Path) -> None:
    path = tmp_path / "long.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for key in ["a" * 4_000, *map(str, range(10_000))]:
            for ending in ("jpg", "png"):
                tar.addfile(tarfile.TarInfo(f"{key}.{ending}"))
    tracemalloc.start()
    try:
        source = ShardPhotos([str(path)])
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()
    assert len(source) == 10_001


@pytest.mark.parametrize("kind", [b"L", b"K", b"x", b"g", b"X"])
@pytest.mark.parametrize("first", [True, False])
def test_a_head_with_a_name_or_note_without_an_end_is_a_sentence(
    tmp_path: Path, kind: bytes, first: bool
) -> None:
    path = tmp_path / "endless.tar"
    info = tarfile.TarInfo("a")
    info.type, info.size = kind, 100 << 20
    before = b"" if first else tarfile.TarInfo("b.jpg").tobuf()
    path.write_bytes(before + info.tobuf(tarfile.GNU_FORMAT))
    with path.open("r+b") as file:
        file.truncate(101 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="a name or note of more than 64 KiB"):
            ShardPhotos([str(path)])
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


def test_notes_for_all_files_are_few(tmp_path: Path) -> None:
    path = tmp_path / "notes.tar"
    notes = {f"n{number}": "1" for number in range(1_500)}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT, pax_headers=notes) as tar:
        tar.addfile(tarfile.TarInfo("a.jpg"))
    with pytest.raises(DataError, match="more than 1000 notes"):
        ShardPhotos([str(path)])
