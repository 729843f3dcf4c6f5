"""Does refining edges help? Boundary IoU of plain and refined masks on the validation photos.

    python benchmarks/study.py edge_quality --data FOLDER [--limit 100] [--output docs/edges] \
        --bundle build/bundles/squeezesam-fast-onnx-int8-512x512

Each object is asked for with one click and its box. Both masks come from the same prediction, so
the difference is the filter's alone. Writes OUTPUT.json and OUTPUT.md.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from lab.cutout_page import section
from measure.machine import describe, unpublishable
from report import origin, table
from results.result import write_text
from squeezesam import Mask, Segmenter
from squeezesam_train.evaluation.prompts import centre_click, tight_box
from squeezesam_train.evaluation.scores import boundary_band, boundary_iou, iou
from squeezesam_train.evaluation.targets import Target, choose_instances
from squeezesam_train.photos import list_photos, read_photo

# (radius in pixels of the logits, epsilon in levels); the first is the core's default.
SETTINGS = [(1.0, 10.0), (1.0, 25.0), (0.5, 10.0), (2.0, 10.0)]
THIN = 2  # pixels: a band in which nothing but the edge itself is left
MEASURES = ("iou", "boundary_iou", "thin_boundary_iou")


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="only so many photos, evenly spread")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("docs/edges"))
    return parser


def measure(segmenter: Segmenter, data: Path, limit: int | None) -> list[dict[str, Any]]:
    """One record an object: scores of the plain mask and of each setting."""
    entries = list_photos(data, "val")
    if limit is not None and limit < len(entries):
        entries = [entries[i * len(entries) // limit] for i in range(limit)]
    records = []
    for entry in entries:
        rgb, labels = read_photo(entry)
        session = segmenter.open(rgb)
        for target in choose_instances(entry, labels, seed=0, most=1):
            click, box = centre_click(target).clicks[0], tight_box(target).box
            assert box is not None
            session.clear()
            session.set_box(*box)
            session.add_point(click.x, click.y)
            records.append(_record(target, session.predict()))
    return records


def _record(target: Target, plain: Mask) -> dict[str, Any]:
    record: dict[str, Any] = {"target": target.key, "source": target.source}
    record["plain"] = scores(plain, target)
    for radius, epsilon in SETTINGS:
        start = time.perf_counter()
        refined = plain.refine(radius=radius, epsilon=epsilon)
        milliseconds = 1000 * (time.perf_counter() - start)
        record[name_of(radius, epsilon)] = {**scores(refined, target), "ms": milliseconds}
    return record


def scores(mask: Mask, target: Target) -> dict[str, float]:
    """IoU of the whole, of the standard's band and of a thin one, 0…1."""
    found, wanted = (boundary_band(m, THIN) for m in (mask.array, target.mask))
    return {
        "iou": iou(mask.array, target.mask, target.ignore),
        "boundary_iou": boundary_iou(mask.array, target.mask, target.ignore),
        "thin_boundary_iou": iou(found, wanted, target.ignore),
    }


def name_of(radius: float, epsilon: float) -> str:
    """How a setting is called in the report."""
    return f"radius {radius:g}, epsilon {epsilon:g}"


def summary(records: list[dict[str, Any]], setting: str) -> dict[str, Any]:
    """Means of the plain and the refined masks, and of their differences with standard error."""
    found: dict[str, Any] = {"n": len(records)}
    for measure_name in MEASURES:
        plain = [r["plain"][measure_name] for r in records]
        refined = [r[setting][measure_name] for r in records]
        gains = np.subtract(refined, plain)
        error = float(gains.std(ddof=1)) / math.sqrt(len(gains)) if len(gains) > 1 else math.nan
        found[measure_name] = {
            "plain": statistics.fmean(plain),
            "refined": statistics.fmean(refined),
            "gain": float(gains.mean()),
            "standard_error": error,
            "better": float((gains > 0).mean()),
        }
    return found


