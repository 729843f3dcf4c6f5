"""One process that times bundles against each other with one engine and thread count.

A process of its own, because thread pools are made once in a process. The bundles take turns, so
that a noisy machine disturbs all of them alike.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import squeezesam

STAGES = ("open", "saliency", "clicks", "planes", "segmenter", "mask")


def time_bundles(bundles: list[Path], threads: int, runs: int, photo: Path) -> dict[str, Any]:
    """Milliseconds per stage and run of each bundle, after one warm-up each.

    Returns:
        For each bundle's folder name: ``load`` (ms), ``first`` (ms, the first prediction) and
        ``stages``: name → list of ``runs`` times in ms.
    """
    pixels = squeezesam.open_photo(str(photo)).pixels
    upright = np.ascontiguousarray(pixels)
    loaded = {}
    report: dict[str, Any] = {}
    for bundle in bundles:
        start = time.perf_counter()
        loaded[bundle.name] = squeezesam.Segmenter.load(str(bundle), threads=threads)
        load = 1000 * (time.perf_counter() - start)
        start = time.perf_counter()
        loaded[bundle.name].open(upright).predict()
        first = 1000 * (time.perf_counter() - start)
        report[bundle.name] = {"load": load, "first": first, "stages": {s: [] for s in STAGES}}
    for _ in range(runs):
        for name, segmenter in loaded.items():
            timings = segmenter.open(upright).predict().timings
            for stage in STAGES:
                report[name]["stages"][stage].append(timings[stage])
    return report


def time_core(bundle: Path, runs: int, photo: Path) -> dict[str, list[float]]:
    """The core's own work on a large photo, ms per run: open, clicks, planes, mask, full mask.

    ``full`` is making the mask at the photo's own resolution from the prediction.
    """
    segmenter = squeezesam.Segmenter.load(str(bundle), threads=1)
    opened = squeezesam.open_photo(str(photo))
    times: dict[str, list[float]] = {stage: [] for stage in (*STAGES, "full")}
    for _ in range(runs):
        mask = segmenter.open(opened).predict()
        for stage in STAGES:
            times[stage].append(mask.timings[stage])
        start = time.perf_counter()
        assert mask.array.shape == (opened.height, opened.width)
        times["full"].append(1000 * (time.perf_counter() - start))
    return times


def main() -> int:
    """Run in a process of its own by ``host_latency.py``; prints JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, action="append", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--photo", type=Path, required=True)
    parser.add_argument("--core", action="store_true", help="time the core on a large photo")
    options = parser.parse_args()
    if options.core:
        json.dump(time_core(options.bundle[0], options.runs, options.photo), sys.stdout)
    else:
        report = time_bundles(options.bundle, options.threads, options.runs, options.photo)
        json.dump(report, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
