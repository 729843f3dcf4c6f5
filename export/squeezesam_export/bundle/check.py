"""`squeezesam-export --check BUNDLE`: the parity of a finished bundle, on whatever photos."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from squeezesam_model import file_sha256, load_saliency, load_segmenter

from squeezesam_export.networks.sources import SEGMENTER_INPUTS, Networks
from squeezesam_export.photos.views import comparison_views, folder_views
from squeezesam_export.program import Execute, ExportError
from squeezesam_export.progress import Progress, Silent
from squeezesam_export.targets.registry import find_target
from squeezesam_export.verify import gate, parity

SEGMENTER_OUTPUTS, SALIENCY_OUTPUTS = ("masks", "scores"), ("heatmap",)


@dataclass(frozen=True)
class CheckRequest:
    """What to check.

    Attributes:
        bundle: its folder.
        weights: those of the segmenter that it was made from.
        saliency_weights: those of the saliency network.
        photos: folder of photos; None takes the built-in views.
        iou_floor: least mean mask IoU to fp32; None takes the precision's own.
    """

    bundle: Path
    weights: Path
    saliency_weights: Path
    photos: Path | None = None
    iou_floor: float | None = None


@dataclass(frozen=True)
class Checked:
    """What was measured; it lies above the floors."""

    name: str
    parity: parity.SegmenterParity
    heat_snr_db: float


def check_bundle(request: CheckRequest, progress: Progress | None = None) -> Checked:
    """Compare a bundle's programs, as they lie on disk, with the fp32 networks.

    Raises:
        ExportError: the bundle is damaged, was made from other weights, cannot be executed here,
            or lies below a floor.
        WeightsError: the weights do not fit.
    """
    progress = progress or Silent()
    manifest = read_manifest(request.bundle)
    check_files(request.bundle, manifest)
    _check_weights(request, manifest)
    progress("loading weights and photos")
    networks = Networks(
        load_segmenter(request.weights, manifest["model"]["preset"]),
        load_saliency(request.saliency_weights),
        manifest["input"]["height"],
        manifest["input"]["width"],
    )
    views = comparison_views() if request.photos is None else folder_views(request.photos)
    prepared = [networks.prepare(view) for view in views]
    progress(f"comparing on {len(prepared)} photos")
    segmenter = _executor(request.bundle, manifest, "segmenter")
    saliency = _executor(request.bundle, manifest, "saliency")
    measured = parity.compare_segmenter(networks, segmenter, prepared, progress.tick)
    heat = parity.compare_saliency(networks, saliency, prepared)
    least = gate.floors(manifest["precision"], request.iou_floor)
    gate.check(f"{manifest['target']} {manifest['precision']}", measured, heat, least)
    return Checked(manifest["name"], measured, heat)


def read_manifest(bundle: Path) -> dict[str, Any]:
    """The manifest of a bundle (ExportError where there is none, or one of another schema)."""
    path = bundle / "manifest.json"
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExportError(f"{bundle} is no bundle: cannot read manifest.json") from error
    except ValueError as error:
        raise ExportError(f"{path} is not valid JSON") from error
    wanted = {"name", "model", "target", "backend", "precision", "input", "programs"}
    if not isinstance(loaded, dict) or not wanted <= set(loaded):
        raise ExportError(f"{path} is not the manifest of a bundle")
    return loaded


def check_files(bundle: Path, manifest: dict[str, Any]) -> None:
    """Every file that the manifest lists is there and unchanged (else ExportError)."""
    for program in manifest["programs"].values():
        for entry in program["files"]:
            path = bundle / entry["path"]
            if not path.is_file():
                raise ExportError(f"{path} is missing")
            if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
                raise ExportError(f"{path} was changed after the export")


def _check_weights(request: CheckRequest, manifest: dict[str, Any]) -> None:
    for path, key in (
        (request.weights, "weights_sha256"),
        (request.saliency_weights, "saliency_weights_sha256"),
    ):
        if path.exists() and file_sha256(path) != manifest["model"].get(key):
            raise ExportError(
                f"{request.bundle} was made from other weights than {path}: give the right ones "
                "with --weights and --saliency-weights"
            )


def _executor(bundle: Path, manifest: dict[str, Any], program: str) -> Execute:
    path = bundle / manifest["programs"][program]["file"]
    names = (
        (SEGMENTER_INPUTS, SEGMENTER_OUTPUTS)
        if program == "segmenter"
        else (("image",), SALIENCY_OUTPUTS)
    )
    run = find_target(manifest["target"]).execute(path, manifest["backend"], *names)
    if run is None:
        raise ExportError(
            f"a bundle for {manifest['target']} with {manifest['backend']} cannot be executed here"
        )
    return run
