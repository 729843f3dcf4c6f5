"""The layers of Core ML packages in the report: whose noise, how much work, computed in what."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from export_requests import PRESET, ours
from squeezesam_export.photos.views import calibration_views
from squeezesam_export.program import SourceProgram
from squeezesam_export.targets.coreml import lowering as target_coreml
from squeezesam_export.targets.coreml.layers import CoreMlTracer
from squeezesam_export.tracing.layers import EXACT_DB, LayerReport, measure
from squeezesam_model import SaliencyNet, SaliencyPreset, load_segmenter
from squeezesam_model.weights import shipped_weights

SHALLOW = SaliencyPreset("shallow", stem=16, encoder=(32, 64), decoder=(32,))
Photos = list[tuple]  # type: ignore[type-arg]


@pytest.fixture(scope="module")
def made() -> tuple[SourceProgram, Photos]:
    torch.manual_seed(0)
    networks = ours(load_segmenter(shipped_weights(PRESET)), SaliencyNet(SHALLOW).eval(), 96, 96)
    views = [networks.prepare(view) for view in calibration_views()[:2]]
    photos = [tuple(t.numpy() for t in view.inputs["heat"]) for view in views]
    return networks.sources(views)[1], photos


@pytest.fixture(scope="module")
def plain(made: tuple[SourceProgram, Photos], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return target_coreml.lower(made[0], "fp32", "weights", tmp_path_factory.mktemp("fp32")).path


def layers(
    made: tuple[SourceProgram, Photos], plain: Path, precision: str, mode: str, folder: Path
) -> dict[str, LayerReport]:
    exported = target_coreml.lower(made[0], precision, mode, folder).path
    reports = measure(CoreMlTracer(made[0], plain, exported), made[1])
    # Every layer has a name of its own, and the counted work.
    assert sum(r.node.macs for r in reports) == made[0].macs
    found = {r.node.name: r for r in reports}
    assert len(found) == len(reports)
    return found


def test_a_package_beside_itself_is_exact(made: tuple[SourceProgram, Photos], plain: Path) -> None:
    tracer = CoreMlTracer(made[0], plain, plain)
    reports = measure(tracer, made[1])
    assert {r.node.precision for r in reports} == {"fp32"}
    assert all(r.snr_db == EXACT_DB for r in reports)
    assert sum(tracer.time_share.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("precision", "mode", "computed", "decibels"),
    [
        ("fp16", "weights", "fp16", (50, 90)),
        ("int8", "weights", "int8 weights", (30, 60)),
        ("int8", "w8a8", "int8", (15, 45)),
    ],
)
def test_each_precision_shows_in_its_convolutions(
    made: tuple[SourceProgram, Photos],
    plain: Path,
    tmp_path: Path,
    precision: str,
    mode: str,
    computed: str,
    decibels: tuple[int, int],
) -> None:
    found = layers(made, plain, precision, mode, tmp_path)
    deep = found["trunk.encoder.down.1.convs.1.0"]
    assert deep.node.precision == computed
    assert decibels[0] < deep.snr_db < decibels[1]
    # The stem stays in half precision: its weights are few.
    assert found["trunk.encoder.stem.0"].node.precision == "fp16"
