"""From finished bundles to the report."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from squeezesam_export.bundle.write import Exported
from squeezesam_export.program import ExportError, SourceProgram
from squeezesam_export.progress import Progress, Silent
from squeezesam_export.report.layers import F32, Tracer, measure
from squeezesam_export.report.page import BundleReport, ProgramReport, render
from squeezesam_export.report.pictures import Comparison, compare_view

# Layers are compared on so many of the photos, spread evenly: all of their tensors are looked at.
TRACED_PHOTOS = 8
_UNTIMED = (
    "Time is the interpreter's on this machine: it shows where a comparison takes long, not what "
    "a phone will do."
)


def build_report(exports: Sequence[Exported], path: Path, progress: Progress | None = None) -> None:
    """Write the page for bundles that were just exported (beside, then renamed).

    Raises:
        ExportError: the file cannot be written.
    """
    progress = progress or Silent()
    page = render([_bundle(exported, progress) for exported in exports])
    beside = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(page, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ExportError(f"cannot write the report {path}: {error.strerror}") from error


def _bundle(exported: Exported, progress: Progress) -> BundleReport:
    programs = []
    for source in exported.sources:
        progress(f"{exported.request.name}: looking at the layers of the {source.name}")
        programs.append(_program(exported, source))
    return BundleReport(exported.request.name, _facts(exported), programs, _comparisons(exported))


def _facts(exported: Exported) -> dict[str, str]:
    manifest = exported.manifest
    facts = {
        "target": f"{manifest['target']}, {manifest['backend']}",
        "precision": manifest["precision"],
        "verification": f"{manifest['parity']['verification']} ({manifest['parity']['engine']})",
    }
    if exported.parity is not None:
        worst = min(exported.parity.mask_iou.values())
        facts["mask IoU to fp32"] = (
            f"{exported.parity.mean_iou:.4f} on {len(exported.parity.mask_iou)} photos, "
            f"worst {worst:.4f}"
        )
        facts["same candidate chosen"] = f"{exported.parity.same_choice:.0%}"
    return facts


def _program(exported: Exported, source: SourceProgram) -> ProgramReport:
    lowered = exported.lowered[source.name]
    tracer = _tracer(exported, source)
    if tracer is None:
        return ProgramReport(source.name, [], None, lowered.delegated, _left_over(lowered.notes))
    layers = measure(tracer, _photos(exported, source.name))
    owned = [report.time_share or 0.0 for report in layers]
    other = 1 - sum(owned) if tracer.time_share else None
    note = None if lowered.timed else _UNTIMED
    return ProgramReport(source.name, layers, other, lowered.delegated, tracer.left_over, note)


def _left_over(notes: dict[str, object]) -> dict[str, int]:
    found = notes.get("operators")
    return dict(found) if isinstance(found, dict) else {}


def _photos(exported: Exported, program: str) -> list[tuple[F32, ...]]:
    step = max(1, len(exported.views) // TRACED_PHOTOS)
    return [
        tuple(tensor.numpy() for tensor in getattr(view, program))
        for view in exported.views[::step][:TRACED_PHOTOS]
    ]


def _tracer(exported: Exported, source: SourceProgram) -> Tracer | None:
    """What shows the inside of a program; None where nothing does (two of the delegates)."""
    request = exported.request
    if request.target == "onnx" and request.onnx_format == "ort":
        return None
    if request.target == "onnx":
        from squeezesam_export.targets.onnx import lowering as target_onnx
        from squeezesam_export.targets.onnx.layers import OnnxTracer

        with tempfile.TemporaryDirectory() as scratch:
            plain = target_onnx.lower(source, "fp32", Path(scratch)).path
            return OnnxTracer(source, plain, request.path / f"{source.name}.onnx")
    if request.target == "coreml":
        from squeezesam_export.targets.coreml import lowering as target_coreml
        from squeezesam_export.targets.coreml.layers import CoreMlTracer

        with tempfile.TemporaryDirectory() as scratch:
            plain = target_coreml.lower(source, "fp32", "weights", Path(scratch)).path
            return CoreMlTracer(source, plain, request.path / f"{source.name}.mlpackage")
    if request.target == "executorch" and request.chosen_backend == "xnnpack":
        if request.precision != "int8":
            return None
        import torch

        from squeezesam_export.quantise.pt2e import quantise
        from squeezesam_export.targets.executorch.layers import ExecuTorchTracer
        from squeezesam_export.toolchain.quiet import quiet

        with quiet():
            plain_graph = torch.export.export(source.module, source.example)
            graph = quantise(source, plain_graph, dynamic=True)
        return ExecuTorchTracer(source, graph, exported.lowered[source.name].notes["operators"])
    return None


def _comparisons(exported: Exported) -> list[Comparison]:
    execute = exported.lowered["segmenter"].execute
    if execute is None:
        return []
    size = (exported.request.height, exported.request.width)
    return [compare_view(exported.sources[0], execute, view, size) for view in exported.views]
