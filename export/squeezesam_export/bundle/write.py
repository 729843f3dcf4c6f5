"""Writing a bundle: lower both programs, compare them, and only then move the folder into place."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from squeezesam_model import file_sha256, load_saliency, load_segmenter
from squeezesam_model.count import count_parameters

from squeezesam_export.bundle import manifest
from squeezesam_export.bundle.lowering import lowered as lowered_program
from squeezesam_export.networks.sources import Networks, PreparedView
from squeezesam_export.photos.views import (
    calibration_views,
    comparison_views,
    folder_views,
    views_sha256,
)
from squeezesam_export.program import ExportError, LoweredProgram, SourceProgram
from squeezesam_export.progress import Progress, Silent
from squeezesam_export.quantise import mixed
from squeezesam_export.request import ExportRequest, check_request
from squeezesam_export.targets.registry import find_target
from squeezesam_export.toolchain.versions import toolchain
from squeezesam_export.verify import gate, parity


@dataclass(frozen=True)
class Exported:
    """A finished bundle and what was measured on the way."""

    path: Path
    request: ExportRequest
    sources: tuple[SourceProgram, SourceProgram]
    lowered: dict[str, LoweredProgram]
    parity: parity.SegmenterParity | None
    heat_snr_db: float | None
    manifest: dict[str, Any]
    views: list[PreparedView] = field(repr=False, default_factory=list)


@dataclass(frozen=True)
class Inputs:
    """What several bundles of the same weights and size share."""

    networks: Networks
    calibration: list[PreparedView]
    comparison: list[PreparedView]


def prepare(request: ExportRequest) -> Inputs:
    """Load networks and photos.

    Raises:
        ExportError: a folder of photos is missing or empty.
        WeightsError: the weights do not fit.
    """
    networks = Networks(
        load_segmenter(request.weights, request.preset),
        load_saliency(request.saliency_weights),
        request.height,
        request.width,
    )
    calibration = _views(networks, request.calibration, calibration_views)
    return Inputs(networks, calibration, _views(networks, request.comparison, comparison_views))


def export_bundle(
    request: ExportRequest, progress: Progress | None = None, inputs: Inputs | None = None
) -> Exported:
    """Make one bundle.

    Args:
        request: what to export.
        progress: is told what happens.
        inputs: of :func:`prepare` with the same weights, size and photos; None loads them.

    Raises:
        ExportError: a step failed, or parity lies below the floor; nothing is left behind.
        WeightsError: the weights do not fit.
    """
    check_request(request)
    progress = progress or Silent()
    if inputs is None:
        progress("loading weights and photos")
        inputs = prepare(request)
    try:
        request.output.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".partial-", dir=request.output))
    except OSError as error:
        raise ExportError(f"cannot write to {request.output}: {error.strerror}") from error
    try:
        exported = _fill(request, inputs, scratch, progress)
        _move(scratch, request)
    except OSError as error:
        raise ExportError(f"cannot write the bundle {request.path}: {error.strerror}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return exported


def _views(
    networks: Networks, folder: Path | None, default: Callable[[], list[Any]]
) -> list[PreparedView]:
    views = default() if folder is None else folder_views(folder)
    return [networks.prepare(view) for view in views]


def _fill(request: ExportRequest, inputs: Inputs, folder: Path, progress: Progress) -> Exported:
    networks, comparison = inputs.networks, inputs.comparison
    sources = networks.programs(inputs.calibration)
    found = None
    if request.max_iou_drop is not None:
        found = _mix(request, request.max_iou_drop, sources[0], inputs, progress)
        request = replace(request, float_layers=found.in_float)
    lowered = {}
    for source in sources:
        progress(f"{request.target} {request.precision}: lowering the {source.name}")
        lowered[source.name] = lowered_program(source, request, folder)
    measured, heat = None, None
    run_segmenter, run_saliency = lowered["segmenter"].execute, lowered["saliency"].execute
    if run_segmenter and run_saliency:
        progress(f"{request.target} {request.precision}: comparing on {len(comparison)} photos")
        measured = parity.compare_segmenter(networks, run_segmenter, comparison, progress.tick)
        heat = parity.compare_saliency(networks, run_saliency, comparison)
        what = f"{request.target} {request.precision}"
        try:
            gate.check(what, measured, heat, _floors(request))
        except ExportError as error:
            raise ExportError(f"{error}; no bundle was written") from error
    content = _manifest(request, inputs, sources, lowered, measured, heat, folder)
    if found is not None and request.max_iou_drop is not None:
        content["quantisation"]["mixed"] = found.entry(request.max_iou_drop)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return Exported(request.path, request, sources, lowered, measured, heat, content, comparison)


def _floors(request: ExportRequest) -> gate.Floors:
    wanted = request.iou_floor
    if request.max_iou_drop is not None:
        wanted = max(wanted or 0.0, 1 - request.max_iou_drop)
    return gate.floors(request.precision, wanted)


def _mix(
    request: ExportRequest,
    max_iou_drop: float,
    source: SourceProgram,
    inputs: Inputs,
    progress: Progress,
) -> mixed.Mixed:
    """Which layers of the segmenter stay in float."""
    target = find_target(request.target)
    views = (inputs.calibration[::4], inputs.comparison)
    return mixed.search(target.mixable(source), inputs.networks, *views, max_iou_drop, progress)


def _manifest(
    request: ExportRequest,
    inputs: Inputs,
    sources: tuple[SourceProgram, SourceProgram],
    lowered: dict[str, LoweredProgram],
    measured: parity.SegmenterParity | None,
    heat: float | None,
    folder: Path,
) -> dict[str, Any]:
    origin = "scikit-image photos" if request.calibration is None else "user's photos"
    quantisation = lowered["segmenter"].quantisation
    return {
        "schema_version": manifest.SCHEMA_VERSION,
        "name": request.name,
        "licence": manifest.LICENCE,
        "model": {
            "preset": request.preset,
            "parameters": count_parameters(inputs.networks.segmenter),
            "weights_sha256": file_sha256(request.weights),
            "saliency_preset": inputs.networks.saliency.preset.name,
            "saliency_weights_sha256": file_sha256(request.saliency_weights),
        },
        "target": request.target,
        "backend": request.chosen_backend,
        "precision": request.precision,
        "input": manifest.input_entry(request.height, request.width),
        "prompts": manifest.prompts_entry(request.height, request.width),
        "capabilities": {"negative_points": True, "box": True, "automatic": True},
        "programs": {
            source.name: manifest.program_entry(source, lowered[source.name], folder)
            for source in sources
        },
        "quantisation": quantisation,
        "calibration": {
            "source": origin,
            "photos": len(inputs.calibration),
            "sha256": views_sha256([prepared.view for prepared in inputs.calibration]),
        }
        if quantisation
        else None,
        "toolchain": toolchain(find_target(request.target).tools),
        "parity": parity.manifest_entry(measured, heat, lowered["segmenter"].engine),
    }


def _move(scratch: Path, request: ExportRequest) -> None:
    """Put the finished folder in its place; an old bundle goes only once the new one stands."""
    scratch.chmod(0o755)
    if not request.path.exists():
        scratch.rename(request.path)
        return
    old = Path(tempfile.mkdtemp(prefix=".old-", dir=request.output))
    request.path.rename(old / request.name)
    try:
        scratch.rename(request.path)
    except OSError:
        (old / request.name).rename(request.path)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
