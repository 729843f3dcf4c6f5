"""Photos, a tiny bundle and tiny data for the commands that are watched."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from skimage import data

# What other areas' tests make serves here too.
sys.path.append(str(Path(__file__).parents[1] / "runtime"))
sys.path.append(str(Path(__file__).parents[1] / "evaluation"))

from photo_files import encoded
from scored_sample import write_sample
from tiny_bundle import write_tiny_bundle


@pytest.fixture(scope="session")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``bundle``, ``photos``, ``data`` and ``train.yaml``; commands only read it."""
    folder = tmp_path_factory.mktemp("things")
    write_tiny_bundle(folder / "bundle")
    (folder / "photos").mkdir()
    for name, photo in (("cat", data.chelsea()), ("cup", data.coffee())):
        (folder / "photos" / f"{name}.jpg").write_bytes(encoded(photo, "jpeg"))
    _add_training(write_sample(folder))
    config = {
        "task": "saliency", "preset": "saliency", "data": str(folder), "warmup": 1, "workers": 1,
        "phases": [{"size": 64, "steps": 2, "batch": 2}], "device": "cpu", "precision": "fp32",
        "threads": 1, "log_every": 1,
    }  # fmt: skip
    record = {"step": 1, "iou": 0.5, "best_iou": 0.6, "size": 64}
    (folder / "log.jsonl").write_text(json.dumps(record) + "\n")
    (folder / "train.yaml").write_text(yaml.safe_dump(config))
    return folder


def _add_training(root: Path) -> None:
    """The photos of the split val serve as the split train as well."""
    shutil.copytree(root / "val", root / "train")
    head, *rows = (root / "index.csv").read_text().splitlines()
    rows += [row.replace("val", "train", 1) for row in rows]
    (root / "index.csv").write_text("\n".join([head, *rows]) + "\n")
