"""The bundle's manifest, schema version 1: what the runtime checks before it loads anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from squeezesam_model import MAX_POINTS
from squeezesam_model.normalisation import MEAN, PAD_VALUE, STD
from squeezesam_model.planes import click_radius

from squeezesam_export.files import file_entries
from squeezesam_export.program import LoweredProgram, SourceProgram, reference

SCHEMA_VERSION = 1
LICENCE = "Apache-2.0"


def program_entry(source: SourceProgram, lowered: LoweredProgram, root: Path) -> dict[str, Any]:
    """One of the manifest's `programs`."""
    outputs = reference(source, source.example)
    return {
        "file": lowered.path.relative_to(root).as_posix(),
        "files": file_entries(lowered.path, root),
        "macs": source.macs,
        "inputs": [_tensor(name, tuple(t.shape)) for name, t in source.inputs.items()],
        "outputs": [
            _tensor(name, array.shape) for name, array in zip(source.outputs, outputs, strict=True)
        ],
    }


def _tensor(name: str, shape: Sequence[int]) -> dict[str, Any]:
    return {"name": name, "shape": list(shape), "dtype": "float32"}


def input_entry(height: int, width: int) -> dict[str, Any]:
    """The manifest's `input`."""
    return {
        "height": height,
        "width": width,
        "channels": "rgb",
        "range": [0, 255],
        "normalisation": "folded",
        "mean": list(MEAN),
        "std": list(STD),
        "pad_value": list(PAD_VALUE),
    }


def prompts_entry(height: int, width: int) -> dict[str, Any]:
    """The manifest's `prompts`."""
    return {
        "max_points": MAX_POINTS,
        "click_radius": click_radius(height, width),
        "box_default": 1.0,
    }
