"""The bundle's manifest, schema version 2: what the runtime checks before it loads anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from squeezesam_model import file_sha256
from squeezesam_model.network import Network, Program, Prompts

from squeezesam_export.files import file_entries
from squeezesam_export.program import LoweredProgram, SourceProgram, output_shapes

SCHEMA_VERSION = 2
# The wire form of prompts is SAM's.
_LABELS = {
    "foreground": 1,
    "background": 0,
    "box_top_left": 2,
    "box_bottom_right": 3,
    "padding": -1,
}


def model_entry(network: Network, parameters: int) -> dict[str, Any]:
    """The manifest's `model`."""
    return {
        "family": network.family,
        "preset": network.preset,
        "size": list(network.size),
        "parameters": parameters,
        "weights_sha256": {
            part: file_sha256(path) for part, path in sorted(network.origin.files.items())
        },
        "provenance": network.origin.provenance,
    }


def network_entries(network: Network) -> dict[str, Any]:
    """The manifest's `prompts` and `capabilities`."""
    return {
        "prompts": prompts_entry(network.prompts),
        "capabilities": asdict(network.capabilities),
    }


def programs_entry(
    programs: Sequence[Program],
    sources: Sequence[SourceProgram],
    lowered: Mapping[str, LoweredProgram],
    root: Path,
) -> dict[str, Any]:
    """The manifest's `programs`."""
    declared = {program.name: program for program in programs}
    return {
        source.name: _program_entry(declared[source.name], source, lowered[source.name], root)
        for source in sources
    }


def _program_entry(
    program: Program, source: SourceProgram, lowered: LoweredProgram, root: Path
) -> dict[str, Any]:
    shapes = output_shapes(source)
    return {
        "runs": program.runs,
        "file": lowered.path.relative_to(root).as_posix(),
        "files": {
            entry["path"]: {"bytes": entry["size"], "sha256": entry["sha256"]}
            for entry in file_entries(lowered.path, root)
        },
        "macs": source.macs,
        "inputs": [
            {"name": one.name, "shape": list(one.shape), "source": one.source.entry()}
            for one in program.inputs
        ],
        "outputs": [
            {**one.entry(), "shape": list(shape)}
            for one, shape in zip(program.outputs, shapes, strict=True)
        ],
    }


def prompts_entry(prompts: Prompts) -> dict[str, Any]:
    """The manifest's `prompts`."""
    planes = (
        {}
        if prompts.click_radius is None
        else {"click_radius": prompts.click_radius, "box_default": 1.0}
    )
    return {"max_points": prompts.max_points, "labels": dict(_LABELS), **planes}
