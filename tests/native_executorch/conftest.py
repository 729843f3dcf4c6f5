"""ExecuTorch bundles of three kinds, and both commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from skimage import data

# The tiny bundle of the runtime's tests serves here too.
sys.path.append(str(Path(__file__).parents[1] / "runtime"))

from command_line import Typed
from executorch_build import BUILD, Command
from photo_files import encoded
from squeezesam.cli import main
from squeezesam_export.cli import main as export
from tiny_executorch import write_tiny_executorch_bundle


@pytest.fixture(scope="session")
def portable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Known formulas on ExecuTorch's portable operators. Read-only, like all bundles here."""
    return write_tiny_executorch_bundle(tmp_path_factory.mktemp("portable") / "tiny")


@pytest.fixture(scope="session")
def xnnpack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same formulas, delegated to XNNPACK."""
    return write_tiny_executorch_bundle(tmp_path_factory.mktemp("xnnpack") / "tiny", xnnpack=True)


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped weights as int8 at 512; EXECUTORCH_BUNDLE names one that was exported before."""
    if "EXECUTORCH_BUNDLE" in os.environ:
        return Path(os.environ["EXECUTORCH_BUNDLE"])
    folder = tmp_path_factory.mktemp("shipped")
    assert export(["--target", "executorch", "--output", str(folder)]) == 0
    return next(folder.glob("*-executorch-int8-512x512"))


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four photos."""
    folder = tmp_path_factory.mktemp("photos")
    for name in ("astronaut", "chelsea", "coffee", "rocket"):
        (folder / f"{name}.jpg").write_bytes(encoded(getattr(data, name)(), "jpeg", quality=92))
    return folder


@pytest.fixture
def ssam(tmp_path: Path) -> Command:
    """Runs `ssam … --bundle MODEL` in `tmp_path`."""
    command = BUILD / "cli" / "ssam"
    assert command.is_file(), "make ssam-executorch first"

    def run(*words: object, model: Path, threads: int = 1) -> Typed:
        arguments = [command, *words, "--bundle", model, "--threads", threads]
        done = subprocess.run(
            list(map(str, arguments)), capture_output=True, text=True, cwd=tmp_path, check=False
        )
        return Typed(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def segment(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs `squeezesam segment … --bundle MODEL --output out`; keeps its own last line of stderr,
    which ExecuTorch's log lines precede."""

    def run(*words: object, model: Path) -> Typed:
        options = ["--bundle", model, "--output", tmp_path / "out", "--threads", 1]
        capfd.readouterr()  # what a fixture has printed
        code = main([str(word) for word in ("segment", *words, *options)])
        captured = capfd.readouterr()
        lines = [line for line in captured.err.splitlines() if line.startswith("squeezesam: ")]
        return Typed(code, captured.out, "".join(f"{line}\n" for line in lines[-1:]))

    return run
