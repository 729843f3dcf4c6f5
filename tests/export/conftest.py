"""Small exports that several tests look at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from export_requests import SIDE, request_for, shipped
from squeezesam_export.bundle.write import Exported, Inputs, export_bundle
from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.photos.views import calibration_views, comparison_views
from squeezesam_export.program import LoweredProgram, SourceProgram
from squeezesam_export.targets.executorch import lowering
from squeezesam_export.targets.protocol import Target
from squeezesam_export.targets.registry import add_target, remove_target

# The runtime's hostile programs serve here too.
sys.path.append(str(Path(__file__).parents[1] / "runtime"))


@pytest.fixture(scope="session", autouse=True)
def few_threads() -> None:
    # No more than OMP_NUM_THREADS says: beside another half of the tests a second one only waits.
    torch.set_num_threads(min(2, torch.get_num_threads()))


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def put_target() -> Iterator[Callable[[Target], None]]:
    """Puts a target in the place of the installed one of its name, for one test."""
    added: list[str] = []

    def put(target: Target) -> None:
        add_target(target)
        added.append(target.name)

    yield put
    for name in added:
        remove_target(name)


@pytest.fixture(scope="session")
def network_reference() -> Reference:
    return Reference(shipped(SIDE))


@pytest.fixture(scope="session")
def onnx_int8(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export_bundle(request_for("onnx", "int8", tmp_path_factory.mktemp("onnx")))


@pytest.fixture(scope="session")
def small_inputs() -> Inputs:
    """The shipped network at 64 and three views."""
    reference = Reference(shipped(64))
    views = [reference.prepare(view) for view in comparison_views()[::10]]
    return Inputs(reference, views, views)


# With a bottom map of 2½ × 1½ cells, rounded up: pooling that pads and upsampling that is cropped.
@pytest.fixture(scope="session")
def small_networks() -> Reference:
    return Reference(shipped(160, 96))


@pytest.fixture(scope="session")
def sources(small_networks: Reference) -> tuple[SourceProgram, ...]:
    views = calibration_views()[::3]
    return small_networks.sources([small_networks.prepare(view) for view in views])


@pytest.fixture(scope="session")
def compared(small_networks: Reference) -> list[PreparedView]:
    return [small_networks.prepare(view) for view in comparison_views()[1::3]]


@pytest.fixture(scope="session")
def executorch_int8(
    sources: tuple[SourceProgram, ...], tmp_path_factory: pytest.TempPathFactory
) -> LoweredProgram:
    """The mask network for XNNPACK: a minute's work, for all who look at it."""
    folder = tmp_path_factory.mktemp("executorch-int8")
    return lowering.lower(sources[0], "int8", "xnnpack", folder)
