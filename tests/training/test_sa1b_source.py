"""SA-1B's pairs of photo and json as a source."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sample_sets import block, disc, photo, sa1b_document, write_sa1b
from squeezesam_train.photos import DamagedPhotoError, DataError
from squeezesam_train.sources.sa1b import Sa1bPhotos, labels_of


def _labels(document: object, merging: float) -> np.ndarray:
    rgb = photo("chelsea")
    text = json.dumps(document).encode()
    return labels_of(text, "sa_1.json", rgb, np.random.default_rng(0), merging)


def test_a_nested_mask_is_merged_into_its_whole_or_stands_for_it() -> None:
    document = sa1b_document("chelsea")
    height, width = photo("chelsea").shape[:2]
    merged = _labels(document, 1.0)
    assert (merged == np.where(disc(height, width, 0.3), 1, 2 * block(height, width))).all()
    parts = _labels(document, 0.0)
    small, large = disc(height, width, 0.12), block(height, width)
    order = (1, 2) if small.sum() > large.sum() else (2, 1)
    assert (parts == np.where(small, order[0], order[1] * large)).all()


def test_pairs_in_subfolders_are_found_and_drawn(tmp_path: Path) -> None:
    write_sa1b(tmp_path / "sa_000000")
    source = Sa1bPhotos(tmp_path)
    assert len(source) == 3
    rng = np.random.default_rng(1)
    drawn = [source.draw(rng) for _ in range(20)]
    assert len({p.name for p in drawn}) == 3
    assert all(p.labels.shape == p.rgb.shape[:2] and p.labels.any() for p in drawn)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / "coffee.jpg").unlink(), r"coffee\.json has no photo \(\.jpg\) beside it"),
        (lambda f: (f / "coffee.json").unlink(), r"coffee\.jpg has no masks \(\.json\) beside it"),
        (lambda f: [p.unlink() for p in f.iterdir()], r"holds no photo"),
    ],
)
def test_half_pairs_are_refused_at_the_start(
    tmp_path: Path, spoil: Callable[[Path], object], message: str
) -> None:
    write_sa1b(tmp_path)
    spoil(tmp_path)
    with pytest.raises(DataError, match=message):
        Sa1bPhotos(tmp_path)


def test_names_of_any_language_and_of_none_are_read(tmp_path: Path) -> None:
    write_sa1b(tmp_path)
    for ending in (b".jpg", b".json"):
        for name, other in ((b"coffee", "Kätzchen-猫".encode()), (b"chelsea", b"\xff\xfe")):
            os.rename(os.fsencode(tmp_path) + b"/" + name + ending,
                      os.fsencode(tmp_path) + b"/" + other + ending)  # fmt: skip
    source = Sa1bPhotos(tmp_path)
    drawn = {source.draw(np.random.default_rng(seed)).name for seed in range(20)}
    assert len(drawn) == 3


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no folder .*none"):
        Sa1bPhotos(tmp_path / "none")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"annotations": []}, r"sa_1\.json holds no annotation with a mask"),
        ({"images": []}, "no SA-1B json"),
        ([], "no SA-1B json"),
        (sa1b_document("coffee"), "annotation 0 has a mask of the size"),
        ({"annotations": [{"segmentation": []}]}, "holds no annotation with a mask"),
        (
            {"annotations": [{"segmentation": {"size": [120, 180], "counts": [0.5, 21599.5]}}]},
            "annotation 0 has run lengths that are no whole numbers",
        ),
        ({"annotations": [{"segmentation": [[0, 0, 1e9, 0, 5, 5]]}]}, "far outside its photo"),
    ],
)
def test_a_json_that_cannot_be_used_is_one_damaged_photo(document: object, message: str) -> None:
    with pytest.raises(DamagedPhotoError, match=message):
        _labels(document, 0.5)


@pytest.mark.parametrize("broken", [b'{"annotations": [', b"[" * 100_000, b"\xff\xfe"])
def test_broken_json_is_one_damaged_photo(broken: bytes) -> None:
    with pytest.raises(DamagedPhotoError, match="not valid json"):
        labels_of(broken, "sa_1.json", photo("coffee"), np.random.default_rng(0), 0.5)
