"""Damaged data end a run in one sentence and never cost a checkpoint."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from sample_sets import coco_document, write_coco, write_sa1b, write_shards
from squeezesam_train.checkpoint import load_checkpoint
from squeezesam_train.cli import main

Source = dict[str, object]


def _train(folder: Path, source: Source, steps: int, workers: int = 0) -> int:
    settings = {
        "task": "saliency", "preset": "saliency", "data": [source], "workers": workers,
        "precision": "fp32", "threads": 1, "log_every": 1, "warmup": 1,
        "phases": [{"size": 64, "steps": steps, "batch": 2}],
    }  # fmt: skip
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump(settings))
    return main(["--config", str(config), "--output", str(folder / "run")])


def _cut_shard(root: Path) -> None:
    path = root / "shards" / "train-000001.tar"
    path.write_bytes(path.read_bytes()[:20_000])


def _drop_photo(root: Path) -> None:
    (root / "sa1b" / "coffee.jpg").unlink()


def _empty_annotations(root: Path) -> None:
    path = root / "coco" / "instances.json"
    path.write_text(json.dumps({**coco_document(), "annotations": []}))


@pytest.mark.parametrize(
    ("kind", "spoil", "message"),
    [
        ("shards", _cut_shard, "train-000001.tar is corrupt or truncated"),
        ("sa1b", _drop_photo, "coffee.json has no photo"),
        ("coco", _empty_annotations, "its list of annotations is empty"),
    ],
)
def test_damage_found_at_the_start_is_told_and_the_checkpoint_stays(
    tmp_path: Path,
    kind: str,
    spoil: Callable[[Path], None],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if kind == "shards":
        write_shards(tmp_path / "shards")
        source: Source = {"kind": kind, "urls": str(tmp_path / "shards/train-{000000..000001}.tar")}
    elif kind == "sa1b":
        source = {"kind": kind, "path": str(write_sa1b(tmp_path / "sa1b"))}
    else:
        images, annotations = write_coco(tmp_path / "coco")
        source = {"kind": kind, "images": str(images), "annotations": str(annotations)}
    assert _train(tmp_path, source, 1) == 0
    before = (tmp_path / "run" / "checkpoint.pt").read_bytes()
    spoil(tmp_path)
    capsys.readouterr()
    assert _train(tmp_path, source, 3) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("squeezesam-train: ")
    assert message in line
    assert (tmp_path / "run" / "checkpoint.pt").read_bytes() == before


def test_damage_during_a_run_ends_it_in_a_sentence_with_its_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source: Source = {"kind": "sa1b", "path": str(write_sa1b(tmp_path / "sa1b"))}
    assert _train(tmp_path, source, 1) == 0
    for document in (tmp_path / "sa1b").glob("*.json"):
        document.write_text('{"annotations": []}')
    capsys.readouterr()
    assert _train(tmp_path, source, 3, workers=1) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("squeezesam-train: 10 of 10 photos drawn were damaged")
    assert "holds no annotation with a mask" in last
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt")["step"] == 1
    assert not multiprocessing.active_children()


def test_one_damaged_photo_does_not_end_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source: Source = {"kind": "sa1b", "path": str(write_sa1b(tmp_path / "sa1b"))}
    (tmp_path / "sa1b" / "coffee.jpg").write_bytes(b"\xff\xd8\xff")
    assert _train(tmp_path, source, 2) == 0
    errors = capsys.readouterr().err
    assert errors.count("passed over a damaged photo") == 1
    assert "coffee.jpg" in errors
