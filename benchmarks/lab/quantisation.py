"""Observers and corrections of int8, each measured by the masks they give: docs/quantisation.md.

    python benchmarks/study.py quantisation [--data FOLDER] [--size 512] [--photos 40] [--minutes M]

Calibrates the network on the built-in views with every variant, runs the int8 graph that XNNPACK
gets and the ONNX file, and compares the masks with fp32: on photos of DATA where it is there (none
of them was calibrated on), else on the built-in comparison views. Writes docs/quantisation.md and
docs/quantisation/quantisation.json. After MINUTES no further variant is begun; the same command of
the same commit, with the same weights, goes on where it stopped.

Exit codes: 0 all is measured; 2 wrong usage or changed sources; 3 it stopped for the time.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from measure.machine import commit, describe, unpublishable
from results.markdown import origin, table
from results.result import write_text
from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.photos import views
from squeezesam_export.program import Execute, SourceProgram
from squeezesam_export.quantise.variants import (
    CORRECTIONS,
    ONNX_OBSERVERS,
    PT2E_OBSERVERS,
    onnx_variant,
    pt2e_variant,
)
from squeezesam_export.toolchain.quiet import quiet
from squeezesam_export.verify import parity
from squeezesam_model import DEFAULT_SEGMENTER, file_sha256
from squeezesam_model.family import FAMILY

# The variant that squeezesam-export uses.
SHIPPED = ("minmax", "none")
UNFINISHED = 3


def variants() -> list[tuple[str, str, str]]:
    """Engine, observer, correction: every observer plain, and every correction with minmax."""
    chosen = [("pt2e", observer, "none") for observer in PT2E_OBSERVERS]
    chosen += [("pt2e", "minmax", correction) for correction in CORRECTIONS if correction != "none"]
    return (
        chosen
        + [("onnx", observer, "none") for observer in ONNX_OBSERVERS]
        + [("onnx", "minmax", "equalised")]
    )


def build(engine: str, observer: str, correction: str, source: SourceProgram, folder: Path) -> (
    Execute
):  # fmt: skip
    """An int8 program that can be run."""
    make: Callable[..., Execute] = pt2e_variant if engine == "pt2e" else onnx_variant
    with quiet():
        return make(source, observer, correction, folder)


def missing(entries: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Variants that are not measured yet."""
    have = {(e["engine"], e["observer"], e["correction"]) for e in entries}
    return [variant for variant in variants() if variant not in have]


def still_valid(known: dict[str, Any], run: dict[str, Any]) -> list[dict[str, Any]]:
    """What a former run measured of the same commit, weights and photos."""
    same = all(known.get(name) == value for name, value in run.items())
    return list(known["entries"]) if same and "entries" in known else []


