"""Parity of what ships in every target and mode, executed as saved: docs/export_parity.md.

    python benchmarks/study.py export_parity [--preset P]… [--size 512] [--minutes M]

Exports every target in every mode through the command's own path, without its cache and with its
gate, on the built-in views; writes OUTPUT/parity.json, OUTPUT.md, and what
docs/coreai.md and docs/verification.md say of it.
Core AI's runtime takes seconds a run on Linux: about an hour on one core at 512 for both presets.
After MINUTES no further mode is begun; the same command of the same commit, with the same weights,
goes on where it stopped. What an older commit or other weights gave is measured again.

Exit codes: 0 all is measured; 2 wrong usage or changed sources; 3 it stopped for the time.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import verification_table
from measure.machine import commit, describe, unpublishable
from results.markdown import origin, replace_between_marks, table
from results.result import write_text
from squeezesam_export import ExportError, ExportRequest, export_bundle
from squeezesam_export.bundle.write import Inputs, prepare
from squeezesam_export.progress import Steps
from squeezesam_export.verify import gate
from squeezesam_model import DEFAULT_SEGMENTER, file_sha256
from squeezesam_model.family import FAMILY

# Name → target, precision, the target's own word for int8.
VARIANTS = {
    "ONNX fp32": ("onnx", "fp32", None),
    "ONNX fp16": ("onnx", "fp16", None),
    "ONNX int8": ("onnx", "int8", None),
    "ExecuTorch fp32": ("executorch", "fp32", None),
    "ExecuTorch fp16": ("executorch", "fp16", None),
    "ExecuTorch int8": ("executorch", "int8", None),
    "Core ML fp32": ("coreml", "fp32", None),
    "Core ML fp16": ("coreml", "fp16", None),
    "Core ML int8 weights": ("coreml", "int8", "weights"),
    "Core ML W8A8": ("coreml", "int8", "w8a8"),
    "Core ML 6-bit palettes": ("coreml", "int8", "palette6"),
    "Core AI fp32": ("coreai", "fp32", None),
    "Core AI fp16": ("coreai", "fp16", None),
    "Core AI int8 weights": ("coreai", "int8", "weights"),
    "Core AI W8A8": ("coreai", "int8", "w8a8"),
    "Core AI 6-bit palettes": ("coreai", "int8", "palette6"),
}
PRESETS = (DEFAULT_SEGMENTER, "squeezesam")
COREAI_MARKS = (
    "<!-- modes: begin (python benchmarks/study.py export_parity) -->",
    "<!-- modes: end -->",
)
UNFINISHED = 3

Entry = dict[str, Any]


def weights(preset: str) -> dict[str, str]:
    """Part → sha256 of the shipped weights."""
    return {part: file_sha256(FAMILY.shipped(preset, part)) for part in FAMILY.parts}


def still_valid(known: dict[str, Any], run: dict[str, Any]) -> list[Entry]:
    """What a former run measured of the same commit, size and weights."""
    if (known.get("commit"), known.get("size")) != (run["commit"], run["size"]):
        return []
    return [
        entry
        for entry in known.get("entries", [])
        if entry["weights"] == run["weights"].get(entry["preset"])
    ]


def missing(entries: list[Entry], presets: list[str]) -> list[tuple[str, str]]:
    """Preset and mode of what is not measured yet, the slowest first: Core AI's."""
    have = {(entry["preset"], entry["name"]) for entry in entries}
    names = sorted(VARIANTS, key=lambda name: VARIANTS[name][0] != "coreai")
    return [(p, name) for p in presets for name in names if (p, name) not in have]


def measure(todo: list[tuple[str, str]], size: int, until: float) -> Iterator[Entry]:
    """One entry a mode: the manifest's parity, floors, bytes and seconds; begins none too late."""
    inputs: dict[str, Inputs] = {}
    with Steps() as steps, tempfile.TemporaryDirectory() as folder:
        for preset, name in todo:
            if time.monotonic() > until:
                return
            target, precision, mode = VARIANTS[name]
            request = ExportRequest(
                target, precision, size, size, preset, Path(folder),
                options={"int8": mode} if mode else {}, overwrite=True,
            )  # fmt: skip
            if preset not in inputs:
                steps("loading weights and photos")
                # What int8 is calibrated on as well: all modes share these inputs.
                inputs[preset] = prepare(replace(request, precision="int8"))
            entry = {"preset": preset, "name": name, "target": target, "weights": weights(preset)}
            yield {**entry, **_exported(request, steps, inputs[preset])}


def _exported(request: ExportRequest, steps: Steps, inputs: Inputs) -> Entry:
    """What one export gave; where the gate refused it, its sentence."""
    before = _cpu_seconds()
    try:
        exported = export_bundle(request, steps, inputs)
    except ExportError as error:
        return {"refused": str(error)}
    finally:
        steps.rest()
    least = gate.floors(request.precision)
    return {
        "parity": exported.manifest["parity"],
        "iou_floor": least.mask_iou,
        "snr_floor_db": least.snr_db,
        "bytes": sum(p.stat().st_size for p in exported.path.rglob("*") if p.is_file()),
        "cpu_seconds": round(_cpu_seconds() - before, 1),
    }


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def written(entries: list[Entry]) -> list[Entry]:
    """Those that the gate let through."""
    return [entry for entry in entries if "refused" not in entry]


