"""The bundle's manifest, schema version 1: what the runtime checks before it loads anything."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from squeezesam_model import MAX_POINTS
from squeezesam_model.normalisation import MEAN, PAD_VALUE, STD
from squeezesam_model.planes import click_radius

from squeezesam_export.program import LoweredProgram, SourceProgram, reference

SCHEMA_VERSION = 1
LICENCE = "Apache-2.0"
_TOOLS = ("squeezesam", "torch", "torchao", "executorch", "coremltools", "onnx", "onnxruntime",
          "onnxscript", "numpy")  # fmt: skip


def file_entries(path: Path, root: Path) -> list[dict[str, Any]]:
    """Path, size and sha256 of a file, or of every file in a folder, relative to the bundle."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return [
        {
            "path": file.relative_to(root).as_posix(),
            "size": file.stat().st_size,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        for file in files
    ]


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


def toolchain() -> dict[str, str]:
    """Installed versions of what takes part in an export."""
    found = {}
    for tool in _TOOLS:
        try:
            found[tool] = version(tool)
        except PackageNotFoundError:
            continue
    return found
