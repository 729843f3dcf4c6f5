"""The benchmark of the data's throughput on a folder of two photos."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from lab import data_throughput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "train" / "things"
    target.mkdir(parents=True)
    lines = ["split,source,id,width,height,kind,n_cc"]
    for name in ("chelsea", "coffee"):
        photo = cv2.resize(getattr(data, name)(), (120, 90), interpolation=cv2.INTER_AREA)
        labels = np.zeros((90, 120), np.uint8)
        labels[20:70, 30:80], labels[5:15, 90:110], labels[0] = 1, 2, 255
        cv2.imwrite(str(target / f"{name}.webp"), photo[..., ::-1])
        cv2.imwrite(str(target / f"{name}.png"), labels)
        lines.append(f"train,things,{name},120,90,instance,1")
    (tmp_path / "index.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_every_kind_of_source_is_timed_and_reported(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "data.json"
    arguments = ["--data", str(folder), "--size", "64", "--batches", "1", "--workers", "0"]
    assert data_throughput.main([*arguments, "--output", str(output)]) == 0
    report = json.loads(output.read_text())
    kinds = ["folder decoded", "folder encoded", "folder paths", "coco", "sa1b", "shards"]
    assert list(report["results"]) == kinds
    for figures in report["results"].values():
        assert figures["samples_per_s"] == pytest.approx(1000 / figures["ms"], rel=0.05)
    assert report["photos"] == 2
    assert report["machine"]["cores"] >= 1
    printed = capsys.readouterr().out
    assert all(kind in printed for kind in kinds)


def test_a_folder_without_index_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data_throughput.main(["--data", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.startswith("data_throughput: cannot read")