def refusals(entries: list[Entry]) -> list[str]:
    """A sentence for each mode that the gate did not let through."""
    return [f"{e['name']}: refused, {e['refused']}." for e in entries if "refused" in e]


def rows(entries: list[Entry]) -> list[list[str]]:
    """The table's rows, a mode each that was not refused."""
    found = []
    for entry in written(entries):
        parity = entry["parity"]
        views = parity["mask_iou"]["per_photo"]
        worst = min(views, key=lambda name: views[name])
        found.append(
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
    return found


def page(result: dict[str, Any]) -> str:
    """The whole page."""
    head = ["target and mode", "mean mask IoU", "floor", "worst view", "its IoU",
            "same candidate", "masks, dB", "scores, dB", "heat map, dB", "MB", "CPU s"]  # fmt: skip
    entries = result["entries"]
    by = {entry["target"]: entry["parity"] for entry in written(entries)}
    runtimes = [
        [target, parity["engine"], f"`{parity['verification']}`"] for target, parity in by.items()
    ]
    tables = []
    for preset in dict.fromkeys(entry["preset"] for entry in entries):
        own = [entry for entry in entries if entry["preset"] == preset]
        tables += [f"## {preset}, {result['size']}×{result['size']}", table(head, rows(own))]
        tables += refusals(own)
    return "\n\n".join(
        [
            "# Parity of every target in every mode",
            "Written by `python benchmarks/study.py export_parity`; no figure is typed by hand.",
            "Each bundle was exported without the cache, saved, loaded from disk and executed on "
            f"{written(entries)[0]['parity']['photos']} views of photos, by:",
            table(["target", "executed by", "level"], runtimes),
            "Not yet run on a device. IoU is that of the mask an app would show to the fp32 "
            "network's; SNR that of the raw outputs. A view whose masks differ much has two "
            "candidates of nearly equal score, and the other one is chosen: then the two masks "
            "are both the network's own. MB are those of the whole bundle, both programs; CPU "
            "seconds those of the export, execution on all views included.",
            *tables,
            origin(result),
        ]
    )


def coreai_block(result: dict[str, Any], preset: str = DEFAULT_SEGMENTER) -> str:
    """The table of docs/coreai.md: sizes and parity of its modes."""
    head = ["mode", "MB", "mean mask IoU", "least", "masks, dB", "scores, dB", "heat map, dB",
            "export, CPU s"]  # fmt: skip
    own = [e for e in result["entries"] if (e["preset"], e["target"]) == (preset, "coreai")]
    lines = [
        [
            entry["name"].removeprefix("Core AI "),
            f"{entry['bytes'] / 1e6:.1f}",
            f"{entry['parity']['mask_iou']['mean']:.4f}",
            f"{entry['parity']['mask_iou']['min']:.3f}",
            *(f"{entry['parity']['snr_db'][key]:.1f}" for key in ("masks", "scores", "heat")),
            f"{entry['cpu_seconds']:.0f}",
        ]
        for entry in written(own)
    ]
    views = written(own)[0]["parity"]["photos"] if written(own) else 0
    said = f"{preset}, both programs, at {result['size']}, on {views} views of photos."
    return "\n\n".join([table(head, lines), *refusals(own), f"{said} {origin(result)}"])


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--preset", action="append", choices=FAMILY.presets, metavar="P",
                        help=f"may be given again; default {' and '.join(PRESETS)}")  # fmt: skip
    parser.add_argument("--minutes", type=float, default=float("inf"), metavar="M")
    parser.add_argument("--output", type=Path, default=Path("docs/export_parity"))
    options = parser.parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"export_parity: {fault}", file=sys.stderr)
        return 2
    presets = options.preset or list(PRESETS)
    file = options.output / "parity.json"
    known = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    run = {"commit": commit(), "size": options.size, "weights": {p: weights(p) for p in presets}}
    entries = still_valid(known, run)
    options.output.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 60 * options.minutes
    for entry in measure(missing(entries, presets), options.size, until):
        entries.append(entry)
        order = [*VARIANTS]
        entries.sort(key=lambda e: (presets.index(e["preset"]), order.index(e["name"])))
        result = {**describe(), "size": options.size, "entries": entries}
        write_text(file, json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    if left := missing(entries, presets):
        print(f"export_parity: {len(left)} modes are left; the same command goes on")
        return UNFINISHED
    result = json.loads(file.read_text("utf-8"))
    write_text(options.output.with_suffix(".md"), page(result) + "\n")
    replace_between_marks(options.output.parent / "coreai.md", coreai_block(result), COREAI_MARKS)
    # Target by target: what executed what.
    verification_table.main(["--root", str(options.output.parent.parent)])
    print(f"written: {options.output.with_suffix('.md')}")
    return 0
