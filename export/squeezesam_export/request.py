"""What is to be exported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from squeezesam_export.program import ExportError

BACKENDS = {
    "onnx": ("cpu",),
    "executorch": ("xnnpack", "coreml", "vulkan"),
    "coreml": ("coreml",),
}
PRECISIONS = ("fp32", "fp16", "int8")


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
        coreml_int8: ``weights``, ``w8a8`` or ``palette6``.
        onnx_format: ``onnx``, or ``ort``: what ONNX Runtime's small builds load.
        iou_floor: least mean mask IoU to fp32; None takes the precision's own.
        overwrite: replace a bundle that is there.
        max_iou_drop: int8 of onnx: as few layers stay in float as bring the mean
            mask IoU to fp32 to 1 − this; None keeps all in int8.
        float_layers: layers of the segmenter that stay in float; found by ``max_iou_drop``.
        cache: folder of lowered programs; None lowers everything anew.
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
    onnx_format: str = "onnx"
    iou_floor: float | None = None
    overwrite: bool = False
    max_iou_drop: float | None = None
    float_layers: tuple[str, ...] = ()
    cache: Path | None = None

    @property
    def chosen_backend(self) -> str:
        """The backend asked for, or the target's own."""
        return self.backend or BACKENDS[self.target][0]

    def float_layers_of(self, program: str) -> tuple[str, ...]:
        """Of one network of the bundle."""
        return self.float_layers if program == "segmenter" else ()

    @property
    def name(self) -> str:
        """The bundle's folder: target (and backend, where there is a choice), precision, size."""
        own = self.chosen_backend == BACKENDS[self.target][0]
        target = self.target if own else f"{self.target}-{self.chosen_backend}"
        precision = self.precision
        if (self.target, precision) == ("coreml", "int8") and self.coreml_int8 != "weights":
            precision = self.coreml_int8
        if self.target == "onnx" and self.onnx_format == "ort":
            target = "onnx-ort"
        if self.max_iou_drop is not None:
            precision = f"{precision}-mixed"
        return f"{self.preset}-{target}-{precision}-{self.height}x{self.width}"

    @property
    def path(self) -> Path:
        """Where the bundle will stand."""
        return self.output / self.name


def check_request(request: ExportRequest) -> None:
    """Refuse what cannot work before any work is done (ExportError)."""
    if request.chosen_backend not in BACKENDS[request.target]:
        known = ", ".join(BACKENDS[request.target])
        raise ExportError(
            f"the {request.target} target has no backend '{request.chosen_backend}' ({known})"
        )
    if request.max_iou_drop is not None:
        _check_mixed(request)
    if request.path.exists() and not request.overwrite:
        raise ExportError(f"{request.path} exists; --overwrite replaces it")
    if request.path.exists() and not request.path.is_dir():
        raise ExportError(f"{request.path} is a file, not a bundle")
    for parent in (request.output, *request.output.parents):
        if parent.exists() and not parent.is_dir():
            raise ExportError(f"{parent} is a file, not a folder")


def _check_mixed(request: ExportRequest) -> None:
    if (request.target, request.precision) != ("onnx", "int8"):
        raise ExportError(
            f"--max-iou-drop mixes int8 with float for onnx, not {request.precision} for "
            f"{request.target}"
        )
    if request.max_iou_drop is None or not 0 < request.max_iou_drop < 1:
        raise ExportError("--max-iou-drop lies between 0 and 1, for instance 0.005")
