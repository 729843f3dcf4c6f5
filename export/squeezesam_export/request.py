"""What is to be exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from squeezesam_export.errors import ExportError
from squeezesam_export.replacing import check_replaceable
from squeezesam_export.targets.protocol import Lowering
from squeezesam_export.targets.registry import all_targets, find_target


@dataclass(frozen=True)
class ExportRequest:
    """What to export.

    Attributes:
        target: the name of one (``squeezesam-export --help`` lists them).
        precision: one of the target's.
        height: of the input that the masks are made from.
        width: of the same.
        preset: architecture.
        weights: part of the network → its safetensors; the shipped ones where a part is missing.
        output: folder that the bundle's folder goes into.
        backend: one of the target's; None takes its first.
        calibration: folder of the user's photos; None takes the built-in ones.
        comparison: folder of photos for parity; None takes the built-in ones.
        options: the target's own, by name; those that are not there take their default.
        iou_floor: least mean mask IoU to fp32; None takes the precision's own.
        overwrite: replace a bundle that is there.
        max_iou_drop: int8 of onnx: as few layers stay in float as bring the mean
            mask IoU to fp32 to 1 − this; None keeps all in int8.
        float_layers: program → layers that stay in float; found by ``max_iou_drop``.
        cache: folder of lowered programs; None lowers everything anew.
    """

    target: str
    precision: str
    height: int
    width: int
    preset: str
    output: Path
    weights: Mapping[str, Path] = field(default_factory=dict)
    backend: str | None = None
    calibration: Path | None = None
    comparison: Path | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    iou_floor: float | None = None
    overwrite: bool = False
    max_iou_drop: float | None = None
    float_layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cache: Path | None = None

    @property
    def chosen_backend(self) -> str:
        """The backend asked for, or the target's own."""
        return self.backend or find_target(self.target).backends[0]

    def lowering(self, program: str) -> Lowering:
        """How one program of the bundle is to be lowered."""
        options = {option.name: option.choices[0] for option in find_target(self.target).options}
        in_float = self.float_layers.get(program, ())
        return Lowering(self.precision, self.chosen_backend, {**options, **self.options}, in_float)

    @property
    def name(self) -> str:
        """The bundle's folder: preset, target (and what was chosen of it), precision, size."""
        target, precision = find_target(self.target).label(self.lowering(""))
        if self.max_iou_drop is not None:
            precision = f"{precision}-mixed"
        return f"{self.preset}-{target}-{precision}-{self.height}x{self.width}"

    @property
    def path(self) -> Path:
        """Where the bundle will stand."""
        return self.output / self.name


def check_request(request: ExportRequest) -> None:
    """Refuse what cannot work before any work is done (ExportError)."""
    _check_target(request)
    if request.max_iou_drop is not None:
        _check_mixed(request)
    if request.path.exists() and not request.overwrite:
        raise ExportError(f"{request.path} exists; --overwrite replaces it")
    if request.path.exists() and not request.path.is_dir():
        raise ExportError(f"{request.path} is a file, not a bundle")
    if request.path.exists():
        check_replaceable(request.path)
    for parent in (request.output, *request.output.parents):
        if parent.exists() and not parent.is_dir():
            raise ExportError(f"{parent} is a file, not a folder")


def _check_target(request: ExportRequest) -> None:
    """Backend, precision and options are the target's, and its tools are installed."""
    target = find_target(request.target)
    if request.chosen_backend not in target.backends:
        known = ", ".join(target.backends)
        raise ExportError(
            f"the {target.name} target has no backend '{request.chosen_backend}' ({known})"
        )
    if request.precision not in target.precisions:
        known = ", ".join(target.precisions)
        raise ExportError(
            f"the {target.name} target has no precision '{request.precision}' ({known})"
        )
    options = {option.name: option for option in target.options}
    for name, choice in request.options.items():
        if name not in options:
            raise ExportError(f"the {target.name} target has no option '{name}'")
        if choice not in options[name].choices:
            known = ", ".join(options[name].choices)
            raise ExportError(f"the {target.name} target's {name} cannot be '{choice}' ({known})")
    missing = target.missing()
    if missing:
        raise ExportError(f"the {target.name} target needs {missing}: {target.install}")


def _check_mixed(request: ExportRequest) -> None:
    if request.precision not in find_target(request.target).mixed_precisions:
        able = [
            f"{target.name} {precision}"
            for target in all_targets()
            for precision in target.mixed_precisions
        ]
        raise ExportError(
            f"--max-iou-drop takes layers back to float in {', '.join(able)}, not in "
            f"{request.target} {request.precision}"
        )
    if request.max_iou_drop is None or not 0 < request.max_iou_drop < 1:
        raise ExportError("--max-iou-drop lies between 0 and 1, for instance 0.005")
