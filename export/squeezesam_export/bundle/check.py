"""`squeezesam-export --check BUNDLE`: the parity of a finished bundle, on whatever photos."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

from squeezesam import BundleError, ModelBundle
from squeezesam.child import restart_limit
from squeezesam.engines.checks import sentence
from squeezesam.engines.protocol import ProgramSpec
from squeezesam_model import file_sha256
from squeezesam_model.families import chosen_weights, family_of
from squeezesam_model.network import Network, Program

from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.photos.views import View, comparison_views, folder_views
from squeezesam_export.program import Execute, ExportError
from squeezesam_export.progress import Progress, Silent
from squeezesam_export.targets.registry import find_target
from squeezesam_export.verify import gate, parity

# Sides of a network, pixels: nought has no ratio, and thousands more no memory.
_LEAST, _MOST = 32, 4096


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

    The bundle is read by the core, as an app would have it read. Each step, and each photo, begins
    the time limit anew that a child process may be under (:mod:`squeezesam.child`).

    Raises:
        ExportError: the bundle is damaged, was made from other weights, cannot be executed here,
            or lies below a floor.
        WeightsError: the weights do not fit.
    """
    progress = progress or Silent()
    try:
        bundle = ModelBundle(request.bundle)
    except BundleError as error:
        raise ExportError(str(error)) from error
    progress("loading weights and photos")
    network = _network(request, _made(bundle))
    _check_inputs(bundle, network)
    reference = Reference(network)
    views = comparison_views() if request.photos is None else folder_views(request.photos)
    prepared = _Prepared(reference, views)
    progress(f"comparing on {len(prepared)} photos")
    restart_limit()
    measured = _measured(bundle, reference, prepared, progress)
    least = gate.floors(bundle.info["precision"], request.iou_floor)
    gate.check(f"{bundle.target} {bundle.info['precision']}", measured, least)
    return Checked(bundle.name, measured)


class _Prepared(Sequence[PreparedView]):
    """Views as inputs, made when they are looked at: all at once they may be many gigabytes."""

    def __init__(self, reference: Reference, views: Sequence[View]) -> None:
        self._reference, self._views = reference, views

    def __len__(self) -> int:
        return len(self._views)

    @overload
    def __getitem__(self, index: int) -> PreparedView: ...
    @overload
    def __getitem__(self, index: slice) -> _Prepared: ...
    def __getitem__(self, index: int | slice) -> PreparedView | _Prepared:
        if isinstance(index, slice):
            return _Prepared(self._reference, self._views[index])
        return self._reference.prepare(self._views[index])


def _check_inputs(bundle: ModelBundle, network: Network) -> None:
    """The manifest's own note of the size decides nothing that its programs do not take.

    Raises:
        ExportError: a program is missing, or takes something else than the network at that size.
    """
    for program in network.programs:
        spec = _spec(bundle, program)
        if {i.name: i.shape for i in spec.inputs} != {i.name: i.shape for i in program.inputs}:
            raise ExportError(
                f"{bundle.folder}: the program '{program.name}' does not take what "
                f"'{network.preset}' takes at the size that the manifest says"
            )


def _measured(
    bundle: ModelBundle, reference: Reference, prepared: Sequence[PreparedView], progress: Progress
) -> parity.Parity:
    """The comparison itself: whatever a stranger's programs make a library raise is a sentence."""
    try:
        executes = {program.name: _executor(bundle, program) for program in reference.programs}
        bundle.recheck()
        return parity.compare(reference, executes, prepared, _with_limit(progress))
    except ExportError:
        raise
    except BundleError as error:
        raise ExportError(str(error)) from error
    except Exception as error:
        raise ExportError(
            f"{bundle.folder}: its programs cannot be run and compared: {sentence(error)}"
        ) from error


def _with_limit(progress: Progress) -> Callable[[int, int], None]:
    def tick(done: int, total: int) -> None:
        restart_limit()
        progress.tick(done, total)

    return tick


@dataclass(frozen=True)
class _Made:
    """What the exporter noted of itself: its own words, which the core leaves alone."""

    preset: str
    size: tuple[int, int]
    weights_sha256: Mapping[str, str]


def _made(bundle: ModelBundle) -> _Made:
    """From the manifest of either schema.

    Raises:
        ExportError: it was not written by this exporter.
    """
    manifest = bundle.manifest
    try:
        model = manifest["model"]
        if manifest["schema_version"] == 1:
            size = (manifest["input"]["height"], manifest["input"]["width"])
            hashes = {
                "segment": model["weights_sha256"],
                "heat": model["saliency_weights_sha256"],
            }
        else:
            height, width = model["size"]
            size, hashes = (height, width), dict(model["weights_sha256"])
        found = _Made(model["preset"], size, hashes)
    except (KeyError, TypeError, ValueError) as error:
        raise ExportError(
            f"{bundle.folder}: its manifest does not say which weights it was made from, at which "
            "size"
        ) from error
    sides = (type(side) is int and _LEAST <= side <= _MOST for side in found.size)
    if not isinstance(found.preset, str) or not all(sides):
        raise ExportError(f"{bundle.folder}: its manifest's model has no preset or no size")
    return found


def _network(request: CheckRequest, made: _Made) -> Network:
    """The fp32 network that the bundle was made from."""
    try:
        family = family_of(made.preset)
    except ValueError as error:
        raise ExportError(f"{request.bundle}: {error}") from error
    weights = chosen_weights(family, made.preset, request.weights)
    for part, path in weights.items():
        if path.exists() and file_sha256(path) != made.weights_sha256.get(part):
            raise ExportError(
                f"{request.bundle} was made from other weights than {path}: give the right ones "
                f"with --weights {part}=FILE"
            )
    return family.load(made.preset, weights, *made.size)


def _spec(bundle: ModelBundle, program: Program) -> ProgramSpec:
    try:
        return bundle.program(program.name)
    except KeyError:
        raise ExportError(f"{bundle.folder} has no program '{program.name}'") from None


def _executor(bundle: ModelBundle, program: Program) -> Execute:
    path = _spec(bundle, program).path
    inputs = tuple(one.name for one in program.inputs)
    outputs = tuple(one.name for one in program.outputs)
    backend = bundle.info["backend"]
    run = find_target(bundle.target).execute(path, backend, inputs, outputs)
    if run is None:
        raise ExportError(f"a bundle for {bundle.target} with {backend} cannot be executed here")
    return run