def measure(
    todo: list[tuple[str, str, str]],
    size: int,
    photos: list[views.View],
    calibrated_on: int,
    until: float,
) -> Iterator[dict[str, Any]]:
    """One entry per variant; begins none too late."""
    if not todo or time.monotonic() > until:
        return
    weights = {part: FAMILY.shipped(DEFAULT_SEGMENTER, part) for part in FAMILY.parts}
    networks = Reference(FAMILY.load(DEFAULT_SEGMENTER, weights, size, size))
    seen = views.calibration_views()
    step = max(1, len(seen) // calibrated_on)
    calibration = [networks.prepare(view) for view in seen[::step]]
    compared = [networks.prepare(view) for view in photos]
    for variant in todo:
        if time.monotonic() > until:
            return
        yield entry(networks, calibration, compared, *variant)


def entry(
    networks: Reference,
    calibration: list[PreparedView],
    compared: list[PreparedView],
    engine: str,
    observer: str,
    correction: str,
) -> dict[str, Any]:
    """Calibrate, run and compare one variant."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    source = networks.sources(calibration)[0]
    with tempfile.TemporaryDirectory() as scratch:
        execute = build(engine, observer, correction, source, Path(scratch))
        found = parity.compare(networks, {"segment": execute}, compared)
    result = {
        "engine": engine,
        "observer": observer,
        "correction": correction,
        "mean_iou": round(found.mean_iou, 5),
        "worst_iou": min(found.mask_iou.values()),
        "same_candidate": round(found.same_choice, 4),
        "masks_snr_db": round(found.snr_db["masks"], 2),
        "scores_snr_db": round(found.snr_db["scores"], 2),
        "cpu_seconds": round(resource.getrusage(resource.RUSAGE_SELF).ru_utime - before, 1),
    }
    print(json.dumps(result), flush=True)
    return result


def page(result: dict[str, Any]) -> str:
    """The whole page."""
    head = ["engine", "observer", "correction", "mean mask IoU to fp32", "worst", "same candidate",
            "masks, dB", "scores, dB"]  # fmt: skip
    rows = []
    for one in result["entries"]:
        shipped = (one["observer"], one["correction"]) == SHIPPED
        rows.append(
            [
                one["engine"],
                f"**{one['observer']}**" if shipped else one["observer"],
                one["correction"],
                f"{one['mean_iou']:.4f}",
                f"{one['worst_iou']:.3f}",
                f"{one['same_candidate']:.0%}",
                f"{one['masks_snr_db']:.1f}",
                f"{one['scores_snr_db']:.1f}",
            ]
        )
    best = {
        engine: max(
            (e for e in result["entries"] if e["engine"] == engine), key=lambda e: e["mean_iou"]
        )
        for engine in ("pt2e", "onnx")
    }
    chosen = "; ".join(
        f"{engine}: {one['observer']}, correction {one['correction']}, {one['mean_iou']:.4f}"
        for engine, one in best.items()
    )
    return "\n\n".join(
        [
            "# Quantisation",
            "Written by `python benchmarks/study.py quantisation`; no figure is typed by hand.",
            f"The network in int8 at {result['size']}, compared with fp32 on {result['photos']} "
            f"{result['compared_on']}; calibrated on {result['calibrated_on']} of the built-in "
            "views, none of which it is compared on. `pt2e` is the graph that XNNPACK gets, run by "
            "torch; `onnx` the file, run by ONNX Runtime. In bold what `squeezesam-export` uses.",
            table(head, rows),
            f"Best by mean IoU: {chosen}. Differences of a thousandth lie within what other photos "
            "would change. ONNX Runtime's entropy calibration has as many bins as it has levels "
            "unless told otherwise, which its `quantize_static` cannot be: it finds the extremes.",
            origin(result),
        ]
    )


def other_sections(written: Path) -> str:
    """What another study wrote on the page: everything from its first section on."""
    if not written.is_file():
        return ""
    _, mark, rest = written.read_text(encoding="utf-8").partition("\n## ")
    return mark + rest


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder of photos; else the built-in views")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--photos", type=int, default=40)
    parser.add_argument("--calibration-views", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=float("inf"), metavar="M")
    parser.add_argument("--output", type=Path, default=Path("docs/quantisation"))
    options = parser.parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"quantisation: {fault}", file=sys.stderr)
        return 2
    if options.data is not None and not options.data.is_dir():
        print(f"quantisation: {options.data} is no folder", file=sys.stderr)
        return 2
    if options.data is not None:
        photos = views.folder_views(options.data, options.photos)
        compared_on = "photos of the validation set, prompts from the heat map"
    else:
        photos, compared_on = views.comparison_views(), "built-in views"
    run = {
        "commit": commit(),
        "weights": file_sha256(FAMILY.shipped(DEFAULT_SEGMENTER, FAMILY.parts[0])),
        "size": options.size,
        "photos": len(photos),
        "compared_on": compared_on,
        "calibrated_on": options.calibration_views,
    }
    file = options.output / "quantisation.json"
    result = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    entries = still_valid(result, run)
    options.output.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 60 * options.minutes
    found = measure(missing(entries), options.size, photos, options.calibration_views, until)
    for one in found:
        entries.append(one)
        entries.sort(key=lambda e: variants().index((e["engine"], e["observer"], e["correction"])))
        result = {**describe(), **run, "entries": entries}
        write_text(file, json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    if left := missing(entries):
        print(f"quantisation: {len(left)} variants are left; the same command goes on")
        return UNFINISHED
    written = options.output.with_suffix(".md")
    write_text(written, page(result) + "\n" + other_sections(written))
    print(f"written: {options.output.with_suffix('.md')}")
    return 0
