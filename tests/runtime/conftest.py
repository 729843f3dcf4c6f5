"""The tiny bundle and a segmenter for it, made once for all tests of the runtime."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from command_line import NATIVE, Command, Typed, typed
from photo_files import save_scene
from squeezesam import Segmenter
from tiny_bundle import write_tiny_bundle


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """128×128 with a heat map. Read-only: tests that break one copy it first."""
    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="session")
def manual_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """96×160 without a heat map: it needs a prompt."""
    folder = tmp_path_factory.mktemp("bundles") / "manual"
    return write_tiny_bundle(folder, height=96, width=160, automatic=False)


@pytest.fixture(scope="session")
def segmenter(bundle: Path) -> Segmenter:
    return Segmenter.load(bundle, threads=1)


@pytest.fixture
def segment(bundle: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Runs `squeezesam segment … --bundle tiny --output out` in this process."""

    def run(*words: object, output: object = tmp_path / "out", model: object = bundle) -> Typed:
        options = ["--bundle", model, "--output", output, "--threads", 1]
        return typed(capfd, "segment", *words, *options)

    return run


@pytest.fixture
def ssam(bundle: Path, tmp_path: Path) -> Command:
    """Runs the C++ command `ssam … --bundle tiny --threads 1` in `tmp_path`."""
    assert NATIVE.is_file(), "make ssam first"

    def run(*words: object, model: object = bundle) -> Typed:
        arguments = [NATIVE, *words, "--bundle", model, "--threads", 1]
        done = subprocess.run(
            list(map(str, arguments)), capture_output=True, text=True, cwd=tmp_path, check=False
        )
        return Typed(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return save_scene(tmp_path / "photo.png", (32, 48, 96, 128), (160, 64, 224, 112))
