"""Fake tools for the device scripts, and a result of an iPhone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FAKE = Path(__file__).with_name("fake_tool.py")


class FakeTools:
    """A folder of fake tools; nothing else but the system's own folders is on PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def add(self, name: str, rules: list[dict[str, Any]]) -> None:
        """Install a fake, or give it other rules."""
        program = self.folder / name
        # -I -S: without site-packages it starts in a fifth of the time.
        program.write_text(f"#!{sys.executable} -IS\n" + FAKE.read_text())
        program.chmod(0o755)
        (self.folder / f"{name}.rules").write_text(json.dumps(rules))

    @property
    def calls(self) -> list[list[str]]:
        """Every command line so far."""
        log = self.folder / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def called(self, *words: str) -> list[list[str]]:
        """The calls that contain all these words."""
        return [call for call in self.calls if all(word in " ".join(call) for word in words)]


DISTRIBUTION = {"count": 50, "p50": 20.0, "p90": 22.0, "p99": 30.0}

RESULT: dict[str, Any] = {
    "schema": 2,
    "platform": "ios",
    "run": "7f3a",
    "date": "2026-11-21 15:31 UTC",
    "command": "--benchmark --run 7f3a",
    "commit": "1c23778",
    "machine": {
        "model": "iPhone15,2",
        "marketing_name": "iPhone 14 Pro",
        "system": "iOS 18.4.1",
        "cpu": "",
        "cores": 6,
        "memory_gib": 5.5,
    },
    "tools": {"squeezesam": "0.1.0"},
    "photo": {"name": "sample.png", "width": 1024, "height": 768},
    "settings": {"runs": 50, "warmup": 5},
    "thermal": {"before": "nominal", "after": "fair"},
    "battery": {"before_percent": 80, "after_percent": 79, "charging": True},
    "rows": [
        {
            "bundle": {
                "name": "squeezesam-coreml-fp16-512x512",
                "sha256": "ab" * 32,
                "target": "coreml",
                "backend": "coreml",
                "precision": "fp16",
                "height": 512,
                "width": 512,
                "bytes": {"segment": 9_600_000, "heat": 2_500_000, "bundle": 12_105_000},
            },
            "engine": "coreml",
            "runner": "app",
            "compute_unit": "cpuAndNeuralEngine",
            "threads": None,
            "load_ms": {"cold": 1800.0, "warm": 120.0},
            "first_prediction_ms": 60.0,
            "programs_ms": {"segment": DISTRIBUTION, "heat": DISTRIBUTION},
            "automatic_ms": {**DISTRIBUTION, "p50": 31.5},
            "tap_ms": {**DISTRIBUTION, "p50": 24.25},
            "stages_ms": {"open": DISTRIBUTION},
            "peak_memory_mib": 140.0,
            "energy_mj_per_tap": None,
        }
    ],
}


def write_bundle(folder: Path, target: str, backend: str) -> Path:
    """A bundle's folder, as far as the scripts look into it."""
    path = folder / f"squeezesam-{target}-{backend}-int8-512x512"
    path.mkdir()
    files = {"segment": ("masks", 2000), "heat": ("heat", 500)}
    for name, (_, size) in files.items():
        (path / f"{name}.bin").write_bytes(bytes(size))
    manifest = {
        "name": path.name,
        "target": target,
        "backend": backend,
        "precision": "int8",
        "model": {"size": [512, 512]},
        "programs": {
            name: {
                "file": f"{name}.{'mlpackage' if target == 'coreml' else 'bin'}",
                "files": {f"{name}.bin": {"bytes": size}},
                "outputs": [{"name": role, "role": role}],
                "macs": 2_500_000_000,
            }
            for name, (role, size) in files.items()
        },
    }
    (path / "manifest.json").write_text(json.dumps(manifest))
    return path
