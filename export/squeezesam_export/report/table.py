"""The table at the end of an export, with host latency measured in turns."""

from __future__ import annotations

import json
import statistics
import time

from squeezesam_export.bundle.write import Exported
from squeezesam_export.files import file_entries
from squeezesam_export.program import Execute, LoweredProgram, SourceProgram

HEAD = ("program", "precision", "MB", "GMAC", "parity", "delegated", "left over", "ms")


def latency_ms(execute: Execute, source: SourceProgram, runs: int = 7) -> float:
    """Median time of one run in ms, after one warm-up."""
    inputs = [t.numpy() for t in source.example]
    execute(inputs)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        execute(inputs)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def rows(exported: Exported) -> list[tuple[str, ...]]:
    """One row per program of a bundle."""
    out: list[tuple[str, ...]] = []
    for source in exported.sources:
        lowered = exported.lowered[source.name]
        files = file_entries(exported.path / lowered.path.name, exported.path)
        out.append(
            (
                f"{exported.request.target} {source.name}",
                exported.request.precision,
                f"{sum(f['size'] for f in files) / 1e6:.2f}",
                f"{source.macs / 1e9:.2f}",
                _parity(exported, source.name),
                _count(lowered.delegated),
                _count(lowered.left_over),
                _latency(lowered, source),
            )
        )
    return out


def json_line(exported: Exported) -> str:
    """One JSON object in ASCII: where the bundle is, its size in bytes, what was measured."""
    manifest = exported.manifest
    words = ("name", "target", "backend", "precision", "model", "parity")
    programs = {
        name: sum(file["bytes"] for file in program["files"].values())
        for name, program in manifest["programs"].items()
    }
    told = {"path": str(exported.path), **{word: manifest.get(word) for word in words}}
    return json.dumps({**told, "bytes": programs})


def _parity(exported: Exported, name: str) -> str:
    if exported.parity is None:
        return "graph checked"
    program = next(p for p in exported.reference.programs if p.name == name)
    role = program.outputs[0].role or program.outputs[0].name
    decibels = f"{exported.parity.snr_db[role]:.1f} dB"
    return f"IoU {exported.parity.mean_iou:.4f}, {decibels}" if role == "masks" else decibels


def _count(value: int | None) -> str:
    return "–" if value is None else str(value)


def _latency(lowered: LoweredProgram, source: SourceProgram) -> str:
    if lowered.execute is None or not lowered.timed:
        return "–"
    return f"{latency_ms(lowered.execute, source):.1f}"


def format_table(lines: list[tuple[str, ...]]) -> str:
    """Aligned columns under :data:`HEAD`."""
    everything = [HEAD, *lines]
    widths = [max(len(line[i]) for line in everything) for i in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in everything
    )
