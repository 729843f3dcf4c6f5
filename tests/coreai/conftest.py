"""The shipped network at 64 with three views: Apple's runtime is slow on Linux."""

from __future__ import annotations

import pytest
import torch
from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.photos.views import comparison_views
from squeezesam_export.program import SourceProgram
from squeezesam_model import DEFAULT_SEGMENTER
from squeezesam_model.family import FAMILY


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def reference() -> Reference:
    weights = {part: FAMILY.shipped(DEFAULT_SEGMENTER, part) for part in FAMILY.parts}
    return Reference(FAMILY.load(DEFAULT_SEGMENTER, weights, 64, 64))


@pytest.fixture(scope="session")
def views(reference: Reference) -> list[PreparedView]:
    return [reference.prepare(view) for view in comparison_views()[::10]]


@pytest.fixture(scope="session")
def programs(reference: Reference, views: list[PreparedView]) -> dict[str, SourceProgram]:
    """By name: the one that runs once a photo, and the one that runs at every prompt."""
    return {source.name: source for source in reference.sources(views)}
