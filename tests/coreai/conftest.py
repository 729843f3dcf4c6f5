"""Both networks at 64 with three views: Apple's runtime is slow on Linux."""

from __future__ import annotations

import pytest
import torch
from squeezesam_export.networks.sources import Networks, PreparedView
from squeezesam_export.photos.views import comparison_views
from squeezesam_export.program import SourceProgram
from squeezesam_model import load_saliency, load_segmenter
from squeezesam_model.weights import shipped_weights


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def networks() -> Networks:
    return Networks(
        load_segmenter(shipped_weights("squeezesam-fast"), "squeezesam-fast"),
        load_saliency(shipped_weights("saliency")),
        64,
        64,
    )


@pytest.fixture(scope="session")
def views(networks: Networks) -> list[PreparedView]:
    return [networks.prepare(view) for view in comparison_views()[::10]]


@pytest.fixture(scope="session")
def programs(networks: Networks, views: list[PreparedView]) -> tuple[SourceProgram, SourceProgram]:
    """The one that runs at every prompt, and the one that runs once a photo."""
    return networks.programs(views)
