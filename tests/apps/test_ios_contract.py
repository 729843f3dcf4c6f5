"""What the iOS demo hands to others: its bundle step, and the benchmark's file and lines.

EditorKit's own tests compare what Swift writes with the files in Expected/; here the scripts'
reader and schema have their say on the same files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from devices.console import Transcript
from results.result import parse_result

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "ios_demo/scripts/copy_bundle.sh"
EXPECTED = ROOT / "ios_demo/EditorKit/Tests/BenchmarkModelTests/Expected"


def copy_bundle(bundle: Path, built: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPT)],
        capture_output=True,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "SSAM_BUNDLE": str(bundle),
            "TARGET_BUILD_DIR": str(built),
            "UNLOCALIZED_RESOURCES_FOLDER_PATH": "Demo.app",
        },
    )


def write_bundle(folder: Path, target: str = "coreml") -> Path:
    program = folder / "segmenter.mlpackage/Data/model.bin"
    program.parent.mkdir(parents=True)
    program.write_bytes(b"weights")
    (folder / "manifest.json").write_text(json.dumps({"name": folder.name, "target": target}))
    return folder


def test_the_build_copies_the_bundle_as_it_is_in_place_of_an_old_one(tmp_path: Path) -> None:
    for name in ("old", "new"):
        done = copy_bundle(write_bundle(tmp_path / name), tmp_path / "built")
        assert done.returncode == 0, done.stderr
    bundles = tmp_path / "built/Demo.app/bundles"
    assert [entry.name for entry in bundles.iterdir()] == ["new"]
    copied = {str(f.relative_to(bundles / "new")) for f in bundles.rglob("*") if f.is_file()}
    assert copied == {"manifest.json", "segmenter.mlpackage/Data/model.bin"}


def test_a_missing_bundle_fails_the_build_with_what_to_do(tmp_path: Path) -> None:
    done = copy_bundle(tmp_path / "squeezesam-coreml-int8-512x512", tmp_path / "built")
    assert done.returncode == 1
    assert done.stderr.startswith("error: there is no model bundle at ")
    assert "squeezesam-export --target coreml" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "built").exists()


def test_a_bundle_for_another_platform_fails_the_build(tmp_path: Path) -> None:
    done = copy_bundle(write_bundle(tmp_path / "a", target="onnx"), tmp_path / "built")
    assert done.returncode == 1
    assert "is not a Core ML bundle" in done.stderr


def test_the_scripts_read_the_apps_result_from_its_console_lines() -> None:
    transcript = Transcript("7f3a")
    for line in (EXPECTED / "console.txt").read_text().splitlines():
        assert transcript.take(line), line
    assert transcript.begun
    assert transcript.done == (3, 120, "tap")
    assert transcript.document() == (EXPECTED / "result.json").read_bytes()


def test_the_apps_result_is_valid_under_the_schema() -> None:
    result = parse_result((EXPECTED / "result.json").read_bytes())
    assert result["platform"] == "ios"
    assert [row["runner"] for row in result["rows"]] == ["app", "app"]
    assert result["rows"][1]["load_ms"] == {"cold": None, "warm": None}
