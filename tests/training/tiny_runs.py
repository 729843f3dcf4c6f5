"""Tiny runs of squeezesam-train for the tests: settings, configuration files, processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from squeezesam_train.cli import main

FAILING_RANK = Path(__file__).with_name("failing_rank.py")


def settings(root: Path, **changes: object) -> dict[str, object]:
    """A saliency run of five steps over two sizes."""
    base: dict[str, object] = {
        "task": "saliency",
        "preset": "saliency",
        "data": str(root),
        "phases": [{"size": 64, "steps": 3, "batch": 2}, {"size": 96, "steps": 2, "batch": 2}],
        "warmup": 1,
        "workers": 0,
        "device": "cpu",
        "precision": "fp32",
        "threads": 1,
        "log_every": 1,
    }
    return {**base, **changes}


def arguments(tmp_path: Path, name: str, config: dict[str, object]) -> list[str]:
    """The command's arguments for a run in the folder ``name``."""
    file = tmp_path / f"{name}.yaml"
    file.write_text(yaml.safe_dump(config))
    return ["--config", str(file), "--output", str(tmp_path / name)]


def train(tmp_path: Path, name: str, config: dict[str, object], *more: str) -> int:
    """Run the command in this process; returns its exit code."""
    return main([*arguments(tmp_path, name, config), *more])


def torchrun(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a script or ``-m module`` in two processes."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    return subprocess.run(
        [sys.executable, *launcher, *command],
        capture_output=True, text=True, timeout=900, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def log(tmp_path: Path, name: str) -> list[dict[str, Any]]:
    """The records of a run's log."""
    lines = (tmp_path / name / "log.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]
