"""The picture of a training run."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

import cv2
import pytest
from squeezesam.formats import read_file
from squeezesam_export.errors import ExportError
from squeezesam_export.replacing import check_replaceable
from squeezesam_train.curve import main, read_log
from squeezesam_train.evaluation.detector_ap import load_truth
from squeezesam_train.photos import DataError, index_rows
from squeezesam_train.sources.coco import CocoPhotos
from squeezesam_train.sources.prepare_duts import _written_earlier


def _write(path: Path, steps: list[int]) -> None:
    records = [
        {"step": s, "size": 64 if s < 300 else 96, "iou": s / 1000, "best_iou": s / 900}
        for s in steps
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in records))


def test_steps_repeated_after_a_resume_count_once(tmp_path: Path) -> None:
    _write(tmp_path / "log.jsonl", [50, 100, 150, 200, 100, 150, 250])
    assert [r["step"] for r in read_log(tmp_path / "log.jsonl")] == [50, 100, 150, 250]


def test_a_log_becomes_a_picture(tmp_path: Path) -> None:
    _write(tmp_path / "log.jsonl", list(range(50, 600, 50)))
    picture = tmp_path / "curve.png"
    assert main([str(tmp_path / "log.jsonl"), "--output", str(picture), "--title", "run"]) == 0
    drawn = cv2.imread(str(picture))
    assert drawn.shape[1] > 500
    assert drawn.std() > 5


@pytest.mark.parametrize("content", ["", "no json\n"])
def test_a_log_without_records_is_refused(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log.jsonl").write_text(content)
    assert main([str(tmp_path / "log.jsonl"), "--output", str(tmp_path / "x.png")]) == 1
    assert "cannot draw" in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()


GOOD = json.dumps({"step": 1, "size": 64, "iou": 0.5, "best_iou": 0.6})
LINES = {
    "a list": "[]", "a number": "1", "nothing": "", "a word": "no json", "deep": "[" * 100_000,
    **{f"{name} that is {value}": GOOD[:-1] + f', "{name}": {value}}}'
       for name in ("step", "size", "iou", "best_iou")
       for value in ("[1]", "{}", "null", '"1"', "true", "1e999", "9" * 4000, "NaN")},
    **{f"no {name}": json.dumps({k: v for k, v in json.loads(GOOD).items() if k != name})
       for name in ("step", "size", "iou", "best_iou")},
}  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_no_record_is_named(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log.jsonl").write_text(f"{GOOD}\n{LINES[line]}\n{GOOD}\n")
    assert main([str(tmp_path / "log.jsonl"), "--output", str(tmp_path / "x.png")]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert "cannot draw" in said
    assert "line 2 " in said
    assert len(said) < 300
    assert not (tmp_path / "x.png").exists()


def test_a_picture_is_replaced_with_overwrite_only_and_never_written_through_a_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, picture, mine = (tmp_path / name for name in ("log.jsonl", "curve.png", "mine"))
    _write(log, [50, 100])
    mine.write_text("mine")
    picture.symlink_to(mine)
    words = [str(log), "--output", str(picture)]
    assert main(words) == 1
    assert "exists already" in capsys.readouterr().err
    assert picture.is_symlink()
    assert main([*words, "--overwrite"]) == 0
    assert not picture.is_symlink()
    assert mine.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curve.png", "log.jsonl", "mine"]
    assert main([str(log), "--output", str(tmp_path / "curve.xyz")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_long_log_is_read_in_linear_time(tmp_path: Path) -> None:
    _write(tmp_path / "log.jsonl", list(range(60_000)))
    began = time.process_time()
    assert len(read_log(tmp_path / "log.jsonl")) == 60_000
    assert time.process_time() - began < 20


def _nothing_is_written_earlier(path: Path) -> None:
    if _written_earlier(path, "train/duts_tr") == set():
        raise DataError("refused")


TEXTS = {
    "log.jsonl": read_log,
    "index.csv": lambda path: list(index_rows(path.parent, ("split",))),
    "earlier.csv": _nothing_is_written_earlier,
    "coco.json": lambda path: CocoPhotos(path.parent, path),
    "truth.json": load_truth,
    "manifest.json": lambda path: check_replaceable(path.parent),
    "any": lambda path: json.loads(read_file(path, 1 << 20)),
}


@pytest.mark.parametrize("kind", ["pipe", "folder", "socket", "endless", "device", "system's own"])
@pytest.mark.parametrize("name", TEXTS)
def test_what_is_no_file_or_has_no_end_is_refused_at_once_where_a_text_should_be(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    path = Path(name)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as open_one:
            open_one.bind(name)
    elif kind == "endless":
        with path.open("wb") as file:
            file.truncate(1 << 36)
    else:
        path.symlink_to("/dev/zero" if kind == "device" else "/proc/self/pagemap")
    began = time.monotonic()
    with pytest.raises((DataError, ExportError, OSError, ValueError)):
        TEXTS[name](path.absolute())
    assert time.monotonic() - began < 10
