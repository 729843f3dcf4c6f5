"""Writing a bundle: lower both programs, compare them, and only then move the folder into place."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from squeezesam_model import file_sha256, load_saliency, load_segmenter
from squeezesam_model.count import count_parameters

from squeezesam_export import gate, manifest, parity
from squeezesam_export.program import ExportError, LoweredProgram, SourceProgram
from squeezesam_export.sources import Networks, PreparedView
from squeezesam_export.views import (
    calibration_views,
    comparison_views,
    folder_views,
    views_sha256,
)

BACKENDS = {
    "onnx": ("cpu",),
    "executorch": ("xnnpack", "coreml", "vulkan"),
    "coreml": ("coreml",),
}
PRECISIONS = ("fp32", "fp16", "int8")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class ExportRequest:
    """What to export.

    Attributes:
        target: ``onnx``, ``executorch`` or ``coreml``.
        precision: ``fp32``, ``fp16`` or ``int8``.
        height: of the segmenter's input; a multiple of 32.
        width: of the segmenter's input; a multiple of 32.
        preset: of the segmenter.
        weights: its safetensors.
        saliency_weights: those of the saliency network.
        output: folder that the bundle's folder goes into.
        backend: one of :data:`BACKENDS`; None takes the target's first.
        calibration: folder of the user's photos; None takes the built-in ones.
        comparison: folder of photos for parity; None takes the built-in ones.
        coreml_int8: ``weights`` or ``w8a8``.
        iou_floor: least mean mask IoU to fp32; None takes the precision's own.
        overwrite: replace a bundle that is there.
    """

    target: str
    precision: str
    height: int
    width: int
    preset: str
    weights: Path
    saliency_weights: Path
    output: Path
    backend: str | None = None
    calibration: Path | None = None
    comparison: Path | None = None
    coreml_int8: str = "weights"
    iou_floor: float | None = None
    overwrite: bool = False

    @property
    def chosen_backend(self) -> str:
        """The backend asked for, or the target's own."""
        return self.backend or BACKENDS[self.target][0]

    @property
    def name(self) -> str:
        """The bundle's folder: target (and backend, where there is a choice), precision, size."""
        own = self.chosen_backend == BACKENDS[self.target][0]
        target = self.target if own else f"{self.target}-{self.chosen_backend}"
        weights_and_activations = self.target == "coreml" and self.coreml_int8 == "w8a8"
        precision = (
            "w8a8" if self.precision == "int8" and weights_and_activations else self.precision
        )
        return f"{self.preset}-{target}-{precision}-{self.height}x{self.width}"

    @property
    def path(self) -> Path:
        """Where the bundle will stand."""
        return self.output / self.name


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


def export_bundle(request: ExportRequest, progress: Progress = lambda text: None) -> Exported:
    """Make one bundle.

    Raises:
        ExportError: a step failed, or parity lies below the floor; nothing is left behind.
        WeightsError: the weights do not fit.
    """
    check_request(request)
    progress("loading weights and photos")
    networks = Networks(
        load_segmenter(request.weights, request.preset),
        load_saliency(request.saliency_weights),
        request.height,
        request.width,
    )
    calibration = _views(networks, request.calibration, calibration_views)
    comparison = _views(networks, request.comparison, comparison_views)
    try:
        request.output.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".partial-", dir=request.output))
    except OSError as error:
        raise ExportError(f"cannot write to {request.output}: {error.strerror}") from error
    try:
        exported = _fill(request, networks, calibration, comparison, scratch, progress)
        _move(scratch, request)
    except OSError as error:
        raise ExportError(f"cannot write the bundle {request.path}: {error.strerror}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return exported


def check_request(request: ExportRequest) -> None:
    """Refuse what cannot work before any work is done (ExportError)."""
    if request.chosen_backend not in BACKENDS[request.target]:
        known = ", ".join(BACKENDS[request.target])
        raise ExportError(
            f"the {request.target} target has no backend '{request.chosen_backend}' ({known})"
        )
    if request.path.exists() and not request.overwrite:
        raise ExportError(f"{request.path} exists; --overwrite replaces it")
    if request.path.exists() and not request.path.is_dir():
        raise ExportError(f"{request.path} is a file, not a bundle")
    for parent in (request.output, *request.output.parents):
        if parent.exists() and not parent.is_dir():
            raise ExportError(f"{parent} is a file, not a folder")


def _views(
    networks: Networks, folder: Path | None, default: Callable[[], list[Any]]
) -> list[PreparedView]:
    views = default() if folder is None else folder_views(folder)
    return [networks.prepare(view) for view in views]


def _lower(source: SourceProgram, request: ExportRequest, folder: Path) -> LoweredProgram:
    # Each target is imported when it is asked for: their toolchains take seconds to load.
    if request.target == "onnx":
        from squeezesam_export import target_onnx

        return target_onnx.lower(source, request.precision, folder)
    if request.target == "executorch":
        from squeezesam_export import target_executorch

        return target_executorch.lower(source, request.precision, request.chosen_backend, folder)
    from squeezesam_export import target_coreml

    return target_coreml.lower(source, request.precision, request.coreml_int8, folder)


def _fill(
    request: ExportRequest,
    networks: Networks,
    calibration: list[PreparedView],
    comparison: list[PreparedView],
    folder: Path,
    progress: Progress,
) -> Exported:
    sources = networks.programs(calibration)
    lowered = {}
    for source in sources:
        progress(f"{request.target} {request.precision}: lowering the {source.name}")
        lowered[source.name] = _lower(source, request, folder)
    measured, heat = None, None
    run_segmenter, run_saliency = lowered["segmenter"].execute, lowered["saliency"].execute
    if run_segmenter and run_saliency:
        progress(f"{request.target} {request.precision}: comparing on {len(comparison)} photos")
        measured = parity.compare_segmenter(networks, run_segmenter, comparison)
        heat = parity.compare_saliency(networks, run_saliency, comparison)
        what = f"{request.target} {request.precision}"
        try:
            gate.check(what, measured, heat, gate.floors(request.precision, request.iou_floor))
        except ExportError as error:
            raise ExportError(f"{error}; no bundle was written") from error
    content = _manifest(request, networks, sources, lowered, measured, heat, calibration, folder)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return Exported(request.path, request, sources, lowered, measured, heat, content, comparison)


def _manifest(
    request: ExportRequest,
    networks: Networks,
    sources: tuple[SourceProgram, SourceProgram],
    lowered: dict[str, LoweredProgram],
    measured: parity.SegmenterParity | None,
    heat: float | None,
    calibration: list[PreparedView],
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
            "parameters": count_parameters(networks.segmenter),
            "weights_sha256": file_sha256(request.weights),
            "saliency_preset": networks.saliency.preset.name,
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
            "photos": len(calibration),
            "sha256": views_sha256([prepared.view for prepared in calibration]),
        }
        if quantisation
        else None,
        "toolchain": manifest.toolchain(),
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
