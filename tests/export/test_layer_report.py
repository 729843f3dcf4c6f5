"""The report: ratios that are right, layers that add up, a page that stands alone."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from export_requests import PRESET, ours
from squeezesam_export.bundle.write import Exported
from squeezesam_export.cli import main
from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.photos.views import calibration_views
from squeezesam_export.program import LoweredProgram, SourceProgram
from squeezesam_export.report import build_report
from squeezesam_export.targets.executorch.layers import ExecuTorchTracer
from squeezesam_export.targets.onnx import lowering as target_onnx
from squeezesam_export.targets.onnx.layers import OnnxTracer
from squeezesam_export.targets.pt2e import quantise
from squeezesam_export.tracing.layers import EXACT_DB, F32, LayerNode, Tracer, measure
from squeezesam_model import SaliencyNet, SaliencyPreset, load_segmenter
from squeezesam_model.weights import shipped_weights

SIDE = 96
SHALLOW = SaliencyPreset("shallow", stem=16, encoder=(32, 64), decoder=(32,))


@pytest.fixture(scope="module")
def views() -> list[PreparedView]:
    return [small().prepare(view) for view in calibration_views()[:4]]


def small() -> Reference:
    torch.manual_seed(0)
    segmenter = load_segmenter(shipped_weights(PRESET))
    return ours(segmenter, SaliencyNet(SHALLOW).eval(), SIDE, SIDE)


class NoisyChain:
    """Three layers of known noise: none, 20 dB, and one that only passes it on."""

    time_share: dict[str, float]
    left_over: dict[str, int]

    def __init__(self) -> None:
        self.nodes = [
            LayerNode("first", "Conv", ("photo",), "a", 10, "int8"),
            LayerNode("second", "Conv", ("a",), "b", 30, "int8"),
            LayerNode("third", "Conv", ("b",), "c", 60, "int8"),
        ]
        self.time_share, self.left_over = {"second": 0.25}, {}

    def trace(self, inputs: tuple[F32, ...]) -> Iterator[tuple[str, F32, F32]]:
        signal = inputs[0]
        noisy = signal + 0.1 * signal[::-1]
        yield from (("a", signal, signal), ("b", signal, noisy), ("c", 2 * signal, 2 * noisy))


def test_a_layer_is_blamed_for_the_noise_that_it_adds_and_for_no_other() -> None:
    photo = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    reports = measure(NoisyChain(), [(photo,), (photo * 2,)])
    assert [r.node.name for r in reports] == ["second", "first", "third"]
    second, first, third = reports
    assert second.snr_db == pytest.approx(20, abs=1e-3)
    assert second.own_db == pytest.approx(20, abs=1e-3)
    assert third.snr_db == pytest.approx(20, abs=1e-3)
    assert first.snr_db == EXACT_DB
    assert third.own_db > 60
    assert [r.macs_share for r in reports] == [0.3, 0.1, 0.6]
    assert (second.time_share, first.time_share) == (0.25, None)


def unet_macs(tracer: Tracer) -> int:
    return sum(node.macs for node in tracer.nodes if node.kind in ("Conv", "conv2d",
                                                                  "conv_transpose2d"))  # fmt: skip


def test_an_fp32_onnx_program_has_no_noise_and_the_counted_work(
    views: list[PreparedView], tmp_path: Path
) -> None:
    heat = small().sources(views)[1]
    plain = target_onnx.lower(heat, "fp32", tmp_path).path
    tracer = OnnxTracer(heat, plain, plain)
    reports = measure(tracer, [tuple(t.numpy() for t in views[0].inputs["heat"])])
    assert all(report.snr_db == EXACT_DB for report in reports)
    assert unet_macs(tracer) == heat.macs
    assert 0 < sum(tracer.time_share.values()) <= 1 + 1e-9


def test_both_engines_tell_the_same_story_of_an_int8_network(
    sources: tuple[SourceProgram, ...],
    compared: list[PreparedView],
    executorch_int8: LoweredProgram,
    tmp_path: Path,
) -> None:
    source = sources[0]
    photos = [tuple(t.numpy() for t in view.inputs["segment"]) for view in compared[:2]]
    (tmp_path / "fp32").mkdir()
    plain = target_onnx.lower(source, "fp32", tmp_path / "fp32").path
    exported = target_onnx.lower(source, "int8", tmp_path).path
    by_onnx = measure(OnnxTracer(source, plain, exported), photos)
    lowered = executorch_int8
    graph = quantise(source, torch.export.export(source.module, source.example), dynamic=True)
    tracer = ExecuTorchTracer(source, graph, lowered.notes["operators"])
    by_executorch = measure(tracer, photos)
    assert sum(tracer.left_over.values()) == lowered.left_over
    kinds = {"Conv": "conv2d", "conv2d": "conv2d"}
    convolutions = [
        {r.node.name: r for r in reports if kinds.get(r.node.kind) and "trunk" in r.node.name}
        for reports in (by_onnx, by_executorch)
    ]
    shared = set(convolutions[0]) & set(convolutions[1])
    # ONNX has the stem in two parts, photo and prompts.
    (stem,) = set(convolutions[1]) - shared
    assert "stem" in stem
    assert len(shared) == 18
    for name in shared:
        a, b = convolutions[0][name], convolutions[1][name]
        assert a.node.macs == b.node.macs
        assert a.node.precision == b.node.precision == ("float" if "stem" in name else "int8")
        assert a.snr_db > 8
        assert abs(a.snr_db - b.snr_db) < 12, name


def test_the_page_stands_alone_and_shows_every_photo(onnx_int8: Exported, tmp_path: Path) -> None:
    path = tmp_path / "reports" / "page.html"
    build_report([onnx_int8], path)
    page = path.read_text(encoding="utf-8")
    assert not re.search(r"https?:|<script|<link", page)
    assert len(page) < 1_500_000
    pictures = re.findall(r"data:image/jpeg;base64,([^\"]+)", page)
    assert len(pictures) == len(onnx_int8.views)
    panels = cv2.imdecode(np.frombuffer(base64.b64decode(pictures[0]), np.uint8), 1)
    assert panels.shape[1] % 3 == 0
    assert "trunk.encoder.down.0.convs.0.0" in page
    assert onnx_int8.parity is not None
    assert f"{onnx_int8.parity.mean_iou:.4f} on {len(pictures)} photos" in page
    worst = min(onnx_int8.parity.mask_iou.values())
    assert f"IoU {worst:.4f}" in page[page.index("<figure>") :][:120_000]


def test_a_report_that_exists_is_not_replaced_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    page.write_text("mine")
    words = ["--target", "onnx", "--size", "64", "--output", str(tmp_path), "--report", str(page)]
    assert main(words) == 1
    assert capsys.readouterr().err == (
        f"squeezesam-export: {page} exists; --overwrite replaces it\n"
    )
    assert page.read_text() == "mine"
