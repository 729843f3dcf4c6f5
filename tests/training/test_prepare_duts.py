"""DUTS' own layout becomes our folder form."""

from __future__ import annotations

import csv
import os
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from sample_sets import NAMES, block, disc, photo, write_photos
from squeezesam_train.photos import list_photos
from squeezesam_train.sources import prepare_duts
from squeezesam_train.sources.difference_hash import NEAR, NearDuplicates
from squeezesam_train.sources.folder import open_folder


@pytest.fixture
def duts(tmp_path: Path) -> Path:
    """Three photos with grey masks: certain, doubtful and no object."""
    write_photos(tmp_path / "photos")
    (tmp_path / "masks").mkdir()
    for name in NAMES:
        height, width = photo(name).shape[:2]
        grey = np.zeros((height, width), np.uint8)
        grey[disc(height, width, 0.32)] = 63
        grey[disc(height, width, 0.3)] = 191
        grey[disc(height, width, 0.25)] = 192
        grey[block(height, width)] = 255
        cv2.imwrite(str(tmp_path / "masks" / f"{name}.png"), grey)
    return tmp_path


def _prepare(root: Path, *more: str) -> int:
    arguments = ["--photos", str(root / "photos"), "--masks", str(root / "masks")]
    return prepare_duts.main([*arguments, "--output", str(root / "out"), *more])


def test_photos_and_masks_become_a_folder_that_trains(duts: Path) -> None:
    assert _prepare(duts) == 0
    entries = list_photos(duts / "out", "train")
    assert [e.id for e in entries] == sorted(NAMES)
    assert {(e.kind, e.source, e.components) for e in entries} == {("salient", "duts_tr", 2)}
    rng = np.random.default_rng(0)
    drawn = open_folder(duts / "out", "train", {}, "decoded").draw(rng)
    height, width = drawn.labels.shape
    certain = disc(height, width, 0.25) | block(height, width)
    doubtful = disc(height, width, 0.3) & ~certain
    assert ((drawn.labels == 1) == certain).all()
    assert ((drawn.labels == 255) == doubtful).all()
    assert drawn.components == 2


def test_the_index_counts_size_share_and_components(duts: Path) -> None:
    mask = np.zeros((200, 300), np.uint8)
    mask[10:60, 10:60] = 255
    mask[100:112, 100:110] = 255
    mask[150:160, 200:210] = 255
    cv2.imwrite(str(duts / "masks" / "coffee.png"), mask)
    cv2.imwrite(str(duts / "photos" / "coffee.jpg"), np.full((200, 300, 3), 90, np.uint8))
    assert _prepare(duts) == 0
    with (duts / "out" / "index.csv").open(newline="") as file:
        row = next(r for r in csv.DictReader(file) if r["id"] == "coffee")
    # 0.2 % of the photo are 120 pixels: the second part just counts, the third does not.
    assert (row["width"], row["height"], row["n_cc"]) == ("300", "200", "2")
    assert float(row["fg_frac"]) == pytest.approx((2500 + 120 + 100) / 60000, abs=1e-4)
    copied = duts / "out" / "train" / "duts_tr" / "coffee.jpg"
    assert copied.read_bytes() == (duts / "photos" / "coffee.jpg").read_bytes()


def test_near_duplicates_of_another_folder_are_left_out_even_mirrored(
    duts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = duts / "other" / "val"
    other.mkdir(parents=True)
    small = cv2.resize(photo("coffee")[:, ::-1], None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(other / "a.jpg"), small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 60])
    # A label map beside a photo is no photo: it must not be compared.
    cv2.imwrite(str(other / "a.png"), cv2.cvtColor(photo("chelsea"), cv2.COLOR_RGB2BGR))
    assert _prepare(duts, "--exclude-like", str(duts / "other")) == 0
    assert {e.id for e in list_photos(duts / "out", "train")} == {"astronaut", "chelsea"}
    assert "1 near duplicates" in capsys.readouterr().err


def test_the_hash_tells_copies_from_other_photos(tmp_path: Path) -> None:
    write_photos(tmp_path)
    for name in NAMES:
        (tmp_path / f"{name}.jpg").rename(tmp_path / "one.jpg")
        alone = tmp_path / name
        alone.mkdir()
        (tmp_path / "one.jpg").rename(alone / "one.jpg")
        known = NearDuplicates(alone)
        distances = {other: known.distance(photo(other)) for other in NAMES}
        assert distances.pop(name) < 10
        assert min(distances.values()) > NEAR + 20
        brighter = np.clip(photo(name).astype(int) + 20, 0, 255).astype(np.uint8)
        assert known.distance(brighter) < NEAR


