"""Requests for small bundles of the shipped weights."""

from __future__ import annotations

from pathlib import Path

from squeezesam_export.request import ExportRequest
from squeezesam_model.weights import shipped_weights

SIDE = 256


def request_for(target: str, precision: str, output: Path, **changes: object) -> ExportRequest:
    """A request for the shipped weights at 256, changed at will."""
    settings: dict[str, object] = {
        "target": target,
        "precision": precision,
        "height": SIDE,
        "width": SIDE,
        "preset": "squeezesam-fast",
        "weights": shipped_weights("squeezesam-fast"),
        "saliency_weights": shipped_weights("saliency"),
        "output": output,
    }
    return ExportRequest(**{**settings, **changes})  # type: ignore[arg-type]
