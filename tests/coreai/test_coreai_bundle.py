"""From weights to a mask with Core AI alone, by the two commands."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from skimage import data


def _run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *map(str, words)], capture_output=True, text=True, check=False
    )


# Four photos: Apple's runtime takes two seconds a run here.
PHOTOS = ("coffee.png", "chelsea.png", "astronaut.png", "rocket.jpg")


def test_a_cold_export_is_executed_by_apples_runtime_and_segments_a_photo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in PHOTOS:
        shutil.copy(Path(data.data_dir) / name, photos)
    bundles = tmp_path / "bundles"

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    made = _run(
        "squeezesam_export.cli", "--target", "coreai", "--precision", "int8",
        "--no-cache", "--parity-photos", photos, "--output", bundles,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert made.returncode == 0, made.stderr
    (bundle,) = bundles.glob("*-coreai-int8-512x512")
    size = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file())
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with capsys.disabled():
        print(
            f"\nsqueezesam-export --target coreai --precision int8, cold, executed on "
            f"{len(PHOTOS)} photos: {seconds:.0f} s of CPU, {size / 1e6:.1f} MB"
        )
    manifest = json.loads((bundle / "manifest.json").read_text("utf-8"))
    assert manifest["target"] == "coreai"
    assert manifest["parity"]["verification"] == "executed-host"
    assert "Apple's runtime on Linux" in manifest["parity"]["engine"]
    assert manifest["parity"]["mask_iou"]["mean"] >= 0.97
    assert size <= 12_500_000

    shown = _run(
        "squeezesam", "segment", photos / "coffee.png", "--bundle", bundle, "--point", "300,200",
        "--output", tmp_path / "out",
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "Core AI's runtime is slow" in shown.stderr
    assert list((tmp_path / "out").glob("coffee-mask*"))

    assert _run("squeezesam", "verify", bundle).returncode == 0
