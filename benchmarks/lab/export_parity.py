"""Parity of the shipped weights in Core ML and Core AI, executed as saved: docs/export_parity.md.

    python benchmarks/study.py export_parity [--size 512] [--output docs/export_parity]

Exports Core ML and Core AI, each in every mode, through the command's own path, with its gate, on
the built-in views, and writes OUTPUT/parity.json and OUTPUT.md. Core AI's runtime takes seconds a
run on Linux: about half an hour on one core at 512.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from measure.machine import describe, unpublishable
from report import origin, table
from results.result import write_text

VARIANTS = {
    "Core ML fp16": ("coreml", "fp16", "weights"),
    "Core ML int8 weights": ("coreml", "int8", "weights"),
    "Core ML W8A8": ("coreml", "int8", "w8a8"),
    "Core AI fp32": ("coreai", "fp32", "weights"),
    "Core AI fp16": ("coreai", "fp16", "weights"),
    "Core AI int8 weights": ("coreai", "int8", "weights"),
    "Core AI W8A8": ("coreai", "int8", "w8a8"),
    "Core AI 6-bit palettes": ("coreai", "int8", "palette6"),
}


def measure(size: int, folder: Path) -> list[dict[str, Any]]:
    """One entry per precision: the manifest's parity, floors, bytes and seconds."""
    from squeezesam_export import ExportRequest, export_bundle
    from squeezesam_export.bundle.write import prepare
    from squeezesam_export.progress import Steps
    from squeezesam_export.verify import gate
    from squeezesam_model import DEFAULT_SEGMENTER

    entries, inputs = [], None
    with Steps() as steps:
        for name, (target, precision, mode) in VARIANTS.items():
            request = ExportRequest(
                target, precision, size, size, DEFAULT_SEGMENTER, folder, options={"int8": mode}
            )
            if inputs is None:
                steps("loading weights and photos")
                # What int8 is calibrated on as well: all modes share these inputs.
                inputs = prepare(replace(request, precision="int8"))
            before, started = _cpu_seconds(), time.monotonic()
            exported = export_bundle(request, steps, inputs)
            least = gate.floors(precision)
            entries.append(
                {
                    "name": name,
                    "bundle": exported.path.name,
                    "parity": exported.manifest["parity"],
                    "iou_floor": least.mask_iou,
                    "snr_floor_db": least.snr_db,
                    "bytes": sum(p.stat().st_size for p in exported.path.rglob("*")),
                    "seconds": round(time.monotonic() - started, 1),
                    "cpu_seconds": round(_cpu_seconds() - before, 1),
                }
            )
    return entries


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def page(result: dict[str, Any]) -> str:
    """The whole page."""
    head = ["target and precision", "mean mask IoU", "floor", "worst view", "its IoU",
            "same candidate", "masks, dB", "scores, dB", "heat map, dB", "MB", "CPU s"]  # fmt: skip
    rows = []
    for entry in result["entries"]:
        parity = entry["parity"]
        views = parity["mask_iou"]["per_photo"]
        worst = min(views, key=lambda name: views[name])
        rows.append(
            [
                entry["name"],
                f"{parity['mask_iou']['mean']:.4f}",
                f"{entry['iou_floor']:g}",
                worst,
                f"{views[worst]:.3f}",
                f"{parity['same_candidate']:.0%}",
                *(f"{parity['snr_db'][key]:.1f}" for key in ("masks", "scores", "heat")),
                f"{entry['bytes'] / 1e6:.2f}",
                f"{entry['cpu_seconds']:.0f}",
            ]
        )
    parity = result["entries"][0]["parity"]
    engines = dict.fromkeys(entry["parity"]["engine"] for entry in result["entries"])
    return "\n\n".join(
        [
            "# Parity of the Core ML packages and Core AI assets",
            "Written by `python benchmarks/study.py export_parity`; no figure is typed by hand.",
            f"Each package was saved, loaded from disk and executed on {parity['photos']} views "
            f"of photos: `{parity['verification']}`, {' or '.join(engines)}. Not yet run on a "
            "device. IoU is that of the mask an app would show to the fp32 network's; SNR that of "
            "the raw outputs. A view whose masks differ much has two candidates of nearly equal "
            "score, and the other one is chosen: then the two masks are both the network's own.",
            table(head, rows),
            origin(result),
        ]
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--output", type=Path, default=Path("docs/export_parity"))
    options = parser.parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"export_parity: {fault}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        entries = measure(options.size, Path(scratch))
    result = {**describe(), "size": options.size, "entries": entries}
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    write_text(options.output / "parity.json", text)
    write_text(options.output.with_suffix(".md"), page(result) + "\n")
    print(f"written: {options.output.with_suffix('.md')}")
    return 0
