"""Requests for small bundles of the shipped weights."""

from __future__ import annotations

from pathlib import Path

from squeezesam_export.networks.reference import Reference
from squeezesam_export.request import ExportRequest
from squeezesam_model import DEFAULT_SEGMENTER, SaliencyNet, Segmenter
from squeezesam_model.family import FAMILY, SqueezeSam

SIDE = 256
PRESET = DEFAULT_SEGMENTER


def shipped(height: int, width: int = 0, preset: str = PRESET) -> SqueezeSam:
    """The shipped network; a square where no width is given."""
    weights = {part: FAMILY.shipped(preset, part) for part in FAMILY.parts}
    return FAMILY.load(preset, weights, height, width or height)


def ours(segmenter: Segmenter, saliency: SaliencyNet, height: int, width: int) -> Reference:
    """Two networks of ours, to be lowered."""
    return Reference(SqueezeSam(segmenter, saliency, height, width))


def request_for(target: str, precision: str, output: Path, **changes: object) -> ExportRequest:
    """A request for the shipped weights at 256, changed at will."""
    settings: dict[str, object] = {
        "target": target,
        "precision": precision,
        "height": SIDE,
        "width": SIDE,
        "preset": PRESET,
        "output": output,
    }
    return ExportRequest(**{**settings, **changes})  # type: ignore[arg-type]
