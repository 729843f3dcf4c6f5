"""`squeezesam-export --check BUNDLE`: the parity of a finished bundle, on whatever photos."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from squeezesam_model import file_sha256
from squeezesam_model.families import chosen_weights, family_of
from squeezesam_model.network import Network, Program

from squeezesam_export.networks.reference import Reference
from squeezesam_export.photos.views import comparison_views, folder_views
from squeezesam_export.program import Execute, ExportError
from squeezesam_export.progress import Progress, Silent
from squeezesam_export.targets.registry import find_target
from squeezesam_export.verify import gate, parity


@dataclass(frozen=True)
class CheckRequest:
    """What to check.

    Attributes:
        bundle: its folder.
        weights: part of the network → the file that it was made from; the shipped ones where a
            part is missing.
        photos: folder of photos; None takes the built-in views.
        iou_floor: least mean mask IoU to fp32; None takes the precision's own.
    """

    bundle: Path
    weights: Mapping[str, Path] = field(default_factory=dict)
    photos: Path | None = None
    iou_floor: float | None = None


@dataclass(frozen=True)
class Checked:
    """What was measured; it lies above the floors."""

    name: str
    parity: parity.Parity


def check_bundle(request: CheckRequest, progress: Progress | None = None) -> Checked:
    """Compare a bundle's programs, as they lie on disk, with the fp32 network.

    Raises:
        ExportError: the bundle is damaged, was made from other weights, cannot be executed here,
            or lies below a floor.
        WeightsError: the weights do not fit.
    """
    progress = progress or Silent()
    manifest = read_manifest(request.bundle)
    check_files(request.bundle, manifest)
    progress("loading weights and photos")
    reference = Reference(_network(request, manifest))
    views = comparison_views() if request.photos is None else folder_views(request.photos)
    prepared = [reference.prepare(view) for view in views]
    progress(f"comparing on {len(prepared)} photos")
    executes = {
        program.name: _executor(request.bundle, manifest, program) for program in reference.programs
    }
    measured = parity.compare(reference, executes, prepared, progress.tick)
    least = gate.floors(manifest["precision"], request.iou_floor)
    gate.check(f"{manifest['target']} {manifest['precision']}", measured, least)
    return Checked(manifest["name"], measured)


def _network(request: CheckRequest, manifest: dict[str, Any]) -> Network:
    """The fp32 network that the bundle was made from."""
    preset = manifest["model"]["preset"]
    try:
        family = family_of(preset)
    except ValueError as error:
        raise ExportError(f"{request.bundle}: {error}") from error
    weights = chosen_weights(family, preset, request.weights)
    wanted = manifest["model"]["weights_sha256"]
    for part, path in weights.items():
        if path.exists() and file_sha256(path) != wanted.get(part):
            raise ExportError(
                f"{request.bundle} was made from other weights than {path}: give the right ones "
                f"with --weights {part}=FILE"
            )
    height, width = manifest["model"]["size"]
    return family.load(preset, weights, height, width)


def read_manifest(bundle: Path) -> dict[str, Any]:
    """The manifest of a bundle (ExportError where there is none, or one of another schema)."""
    path = bundle / "manifest.json"
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExportError(f"{bundle} is no bundle: cannot read manifest.json") from error
    except ValueError as error:
        raise ExportError(f"{path} is not valid JSON") from error
    wanted = {"schema_version", "name", "model", "target", "backend", "precision", "programs"}
    if not isinstance(loaded, dict) or not wanted <= set(loaded):
        raise ExportError(f"{path} is not the manifest of a bundle")
    if loaded["schema_version"] not in (1, 2):
        raise ExportError(f"{path} has schema version {loaded['schema_version']}, not 1 or 2")
    return loaded if loaded["schema_version"] == 2 else _from_schema_1(loaded)


def _from_schema_1(manifest: dict[str, Any]) -> dict[str, Any]:
    """What this module reads of the first schema, as the second says it."""
    names = {"segmenter": "segment", "saliency": "heat"}
    model, size = manifest["model"], manifest["input"]
    return {
        **manifest,
        "model": {
            "preset": model["preset"],
            "size": [size["height"], size["width"]],
            "weights_sha256": {
                "segment": model["weights_sha256"],
                "heat": model["saliency_weights_sha256"],
            },
        },
        "programs": {
            names.get(name, name): {
                "file": program["file"],
                "files": {one["path"]: {"sha256": one["sha256"]} for one in program["files"]},
            }
            for name, program in manifest["programs"].items()
        },
    }


def check_files(bundle: Path, manifest: dict[str, Any]) -> None:
    """Every file that the manifest lists is there and unchanged (else ExportError)."""
    for program in manifest["programs"].values():
        for name, entry in program["files"].items():
            path = bundle / name
            if not path.is_file():
                raise ExportError(f"{path} is missing")
            if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
                raise ExportError(f"{path} was changed after the export")


def _executor(bundle: Path, manifest: dict[str, Any], program: Program) -> Execute:
    entry = manifest["programs"].get(program.name)
    if entry is None:
        raise ExportError(f"{bundle} has no program '{program.name}'")
    inputs = tuple(one.name for one in program.inputs)
    outputs = tuple(one.name for one in program.outputs)
    target = find_target(manifest["target"])
    run = target.execute(bundle / entry["file"], manifest["backend"], inputs, outputs)
    if run is None:
        raise ExportError(
            f"a bundle for {manifest['target']} with {manifest['backend']} cannot be executed here"
        )
    return run
