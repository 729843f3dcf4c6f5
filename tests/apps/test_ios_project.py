"""The iOS demo's project is consistent, and its checker sees what is broken in a copy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ios_project_breaks import ASSETS, BREAKS, ROOT, STRINGS

from checks.ios_app.__main__ import check


def run_check(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "checks.ios_app", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy that may be broken, with the rest of the repository beside it."""
    shutil.copytree(ROOT / "ios_demo", tmp_path / "ios_demo")
    (tmp_path / "runtime").symlink_to(ROOT / "runtime")
    shutil.copy(ROOT / "Package.swift", tmp_path)
    return tmp_path / "ios_demo"


def test_the_project_is_consistent() -> None:
    done = run_check()
    assert (done.returncode, done.stderr) == (0, "")


def test_an_untouched_copy_is_consistent(demo: Path) -> None:
    assert check(demo) == []


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_copy_is_seen(demo: Path, name: str) -> None:
    break_it, fault = BREAKS[name]
    break_it(demo)
    assert any(fault in found for found in check(demo)), check(demo)


def test_faults_are_told_on_stderr_with_exit_code_1(demo: Path) -> None:
    (demo / STRINGS).unlink()
    done = run_check(demo)
    assert done.returncode == 1
    assert f"{STRINGS}: cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_demo_is_a_usage_error(tmp_path: Path) -> None:
    for arguments in ([tmp_path], ["--fast"], [tmp_path, tmp_path]):
        done = run_check(*arguments)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1


def test_the_committed_icon_is_what_the_script_draws(tmp_path: Path) -> None:
    script = ROOT / "ios_demo/scripts/draw_icon.py"
    subprocess.run([sys.executable, str(script), str(tmp_path / "icon.png")], check=True)
    drawn = cv2.imread(str(tmp_path / "icon.png"))
    committed = cv2.imread(str(ROOT / "ios_demo" / ASSETS / "AppIcon.appiconset/AppIcon.png"))
    assert committed.shape == (1024, 1024, 3)
    assert np.abs(drawn.astype(int) - committed).max() <= 1
