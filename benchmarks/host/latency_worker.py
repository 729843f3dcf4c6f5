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

STAGES = ("open", "clicks", "prompts", "mask", "total")
# What an engine imports at its first load; a phone has it linked in.
LIBRARIES = {"onnx": "onnxruntime", "executorch": "executorch.runtime"}


def time_bundles(
    bundles: list[Path], threads: int, runs: int, warmup: int, photo: Path
) -> dict[str, Any]:
    """Milliseconds of each bundle: loads, first prediction, and every timed prediction.

    Returns:
        For each bundle's folder name: ``cold`` and ``warm`` load, ``first`` prediction, the names
        of its ``programs`` and of those that run at every prompt, and the stages and programs of
        ``automatic`` masks and of a ``tap``: name → list of ``runs`` times.
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
            report[name][kind] = {}
        for _ in range(runs):
            for name, segmenter in loaded.items():
                if kind == "automatic":
                    timings = segmenter.open(upright).predict().timings
                else:
                    sessions[name].clear()
                    sessions[name].add_point(upright.shape[1] / 2, upright.shape[0] / 2)
                    timings = sessions[name].predict().timings
                _note(report[name][kind], timings)
    for name, segmenter in loaded.items():
        report[name]["programs"] = [program.name for program in segmenter.bundle.programs]
        report[name]["prompt_programs"] = [
            program.name for program in segmenter.bundle.programs if program.runs == "prompt"
        ]
    return report


def _note(times: dict[str, list[float]], timings: squeezesam.Timings) -> None:
    """Add one prediction's stages and programs."""
    stages = timings.stages()
    for name, value in {**{s: stages[s] for s in STAGES}, **timings.programs}.items():
        times.setdefault(name, []).append(value)


def _load(bundle: Path, threads: int) -> squeezesam.Segmenter:
    return squeezesam.Segmenter.load(str(bundle), threads=threads)


def _timed(action: Any) -> tuple[float, Any]:
    """Milliseconds that it took, and what it returned."""
    start = time.perf_counter()
    value = action()
    return 1000 * (time.perf_counter() - start), value


def time_core(bundle: Path, runs: int, photo: Path) -> dict[str, list[float]]:
    """The core's own work on a large photo, ms per run: open, clicks, prompts, mask, full mask.

    ``full`` is making the mask at the photo's own resolution from the prediction, ``network`` the
    programs that run at every prompt.
    """
    segmenter = squeezesam.Segmenter.load(str(bundle), threads=1)
    opened = squeezesam.open_photo(str(photo))
    times: dict[str, list[float]] = {stage: [] for stage in (*STAGES, "full", "network")}
    at_prompt = [p.name for p in segmenter.bundle.programs if p.runs == "prompt"]
    for _ in range(runs):
        mask = segmenter.open(opened).predict()
        for stage in STAGES:
            times[stage].append(mask.timings.stages()[stage])
        times["network"].append(sum(mask.timings.programs[name] for name in at_prompt))
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
