"""The picture of a training run."""

from __future__ import annotations

import json
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
