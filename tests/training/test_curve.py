"""The picture of a training run."""

from __future__ import annotations

import json
import time
from pathlib import Path

import cv2
import pytest
from squeezesam_train.curve import main, read_log


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
