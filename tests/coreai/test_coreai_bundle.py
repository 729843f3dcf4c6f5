"""From weights to a mask with Core AI alone, by the two commands."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from skimage import data


def _run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *map(str, words)], capture_output=True, text=True, check=False
    )


# Four photos: Apple's runtime takes about a second a run here.
PHOTOS = ("coffee.png", "chelsea.png", "astronaut.png", "rocket.jpg")


def test_a_cold_export_is_executed_by_apples_runtime_and_segments_a_photo(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in PHOTOS:
        shutil.copy(Path(data.data_dir) / name, photos)
    bundles = tmp_path / "bundles"

    made = _run(
        "squeezesam_export.cli", "--target", "coreai", "--precision", "int8", "--size", "256",
        "--no-cache", "--parity-photos", photos, "--output", bundles,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (bundle,) = bundles.glob("*-coreai-int8-256x256")
    manifest = json.loads((bundle / "manifest.json").read_text("utf-8"))
    assert manifest["target"] == "coreai"
    assert manifest["parity"]["verification"] == "executed-host"
    assert "Apple's runtime on Linux" in manifest["parity"]["engine"]
    assert manifest["parity"]["mask_iou"]["mean"] >= 0.97
    assert sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file()) <= 12_500_000

    shown = _run(
        "squeezesam", "segment", photos / "coffee.png", "--bundle", bundle, "--point", "300,200",
        "--output", tmp_path / "out",
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "Core AI's runtime is slow" in shown.stderr
    assert list((tmp_path / "out").glob("coffee-mask*"))

    assert _run("squeezesam", "verify", bundle).returncode == 0
