"""Our folder form as a source: caches, and the check at the start."""

from __future__ import annotations

import csv
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from squeezesam_train.photos import DamagedPhotoError, DataError
from squeezesam_train.sources.folder import open_folder
from squeezesam_train.sources.spec import CACHES

CAT = Path("train/pets/chelsea")


@pytest.fixture
def root(photo_root: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(photo_root, tmp_path / "photos"))


def test_every_cache_draws_the_same_photos(photo_root: Path) -> None:
    drawn = []
    for cache in CACHES:
        source = open_folder(photo_root, "train", {"pets": 3.0}, cache)
        assert len(source) == 3
        rng = np.random.default_rng(4)
        drawn.append([source.draw(rng) for _ in range(12)])
    for photos in zip(*drawn, strict=True):
        assert len({p.name for p in photos}) == 1
        assert all((p.rgb == photos[0].rgb).all() for p in photos)
        assert all((p.labels == photos[0].labels).all() for p in photos)
        assert len({(p.kind, p.components, p.partly_labelled) for p in photos}) == 1


def test_folders_of_weight_nought_are_not_even_opened(root: Path) -> None:
    (root / CAT.with_suffix(".png")).unlink()
    source = open_folder(root, "train", {"pets": 0}, "decoded")
    assert len(source) == 2
    with pytest.raises(DataError, match="weight 0"):
        open_folder(root, "train", {"pets": 0, "people": 0, "things": 0}, "decoded")


def _empty_mask(root: Path) -> None:
    path = str(root / CAT.with_suffix(".png"))
    cv2.imwrite(path, np.zeros_like(cv2.imread(path, cv2.IMREAD_UNCHANGED)))


def _small_mask(root: Path) -> None:
    cv2.imwrite(str(root / CAT.with_suffix(".png")), np.ones((5, 5), np.uint8))


@pytest.mark.parametrize("cache", CACHES)
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda r: (r / CAT.with_suffix(".webp")).unlink(), r"chelsea.* has no photo"),
        (lambda r: (r / CAT.with_suffix(".png")).unlink(), r"cannot read the mask .*chelsea\.png"),
        (lambda r: (r / CAT.with_suffix(".webp")).write_bytes(b""), r"the photo .*chelsea\.webp"),
        (lambda r: (r / CAT.with_suffix(".png")).write_bytes(b"PNG"), r"the mask .*chelsea\.png"),
        (_small_mask, "does not have the size of its photo"),
    ],
)
def test_damage_is_found_at_the_start_with_every_cache(
    root: Path, cache: str, spoil: Callable[[Path], object], message: str
) -> None:
    spoil(root)
    with pytest.raises(DataError, match=message) as caught:
        open_folder(root, "train", {}, cache)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", ["WEBP", "AVIF", "HEIF"])
def test_the_head_of_a_large_file_is_looked_at_without_reading_it(root: Path, form: str) -> None:
    photo = root / CAT.with_suffix(".webp")
    Image.new("RGB", (64, 64)).save(photo, form)
    with photo.open("r+b") as file:
        file.truncate(300 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"photo .*chelsea\.webp: .* more than 128 MiB"):
            open_folder(root, "train", {"people": 0, "things": 0}, "paths")
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()


def test_a_mask_file_outside_the_index_without_photo_is_found(root: Path) -> None:
    shutil.copy(root / CAT.with_suffix(".png"), root / "train/pets/ghost.png")
    with pytest.raises(DataError, match=r"ghost\.png has no photo \(\.jpg or \.webp\) beside it"):
        open_folder(root, "train", {}, "paths")


def test_an_empty_mask_is_refused_when_its_pixels_are_read(root: Path) -> None:
    _empty_mask(root)
    with pytest.raises(DataError, match=r"chelsea\.webp labels no object"):
        open_folder(root, "train", {}, "decoded")
    source = open_folder(root, "train", {"people": 0, "things": 0}, "paths")
    with pytest.raises(DamagedPhotoError, match=r"chelsea\.webp labels no object"):
        source.draw(np.random.default_rng(0))


def test_a_photo_stored_lying_is_compared_as_it_is_seen(root: Path) -> None:
    photo = root / CAT.with_suffix(".webp")
    stored = cv2.imread(str(photo))
    lying = np.ascontiguousarray(np.rot90(stored))
    jpeg = bytearray(cv2.imencode(".jpg", lying)[1].tobytes())
    # EXIF orientation 6: turn a quarter clockwise to see it.
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    photo.unlink()
    photo.with_suffix(".jpg").write_bytes(bytes(jpeg[:2]) + segment + bytes(jpeg[2:]))
    weights = {"people": 0.0, "things": 0.0}
    for cache in CACHES:
        drawn = open_folder(root, "train", weights, cache).draw(np.random.default_rng(0))
        assert np.abs(drawn.rgb.astype(int) - stored[..., ::-1]).mean() < 6


@pytest.mark.parametrize("cache", CACHES)
def test_a_tiff_under_a_photo_s_name_is_read_by_the_one_strict_reader(
    root: Path, cache: str
) -> None:
    photo = root / CAT.with_suffix(".webp")
    stored = Image.open(photo).convert("RGB")
    weights = {"people": 0.0, "things": 0.0}
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = stored.transpose(Image.Transpose.ROTATE_90)
    lying.save(photo, "TIFF", compression="tiff_lzw", exif=exif)
    drawn = open_folder(root, "train", weights, cache).draw(np.random.default_rng(0))
    assert (drawn.rgb == np.asarray(stored)).all()
    stored.save(photo, "TIFF", compression="jpeg")
    with pytest.raises(DataError, match=r"chelsea\.webp: JPEG inside of TIFF is not read"):
        open_folder(root, "train", weights, cache)


# What is no plain name of a file or folder, or has a control character.
NO_NAMES = ("", ".", "..", "../s", "s/../../s", "/", "/etc", "a/b", "a\\b", "..\\s",
            "a\x1b[31m", "a\x9b1m", "a\tb", "a\x7f", "{elsewhere}")  # fmt: skip


def _with_row(root: Path, first: bool, **values: str) -> None:
    """One more row in the index, before or behind all others."""
    with (root / "index.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    given = {**dict(zip(head, rows[0], strict=True)), **values}
    row = [given[name] for name in head]
    with (root / "index.csv").open("w", newline="") as file:
        csv.writer(file).writerows([head, row, *rows] if first else [head, *rows, row])


@pytest.mark.parametrize("column", ["split", "source", "id"])
@pytest.mark.parametrize("name", NO_NAMES)
@pytest.mark.parametrize("first", [True, False])
def test_no_row_of_an_index_leads_out_of_its_folder(
    root: Path, tmp_path: Path, first: bool, name: str, column: str
) -> None:
    secret = tmp_path / "secret" / "s"
    secret.mkdir(parents=True)
    shutil.copy(root / CAT.with_suffix(".png"), secret / "lone.png")  # nobody is to hear of it
    name = name.format(elsewhere=secret)
    _with_row(root, first, **{column: name})
    for split in {"train", name if column == "split" else "train"}:
        with pytest.raises(DataError, match=rf"index\.csv .*line \d+: the {column} ") as caught:
            open_folder(root, split, {}, "paths")
        assert "lone" not in str(caught.value)
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("kind", ["\x1b[2J", "a\nb", "\x9b"])
def test_a_kind_has_no_control_characters(root: Path, kind: str) -> None:
    _with_row(root, True, kind=kind)
    with pytest.raises(DataError, match=r"the kind .* has a control character"):
        open_folder(root, "train", {}, "paths")
