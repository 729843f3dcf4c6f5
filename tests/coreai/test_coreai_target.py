"""What is lowered to Core AI computes, in Apple's own runtime, what the fp32 network computes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from squeezesam.engines import coreai_support
from squeezesam_export.errors import ExportError
from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.program import SourceProgram
from squeezesam_export.targets.coreai.layers import CoreAITracer
from squeezesam_export.targets.coreai.lowering import lower
from squeezesam_export.targets.registry import find_target
from squeezesam_export.tracing.layers import measure
from squeezesam_export.verify import gate, parity

Programs = dict[str, SourceProgram]


@pytest.mark.parametrize(
    ("precision", "mode", "least", "stored"),
    [
        ("fp32", "weights", 80.0, "Float32"),
        ("fp16", "weights", gate.floors("fp16").snr_db, "Float16"),
        ("int8", "weights", gate.floors("int8").snr_db, "Int8"),
        ("int8", "w8a8", gate.floors("int8").snr_db, "Int8"),
        ("int8", "palette6", gate.floors("int8").snr_db, "UInt6"),
    ],
)
def test_a_heat_map_in_every_mode_comes_near_to_fp32(
    reference: Reference, views: list[PreparedView], programs: Programs, tmp_path: Path,
    precision: str, mode: str, least: float, stored: str,
) -> None:  # fmt: skip
    heat = programs["heat"]

    made = lower(heat, precision, mode, tmp_path)

    assert made.execute is not None
    assert parity.compare(reference, {"heat": made.execute}, views).snr_db["heat"] > least
    numbers = made.notes["stored"]
    assert numbers[stored] > sum(numbers.values()) / 2
    assert "Apple's runtime on Linux" in made.engine


def test_masks_come_near_to_fp32_and_equal_programs_have_equal_bytes(
    reference: Reference, views: list[PreparedView], programs: Programs, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()

    made = lower(programs["segment"], "int8", "weights", first)
    again = lower(programs["segment"], "int8", "weights", second)

    assert made.execute is not None
    found = parity.compare(reference, {"segment": made.execute}, views)
    assert found.mean_iou > 0.97
    assert found.snr_db["masks"] > 20
    assert _content(made.path) == _content(again.path)


def test_bytes_name_no_folder_of_this_machine(programs: Programs, tmp_path: Path) -> None:
    made = lower(programs["heat"], "fp16", "weights", tmp_path)

    for name, content in _content(made.path).items():
        assert str(Path(__file__).parents[2]).encode() not in content, name


def test_layers_are_the_runtimes_own_and_say_how_they_compute(
    views: list[PreparedView], programs: Programs
) -> None:
    heat = programs["heat"]

    tracer = CoreAITracer(heat, "int8", "weights")
    layers = measure(tracer, [tuple(t.numpy() for t in view.inputs["heat"]) for view in views[:1]])

    assert sum(node.macs for node in tracer.nodes) == heat.macs
    assert {layer.node.kind for layer in layers} == {"convolution"}
    weights = [layer.node.precision for layer in layers]
    assert weights.count("int8 weights") > weights.count("fp16") > 0
    # Rounded weights disturb every layer, and none of them beyond recognition.
    assert all(15 < layer.snr_db < 110 for layer in layers)
    assert all(len(layer.node.inputs) > 0 for layer in layers if ".stem" not in layer.node.name)


def test_an_unknown_mode_and_a_calibration_without_photos_are_refused(
    programs: Programs, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match="knows no int8 mode 'w2'"):
        lower(programs["heat"], "int8", "w2", tmp_path)
    with pytest.raises(ExportError, match="knows no precision 'int4'"):
        lower(programs["heat"], "int4", "weights", tmp_path)
    bare = dataclasses.replace(programs["heat"], calibration=())
    with pytest.raises(ExportError, match="needs photos to calibrate"):
        lower(bare, "int8", "w8a8", tmp_path)
    assert not list(tmp_path.iterdir())


def test_another_version_than_the_tried_one_is_refused(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = coreai_support.metadata.version
    monkeypatch.setattr(
        coreai_support.metadata,
        "version",
        lambda name: "9.9.9" if name == "coreai-torch" else real(name),
    )

    with pytest.raises(ExportError, match=r"tried with coreai-torch [\d.]+, installed is 9\.9\.9"):
        lower(programs["heat"], "fp32", "weights", tmp_path)


def test_the_versions_that_were_tried_stand_in_setup_py_alone() -> None:
    tried = coreai_support.tried_versions()

    assert set(tried) == set(find_target("coreai").tools)
    root = Path(__file__).parents[2]
    assert all(f"{name}=={version}" in (root / "setup.py").read_text("utf-8")
               for name, version in tried.items())  # fmt: skip
    assert "coreai-" not in (root / "constraints.txt").read_text("utf-8")


def test_half_precision_gives_finite_float32(
    views: list[PreparedView], programs: Programs, tmp_path: Path
) -> None:
    made = lower(programs["heat"], "fp16", "weights", tmp_path)
    assert made.execute is not None

    for view in views:
        (heat,) = made.execute([view.inputs["heat"][0].numpy()])
        assert heat.dtype == np.float32
        assert np.isfinite(heat).all()


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
