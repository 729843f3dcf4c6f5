"""Writing a bundle: lower its programs, compare them, and only then move the folder into place."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from squeezesam_model.families import chosen_weights, family_of

from squeezesam_export.bundle import manifest
from squeezesam_export.bundle.lowering import lowered as lowered_program
from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.photos.views import (
    calibration_views,
    comparison_views,
    folder_views,
    views_sha256,
)
from squeezesam_export.program import Execute, ExportError, LoweredProgram, SourceProgram
from squeezesam_export.progress import Progress, Silent
from squeezesam_export.quantise import mixed
from squeezesam_export.replacing import put_in_place
from squeezesam_export.request import ExportRequest, check_request
from squeezesam_export.targets.registry import find_target
from squeezesam_export.toolchain.versions import toolchain
from squeezesam_export.verify import gate, parity

_FLOATS = ("fp32", "fp16")


@dataclass(frozen=True)
class Exported:
    """A finished bundle and what was measured on the way."""

    path: Path
    request: ExportRequest
    reference: Reference
    sources: tuple[SourceProgram, ...]
    lowered: dict[str, LoweredProgram]
    parity: parity.Parity | None
    manifest: dict[str, Any]
    views: list[PreparedView] = field(repr=False, default_factory=list)

    @property
    def executes(self) -> Mapping[str, Execute] | None:
        """Program → what runs it; None where this machine cannot run all of them."""
        return executable(self.lowered)


def executable(lowered: Mapping[str, LoweredProgram]) -> Mapping[str, Execute] | None:
    """Program → what runs it; None where this machine cannot run all of them."""
    found = {name: one.execute for name, one in lowered.items() if one.execute is not None}
    return found if len(found) == len(lowered) else None


@dataclass(frozen=True)
class Inputs:
    """What several bundles of the same weights and size share."""

    reference: Reference
    calibration: list[PreparedView]
    comparison: list[PreparedView]


def prepare(request: ExportRequest) -> Inputs:
    """Load networks and photos.

    Raises:
        ExportError: a folder of photos is missing or empty, or the network contradicts itself.
        WeightsError: the weights do not fit.
        ValueError: no family builds the preset.
    """
    family = family_of(request.preset)
    weights = chosen_weights(family, request.preset, request.weights)
    reference = Reference(family.load(request.preset, weights, request.height, request.width))
    # Running a large encoder on thirty photos that nothing will look at takes minutes.
    unread = request.calibration is None and request.precision in _FLOATS
    calibration = [] if unread else _views(reference, request.calibration, calibration_views)
    return Inputs(reference, calibration, _views(reference, request.comparison, comparison_views))


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
    reference: Reference, folder: Path | None, default: Callable[[], list[Any]]
) -> list[PreparedView]:
    views = default() if folder is None else folder_views(folder)
    return [reference.prepare(view) for view in views]


def _fill(request: ExportRequest, inputs: Inputs, folder: Path, progress: Progress) -> Exported:
    reference, what = inputs.reference, f"{request.target} {request.precision}"
    sources = reference.sources(inputs.calibration)
    found = None
    if request.max_iou_drop is not None:
        found = _mix(request, request.max_iou_drop, sources, inputs, progress)
        layers = {reference.mask_program.name: found.in_float}
        request = replace(request, float_layers=layers)
    lowered = {}
    for source in sources:
        progress(f"{what}: lowering '{source.name}'")
        lowered[source.name] = lowered_program(source, request, folder)
    measured, executes = None, executable(lowered)
    if executes is not None:
        progress(f"{what}: comparing on {len(inputs.comparison)} photos")
        measured = parity.compare(reference, executes, inputs.comparison, progress.tick)
        try:
            gate.check(what, measured, _floors(request))
        except ExportError as error:
            raise ExportError(f"{error}; no bundle was written") from error
    content = _manifest(request, inputs, sources, lowered, measured, folder)
    if found is not None and request.max_iou_drop is not None:
        content["quantisation"]["mixed"] = found.entry(request.max_iou_drop)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    # What is no text (half of a pair, a byte of a name) stays an escape, which the core refuses.
    (folder / "manifest.json").write_text(text, encoding="utf-8", errors="backslashreplace")
    return Exported(
        request.path, request, reference, sources, lowered, measured, content, inputs.comparison
    )


def _floors(request: ExportRequest) -> gate.Floors:
    wanted = request.iou_floor
    if request.max_iou_drop is not None:
        wanted = max(wanted or 0.0, 1 - request.max_iou_drop)
    return gate.floors(request.precision, wanted)


def _mix(
    request: ExportRequest,
    max_iou_drop: float,
    sources: tuple[SourceProgram, ...],
    inputs: Inputs,
    progress: Progress,
) -> mixed.Mixed:
    """Which layers of the program that gives the masks stay in float."""
    name = inputs.reference.mask_program.name
    source = next(one for one in sources if one.name == name)
    mixable = find_target(request.target).mixable(source)
    views = (inputs.calibration[::4], inputs.comparison)
    return mixed.search(mixable, inputs.reference, *views, max_iou_drop, progress)


def _manifest(
    request: ExportRequest,
    inputs: Inputs,
    sources: tuple[SourceProgram, ...],
    lowered: dict[str, LoweredProgram],
    measured: parity.Parity | None,
    folder: Path,
) -> dict[str, Any]:
    reference, network = inputs.reference, inputs.reference.network
    main = lowered[reference.mask_program.name]
    origin = "scikit-image photos" if request.calibration is None else "user's photos"
    return {
        "schema_version": manifest.SCHEMA_VERSION,
        "name": request.name,
        "licence": network.origin.licence,
        "model": manifest.model_entry(network, reference.parameters),
        "target": request.target,
        "backend": request.chosen_backend,
        "precision": request.precision,
        **manifest.network_entries(network),
        "programs": manifest.programs_entry(reference.programs, sources, lowered, folder),
        "quantisation": main.quantisation,
        "calibration": {
            "source": origin,
            "photos": len(inputs.calibration),
            "sha256": views_sha256([prepared.view for prepared in inputs.calibration]),
        }
        if main.quantisation
        else None,
        "toolchain": toolchain(find_target(request.target).tools),
        "parity": parity.manifest_entry(measured, main.engine),
    }


def _move(scratch: Path, request: ExportRequest) -> None:
    """Put the finished folder in its place; an old bundle goes only once the new one stands."""
    scratch.chmod(0o755)
    put_in_place(scratch, request.path)