def helps(found: dict[str, Any]) -> bool:
    """True if the boundary IoU rises by more than two standard errors and the IoU does not fall."""
    edge, whole = found["boundary_iou"], found["iou"]
    return bool(
        edge["gain"] > 2 * edge["standard_error"] and whole["gain"] > -2 * whole["standard_error"]
    )


def page(result: dict[str, Any]) -> str:
    """docs/edges.md from the JSON."""
    rows = []
    for setting, found in result["settings"].items():
        cells = [
            f"{100 * found[m]['plain']:.2f} → {100 * found[m]['refined']:.2f} "
            f"({100 * found[m]['gain']:+.2f} ± {100 * found[m]['standard_error']:.2f})"
            for m in MEASURES
        ]
        rows.append([setting, *cells, f"{100 * found['boundary_iou']['better']:.0f} %"])
    head = ["setting", "IoU", "boundary IoU", f"in a band of {THIN} pixels", "better for"]
    by_source = [
        [source, str(found["n"]), f"{100 * found['boundary_iou']['gain']:+.2f}",
         f"{100 * found['thin_boundary_iou']['gain']:+.2f}"]
        for source, found in result["sources"].items()
    ]  # fmt: skip
    helped = helps(result["settings"][name_of(*SETTINGS[0])])
    verdict = HELPS if helped else HELPS_NOT
    return PAGE.format(
        cutouts=section(result["cutouts"]),
        verdict=verdict,
        count=result["objects"],
        table=table(head, rows),
        sources=table(["photos", "objects", "boundary IoU", "thin band"], by_source),
        origin=origin(result),
    )


HELPS = """\
With the default setting it helps: the boundary IoU rises by more than two standard errors and the
IoU does not fall. It is off unless asked for all the same: a refined mask needs the photo again
and a tenth of a second at 12 megapixels, which is for the export and not for every tap."""
HELPS_NOT = """\
With the default setting the boundary IoU does not rise by more than two standard errors: this is
why refining is off unless it is asked for."""

PAGE = """# Edges

The network's masks have a quarter of its input's resolution. By default the core upsamples them
bilinearly. `ssam_mask_refine` (Python: `session.predict(refine=True)`, command: `squeezesam
segment --refine`) moves the edge to that of the photo with a guided filter; how it works
stands in `runtime/core/src/mask/guided_filter.h`.

{verdict}

Written by `benchmarks/study.py edge_quality`; no figure is typed by hand. {count} objects of the
validation photos, one click and a box each, from the same prediction: plain → refined (gain ±
standard error of the paired differences), in points.

{table}

Gains of the default setting by source of the photos:

{sources}

The labels of most sources are polygons drawn by hand, coarser than the photo's edges: a mask that
follows the photo more closely than the label does counts as wrong here. The photos are about 512
pixels wide, so that a pixel of the logits is four of the photo; on a photo of 12 megapixels it is
thirty, and the filter has more to do. That case has no labels to measure it with.

{origin}

{cutouts}"""


def main(argv: list[str] | None = None) -> int:
    """The command line above."""
    options = build_parser().parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"edge_quality: {fault}", file=sys.stderr)
        return 2
    segmenter = Segmenter.load(options.bundle, threads=options.threads)
    records = measure(segmenter, options.data, options.limit)
    default = name_of(*SETTINGS[0])
    sources = sorted({r["source"] for r in records})
    result = {
        **describe(),
        "bundle": segmenter.bundle.name,
        "objects": len(records),
        "settings": {
            name_of(*s): {
                **summary(records, name_of(*s)),
                "median_ms": statistics.median(r[name_of(*s)]["ms"] for r in records),
            }
            for s in SETTINGS
        },
        "sources": {s: summary([r for r in records if r["source"] == s], default) for s in sources},
    }
    target = options.output.with_suffix(".json")
    result["cutouts"] = json.loads(target.read_text("utf-8"))["cutouts"]  # the other study's
    write_text(target, json.dumps(result, indent=1) + "\n")
    write_text(options.output.with_suffix(".md"), page(result))
    return 0
