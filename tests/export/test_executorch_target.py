"""ExecuTorch programs: executed, compared with torch on real photos, silent, refused with words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from export_requests import PRESET, ours
from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.program import ExportError, LoweredProgram, SourceProgram, reference
from squeezesam_export.targets.executorch import lowering as target_executorch
from squeezesam_export.targets.executorch.partition import stage_groups
from squeezesam_export.verify import gate
from squeezesam_export.verify.parity import compare
from squeezesam_model import (
    SaliencyNet,
    SaliencyPreset,
    load_segmenter,
)
from squeezesam_model.weights import shipped_weights
from torch import Tensor, fx, nn

SHALLOW = SaliencyPreset("shallow", stem=16, encoder=(64, 128), decoder=(64,))


def test_fp32_equals_torch_on_a_real_photo(
    sources: tuple[SourceProgram, ...], compared: list[PreparedView], tmp_path: Path
) -> None:
    lowered = target_executorch.lower(sources[1], "fp32", "xnnpack", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["heat.pte"]
    assert lowered.execute is not None
    found = lowered.execute([t.numpy() for t in compared[0].inputs["heat"]])
    np.testing.assert_allclose(
        reference(sources[1], compared[0].inputs["heat"])[0], found[0], atol=1e-3
    )
    assert (lowered.delegated, lowered.left_over) == (1, 0)
    assert lowered.quantisation is None


def test_int8_masks_agree_with_fp32_on_real_photos(
    small_networks: Reference, executorch_int8: LoweredProgram, compared: list[PreparedView]
) -> None:
    assert executorch_int8.execute is not None
    parity = compare(small_networks, {"segment": executorch_int8.execute}, compared)
    assert parity.mean_iou >= 0.95
    assert parity.same_choice >= 0.9
    assert parity.snr_db["scores"] >= 30


def test_int8_is_a_quarter_of_fp32_and_says_how_it_was_made(
    sources: tuple[SourceProgram, ...], executorch_int8: LoweredProgram
) -> None:
    weights = sum(4 * p.numel() for p in sources[0].module.parameters())
    assert executorch_int8.path.stat().st_size < 0.3 * weights
    assert executorch_int8.quantisation is not None
    assert executorch_int8.quantisation["observer"] == "minmax"
    assert "static int8" in executorch_int8.quantisation["scheme"]


def test_xnnpack_computes_everything_in_one_delegate(executorch_int8: LoweredProgram) -> None:
    assert executorch_int8.delegated == 1
    assert executorch_int8.notes["operators"] == {}
    assert executorch_int8.left_over == 0


def test_results_survive_the_next_run(
    executorch_int8: LoweredProgram, compared: list[PreparedView]
) -> None:
    assert executorch_int8.execute is not None
    first = executorch_int8.execute([t.numpy() for t in compared[0].inputs["segment"]])
    kept = [array.copy() for array in first]
    executorch_int8.execute([t.numpy() for t in compared[1].inputs["segment"]])
    for a, b in zip(kept, first, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_moved_file_still_runs_and_a_copy_can_be_loaded(
    executorch_int8: LoweredProgram, compared: list[PreparedView], tmp_path: Path
) -> None:
    copy = tmp_path / "other.pte"
    copy.write_bytes(executorch_int8.path.read_bytes())
    again = target_executorch.executor(copy)
    copy.unlink()
    inputs = [t.numpy() for t in compared[0].inputs["segment"]]
    assert executorch_int8.execute is not None
    for a, b in zip(executorch_int8.execute(inputs), again(inputs), strict=True):
        np.testing.assert_array_equal(a, b)


def test_fp16_runs_with_float32_at_its_boundary_and_prints_nothing(
    small_networks: Reference,
    sources: tuple[SourceProgram, ...],
    compared: list[PreparedView],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    lowered = target_executorch.lower(sources[1], "fp16", "xnnpack", tmp_path)
    assert lowered.execute is not None
    assert lowered.execute([compared[0].inputs["heat"][0].numpy()])[0].dtype == np.float32
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""
    decibels = compare(small_networks, {"heat": lowered.execute}, compared).snr_db["heat"]
    # Half precision shows: what the gate lets through, far better than int8, and not float32.
    assert gate.floors("fp16").snr_db < decibels < 90


@pytest.mark.parametrize("backend", ["coreml", "vulkan"])
def test_the_phone_delegates_take_the_whole_network(tmp_path: Path, backend: str) -> None:
    torch.manual_seed(0)
    segmenter = load_segmenter(shipped_weights(PRESET))
    source = ours(segmenter, SaliencyNet(SHALLOW).eval(), 160, 96).sources([])[1]
    lowered = target_executorch.lower(source, "fp16", backend, tmp_path)
    assert lowered.execute is None
    assert (lowered.delegated, lowered.left_over) == (1, 0)
    assert "graph-checked" in lowered.engine
    weights = sum(2 * p.numel() for p in source.module.parameters())
    assert 0.9 * weights < lowered.path.stat().st_size < 1.2 * weights


def test_the_number_of_threads_is_set() -> None:
    from executorch.extension.pybindings import portable_lib

    before = portable_lib._threadpool_get_thread_count()
    try:
        for count in (2, 1):
            target_executorch.set_threads(count)
            assert portable_lib._threadpool_get_thread_count() == count
    finally:
        target_executorch.set_threads(before)


@pytest.mark.parametrize(
    ("precision", "backend", "sentence"),
    [
        ("int4", "xnnpack", "no precision 'int4'"),
        ("fp32", "qnn", "no backend 'qnn'"),
        ("int8", "vulkan", "not in int8"),
        ("int8", "xnnpack", "none were given"),
    ],
)
def test_what_is_not_offered_is_refused(
    sources: tuple[SourceProgram, ...],
    tmp_path: Path,
    precision: str,
    backend: str,
    sentence: str,
) -> None:
    with pytest.raises(ExportError, match=sentence):
        target_executorch.lower(replace(sources[1], calibration=()), precision, backend, tmp_path)
    assert not list(tmp_path.iterdir())


class _Branching(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        return (x + 1,) if x.sum() > 0 else (x,)


class _NothingToDelegate(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        return (torch.sort(x).values,)


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        (_Branching(), "could not lower the saliency to xnnpack fp32: "),
        (_NothingToDelegate(), "took nothing of the saliency over"),
    ],
)
def test_a_network_that_cannot_be_lowered_fails_with_one_sentence(
    module: nn.Module, sentence: str, tmp_path: Path
) -> None:
    source = SourceProgram("saliency", module, {"image": torch.ones(1, 8)}, ("y",), (), 0)
    with pytest.raises(ExportError, match=sentence) as failure:
        target_executorch.lower(source, "fp32", "xnnpack", tmp_path)
    assert "\n" not in str(failure.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"not a program" * 100])
def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pte"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=r"cannot load broken\.pte"):
        target_executorch.executor(path)


def _chain(build: Callable[[fx.Graph, fx.Node], dict[str, fx.Node]]) -> (
    tuple[fx.Graph, dict[str, fx.Node]]
):  # fmt: skip
    graph = fx.Graph()
    nodes = build(graph, graph.placeholder("x"))
    return graph, nodes


def test_delegates_that_would_need_each_other_are_staged() -> None:
    # a → host → b and c → host → d: the delegates {a, d} and {b, c} would wait for each other,
    # though neither waits for itself.
    def build(graph: fx.Graph, x: fx.Node) -> dict[str, fx.Node]:
        a, c = graph.call_function(torch.relu, (x,)), graph.call_function(torch.tanh, (x,))
        host_a, host_c = (graph.call_function(torch.sort, (n,)) for n in (a, c))
        b, d = (
            graph.call_function(torch.relu, (host_a,)),
            graph.call_function(torch.tanh, (host_c,)),
        )
        graph.output((b, d))
        return {"a": a, "b": b, "c": c, "d": d}

    graph, nodes = _chain(build)
    groups = [[nodes[name]] for name in "abcd"]
    assert stage_groups(graph, groups) == [0, 1, 0, 1]
    # Two nodes that must stay together wait for the later of them.
    assert stage_groups(graph, [[nodes["a"]], [nodes["b"], nodes["c"]]]) == [0, 1]
    with pytest.raises(ExportError, match="wait for each other"):
        stage_groups(graph, [[nodes["a"], nodes["d"]], [nodes["b"], nodes["c"]]])
