"""One process that times bundles against each other with one engine and thread count.

A process of its own, because thread pools are made once in a process. The bundles take turns, so
that a noisy machine disturbs all of them alike.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import squeezesam

STAGES = ("open", "saliency", "clicks", "planes", "segmenter", "mask", "total")
# What an engine imports at its first load; a phone has it linked in.
LIBRARIES = {"onnx": "onnxruntime", "executorch": "executorch.runtime"}


def time_bundles(
    bundles: list[Path], threads: int, runs: int, warmup: int, photo: Path
) -> dict[str, Any]:
    """Milliseconds of each bundle: loads, first prediction, and every timed prediction.

    Returns:
        For each bundle's folder name: ``cold`` and ``warm`` load, ``first`` prediction, and the
        stages of ``automatic`` masks and of a ``tap``: name → list of ``runs`` times.
    """
    for bundle in bundles:
        target = json.loads((bundle / "manifest.json").read_text())["target"]
        importlib.import_module(LIBRARIES[target])
    upright = np.ascontiguousarray(squeezesam.open_photo(str(photo)).pixels)
    loaded = {}
    report: dict[str, Any] = {}
    for bundle in bundles:
        cold, _ = _timed(lambda b=bundle: _load(b, threads))
        warm, segmenter = _timed(lambda b=bundle: _load(b, threads))
        first, _ = _timed(lambda s=segmenter: s.open(upright).predict())
        loaded[bundle.name] = segmenter
        report[bundle.name] = {"cold": cold, "warm": warm, "first": first}
    for _ in range(warmup):
        for segmenter in loaded.values():
            segmenter.open(upright).predict()
    sessions = {name: segmenter.open(upright) for name, segmenter in loaded.items()}
    for kind in ("automatic", "tap"):
        for name in loaded:
            report[name][kind] = {stage: [] for stage in STAGES}
        for _ in range(runs):
            for name, segmenter in loaded.items():
                if kind == "automatic":
                    timings = segmenter.open(upright).predict().timings
                else:
                    sessions[name].clear()
                    sessions[name].add_point(upright.shape[1] / 2, upright.shape[0] / 2)
                    timings = sessions[name].predict().timings
                for stage, ms in _by_stage(timings).items():
                    report[name][kind][stage].append(ms)
    return report


def _by_stage(timings: squeezesam.Timings) -> dict[str, float]:
    """A prediction's times under the names that results of schema 1 use."""
    spent = {**timings.stages(), **timings.programs}
    named = {"planes": "prompts", "segmenter": "segment", "saliency": "heat"}
    return {stage: spent.get(named.get(stage, stage), 0.0) for stage in STAGES}


def _load(bundle: Path, threads: int) -> squeezesam.Segmenter:
    return squeezesam.Segmenter.load(str(bundle), threads=threads)


def _timed(action: Any) -> tuple[float, Any]:
    """Milliseconds that it took, and what it returned."""
    start = time.perf_counter()
    value = action()
    return 1000 * (time.perf_counter() - start), value


def time_core(bundle: Path, runs: int, photo: Path) -> dict[str, list[float]]:
    """The core's own work on a large photo, ms per run: open, clicks, planes, mask, full mask.

    ``full`` is making the mask at the photo's own resolution from the prediction.
    """
    segmenter = squeezesam.Segmenter.load(str(bundle), threads=1)
    opened = squeezesam.open_photo(str(photo))
    times: dict[str, list[float]] = {stage: [] for stage in (*STAGES, "full")}
    for _ in range(runs):
        mask = segmenter.open(opened).predict()
        for stage, ms in _by_stage(mask.timings).items():
            times[stage].append(ms)
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
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--photo", type=Path, required=True)
    parser.add_argument("--core", action="store_true", help="time the core on a large photo")
    options = parser.parse_args()
    if options.core:
        json.dump(time_core(options.bundle[0], options.runs, options.photo), sys.stdout)
    else:
        report = time_bundles(
            options.bundle, options.threads, options.runs, options.warmup, options.photo
        )
        json.dump(report, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