def test_an_output_is_replaced_only_when_told_and_only_if_it_is_one(
    duts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _prepare(duts) == 0
    assert _prepare(duts) == 1
    assert "exists (--overwrite replaces it)" in capsys.readouterr().err
    (duts / "photos" / "coffee.jpg").unlink()
    (duts / "masks" / "coffee.png").unlink()
    assert _prepare(duts, "--overwrite") == 0
    assert len(list_photos(duts / "out", "train")) == 2
    (duts / "out" / "train" / "others").mkdir()
    assert _prepare(duts, "--overwrite") == 1
    assert "left as it is" in capsys.readouterr().err
    assert (duts / "out" / "train" / "others").is_dir()


@pytest.mark.parametrize(
    ("earlier", "foreign", "more"),
    [
        (False, "out.part/thesis.txt", ()),
        (True, "out.part/thesis.txt", ("--overwrite",)),
        (True, ".partial-mine/thesis.txt", ("--overwrite",)),
    ],
)
def test_folders_beside_the_output_are_nobody_elses_business(
    earlier: bool, foreign: str, more: tuple[str, ...], duts: Path
) -> None:
    if earlier:
        assert _prepare(duts) == 0
    precious = duts / foreign
    precious.parent.mkdir()
    precious.write_text("precious")
    assert _prepare(duts, *more) == 0
    assert precious.read_text() == "precious"
    assert len(list_photos(duts / "out", "train")) == len(NAMES)
    kept = {"photos", "masks", "out", precious.parent.name}
    assert {path.name for path in duts.iterdir()} == kept


@pytest.mark.parametrize(
    ("foreign", "more"),
    [
        ("notes.txt", ()),
        (".notes", ()),
        ("train/notes.txt", ()),
        ("train/duts_tr/notes.txt", ()),
        ("train/duts_tr/mine.jpg", ()),
        ("train/duts_tr/deep/notes.txt", ()),
        (None, ("--split", "val")),
        (None, ("--source", "others")),
    ],
)
def test_an_output_with_files_that_the_tool_did_not_write_is_left_as_it_is(
    foreign: str | None, more: tuple[str, ...], duts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _prepare(duts) == 0
    if foreign:
        (duts / "out" / foreign).parent.mkdir(exist_ok=True)
        (duts / "out" / foreign).write_text("precious")
    before = _contents(duts)
    capsys.readouterr()
    assert _prepare(duts, "--overwrite", *more) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert f"{duts / 'out'} holds something that prepare_duts did not write" in said
    assert (foreign or "train/duts_tr/") in said
    assert _contents(duts) == before


@pytest.mark.parametrize(
    "index", [None, b"", b"id,name\n1,mine\n", b"\xff\xfe\x00", b'"' + b"x" * 200_000]
)
def test_a_folder_whose_index_is_not_the_tools_is_left_as_it_is(
    index: bytes | None, duts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (duts / "out" / "train").mkdir(parents=True)
    if index is not None:
        (duts / "out" / "index.csv").write_bytes(index)
    before = _contents(duts)
    assert _prepare(duts, "--overwrite") == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert "did not write" in said
    assert _contents(duts) == before


def test_a_file_or_a_dangling_link_in_the_place_of_the_output_is_left_as_it_is(
    duts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = duts / "out"
    out.write_text("precious")
    assert _prepare(duts, "--overwrite") == 1
    assert out.read_text() == "precious"
    out.unlink()
    out.symlink_to(duts / "nowhere")
    assert _prepare(duts) == 1
    assert _prepare(duts, "--overwrite") == 1
    assert os.readlink(out) == str(duts / "nowhere")
    assert "is no folder: left as it is" in capsys.readouterr().err


def test_an_empty_folder_is_replaced(duts: Path) -> None:
    (duts / "out").mkdir()
    assert _prepare(duts, "--overwrite") == 0
    assert len(list_photos(duts / "out", "train")) == len(NAMES)


def _contents(folder: Path) -> dict[Path, bytes | None]:
    """Every path below a folder and what stands in its file."""
    return {p: p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def test_half_pairs_are_refused_before_anything_is_written(
    duts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (duts / "photos" / "coffee.jpg").unlink()
    assert _prepare(duts) == 1
    assert "1 files of" in (message := capsys.readouterr().err)
    assert "have no photo, such as 'coffee'" in message
    assert not (duts / "out").exists()


def test_damaged_and_tiny_ones_are_counted_and_left_out(
    duts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (duts / "photos" / "coffee.jpg").write_bytes(b"no photo")
    tiny = np.zeros(photo("chelsea").shape[:2], np.uint8)
    tiny[:10, :19] = 255
    cv2.imwrite(str(duts / "masks" / "chelsea.png"), tiny)
    assert _prepare(duts) == 0
    assert [e.id for e in list_photos(duts / "out", "train")] == ["astronaut"]
    assert "1 with less than 200 pixels of object, 1 damaged" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text are Linux's")
@pytest.mark.parametrize(
    ("odd", "why"),
    [
        *((name, "its name is no UTF-8") for name in (b"\xff", b"a\xc3", b"\xed\xa0\x80")),
        *((name, "has a control character") for name in (b"a\n", b"\x1b[2J", "\x9b".encode())),
        (b"a\\b", "is no plain name"),
    ],
)
def test_a_photo_whose_name_no_index_may_have_is_counted_and_left_out(
    duts: Path, odd: bytes, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever else a name holds is written as it is."""
    for folder, ending in (("photos", b".jpg"), ("masks", b".png")):
        given = (duts / folder / f"astronaut{ending.decode()}").read_bytes()
        for name in (odd, '=1+1,"ä'.encode()):
            Path(os.fsdecode(os.fsencode(duts / folder) + b"/" + name + ending)).write_bytes(given)
    assert _prepare(duts) == 0
    told = capsys.readouterr().err
    assert why in told
    assert "4 photos written" in told
    assert "1 damaged" in told
    assert len(list_photos(duts / "out", "train")) == 4


def test_a_failure_half_way_leaves_nothing_behind(
    duts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    assert _prepare(duts) == 1
    assert "No space left" in capsys.readouterr().err
    assert {p.name for p in duts.iterdir()} == {"photos", "masks"}
