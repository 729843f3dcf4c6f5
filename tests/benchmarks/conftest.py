"""Fake tools first on PATH, and a result to work with."""

from __future__ import annotations

import copy
import os
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
sys.path.insert(0, str(Path(__file__).parent))

from fake_tools import RESULT, FakeTools, write_bundle


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTools:
    fakes = FakeTools(tmp_path / "fakes")
    monkeypatch.setenv("PATH", os.pathsep.join([str(fakes.folder), "/usr/bin", "/bin"]))
    monkeypatch.chdir(tmp_path)
    return fakes


@pytest.fixture
def result() -> dict[str, Any]:
    """A result of an iPhone, freshly copied."""
    return copy.deepcopy(RESULT)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle's folder, as far as the scripts look into it."""
    return write_bundle(tmp_path, "executorch", "xnnpack")
