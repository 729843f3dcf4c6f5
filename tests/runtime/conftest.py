"""The tiny bundle and a segmenter for it, made once for all tests of the runtime."""

from __future__ import annotations

from pathlib import Path

import pytest
from squeezesam import Segmenter
from tiny_bundle import write_tiny_bundle


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """128×128 with a saliency program. Read-only: tests that break one copy it first."""
    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny")


@pytest.fixture(scope="session")
def manual_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """96×160 without a saliency program: it needs a prompt."""
    folder = tmp_path_factory.mktemp("bundles") / "manual"
    return write_tiny_bundle(folder, height=96, width=160, automatic=False)


@pytest.fixture(scope="session")
def segmenter(bundle: Path) -> Segmenter:
    return Segmenter.load(bundle, threads=1)
