"""Multi-scale training: one size a batch, the same after resuming."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml
from squeezesam_train.cli import main
from squeezesam_train.config import Phase, TrainConfig
from squeezesam_train.config_file import parse_config
from squeezesam_train.dataset import SegmenterSamples
from squeezesam_train.opening import open_sources

SIZES = (64, 96, 128)


def _config(root: Path, **changes: object) -> TrainConfig:
    phases = [{"size": 96, "sizes": list(SIZES), "steps": 4, "batch": 3}]
    settings = {
        "task": "segmenter",
        "preset": "squeezesam-fast",
        "data": str(root),
        "phases": phases,
    }
    return parse_config({**settings, "phases": phases, **changes})


def _samples(config: TrainConfig, first: int, count: int) -> SegmenterSamples:
    return SegmenterSamples(open_sources(config), config, 96, first, count, SIZES, 3)


def test_a_batch_has_one_size_and_batches_have_all_of_them(photo_root: Path) -> None:
    samples = _samples(_config(photo_root), 0, 600)
    batches = [{samples.size_at(i) for i in range(b, b + 3)} for b in range(0, 600, 3)]
    assert all(len(sizes) == 1 for sizes in batches)
    counts = Counter(size for sizes in batches for size in sizes)
    assert set(counts) == set(SIZES)
    assert min(counts.values()) > 40
    assert samples[0]["image"].shape == (3, samples.size_at(0), samples.size_at(0))


def test_sizes_are_the_same_when_a_run_is_resumed_and_others_with_another_seed(
    photo_root: Path,
) -> None:
    whole = _samples(_config(photo_root), 0, 300)
    resumed = _samples(_config(photo_root), 21, 279)
    expected = [whole.size_at(i) for i in range(21, 300)]
    assert [resumed.size_at(i) for i in range(279)] == expected
    other = _samples(_config(photo_root, seed=5), 21, 279)
    assert [other.size_at(i) for i in range(279)] != expected


def test_a_run_trains_at_several_sizes(tmp_path: Path, photo_root: Path) -> None:
    settings = {
        "task": "saliency", "preset": "saliency", "data": str(photo_root), "workers": 0,
        "precision": "fp32", "threads": 1, "log_every": 1, "warmup": 1,
        "phases": [{"size": 64, "sizes": [64, 96], "steps": 3, "batch": 2}],
    }  # fmt: skip
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(settings))
    assert main(["--config", str(config), "--output", str(tmp_path / "run")]) == 0
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3]


def test_the_compute_of_several_sizes_counts_as_their_mean() -> None:
    assert Phase(512, 1, 2).pixels == 512**2
    assert Phase(512, 1, 2, sizes=(256, 1024)).pixels == pytest.approx((256**2 + 1024**2) / 2)
