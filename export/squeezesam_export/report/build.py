"""From finished bundles to the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from squeezesam import OutputError
from squeezesam.writing import make_folder, write_whole

from squeezesam_export.bundle.write import Exported
from squeezesam_export.program import ExportError, SourceProgram
from squeezesam_export.progress import Progress, Silent
from squeezesam_export.report.page import BundleReport, ProgramReport, render
from squeezesam_export.report.pictures import Comparison, compare_view
from squeezesam_export.targets.registry import find_target
from squeezesam_export.tracing.layers import F32, measure

# Layers are compared on so many of the photos, spread evenly: all of their tensors are looked at.
TRACED_PHOTOS = 8
_UNTIMED = (
    "Time is the interpreter's on this machine: it shows where a comparison takes long, not what "
    "a phone will do."
)


def build_report(exports: Sequence[Exported], path: Path, progress: Progress | None = None) -> None:
    """Write the page for bundles that were just exported (whole or not at all).

    Raises:
        ExportError: the file cannot be written.
    """
    progress = progress or Silent()
    page = render([_bundle(exported, progress) for exported in exports])
    try:
        make_folder(path.parent)
        write_whole(path, page.encode(), overwrite=True)
    except OutputError as error:
        raise ExportError(f"cannot write the report: {error}") from error


def _bundle(exported: Exported, progress: Progress) -> BundleReport:
    programs = []
    for source in exported.sources:
        progress(f"{exported.request.name}: looking at the layers of '{source.name}'")
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
    request = exported.request
    tracer = find_target(request.target).trace(
        source,
        request.lowering(source.name),
        replace(lowered, path=request.path / lowered.path.name),
    )
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
        tuple(tensor.numpy() for tensor in view.inputs[program])
        for view in exported.views[::step][:TRACED_PHOTOS]
    ]


def _comparisons(exported: Exported) -> list[Comparison]:
    executes = exported.executes
    if executes is None:
        return []
    return [compare_view(exported.reference, executes, view) for view in exported.views]
