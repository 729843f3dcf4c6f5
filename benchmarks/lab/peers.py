"""Our bundle beside those of other families: the table of docs/peers.md, in one run.

    python benchmarks/study.py peers BUNDLE... [--threads 1,2] [--runs 5]

Bundles come from `squeezesam-export --model …` and `squeezesam-import`; where no checkpoint was
given the weights are random, which time, size and memory do not notice. Each bundle runs in a
process of its own, on the same photo, engine and threads. The first mask is a photo opened and a
point answered, the engine warm; a further tap is one more point on the same photo. EER is the
efficient error rate of Papa et al., "A survey on efficient vision transformers" (2023): the mean of
the ratios of parameters, GMAC and MB to those of a reference, here the first bundle of SAM.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from measure.machine import describe, load_average, unpublishable
from results.markdown import origin, replace_between_marks, table
from skimage import data
from squeezesam import ModelBundle, Segmenter, SqueezeSamError

STUDY = Path(__file__).parents[1] / "study.py"
PAGE = Path(__file__).parents[2] / "docs" / "peers.md"
MARKS = ("<!-- peers -->", "<!-- /peers -->")
LIMIT_S = 3600
# Millions of parameters, GMAC of a first mask, MB.
Cost = tuple[float, float, float]


def timed(bundle: Path, threads: int, runs: int) -> dict[str, float]:
    """Medians in ms, and this process's peak memory in MiB."""
    segmenter, photo = Segmenter.load(bundle, threads=threads), data.chelsea()
    segmenter.prewarm()
    first, further = [], []
    for _ in range(runs):
        began = time.perf_counter()
        session = segmenter.open(photo)
        session.add_point(250, 60)
        session.predict()
        first.append(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        session.add_point(120, 200)
        session.predict()
        further.append(1000 * (time.perf_counter() - began))
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 << (20 if sys.platform == "darwin" else 10)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {
        "first": statistics.median(first),
        "further": statistics.median(further),
        "peak": peak / (1 << 20),
    }


def apart(bundle: Path, threads: int, runs: int) -> dict[str, float]:
    """The same in a process of its own (RuntimeError with its last words)."""
    words = [str(bundle), "--worker", "--threads", str(threads), "--runs", str(runs)]
    done = subprocess.run(
        [sys.executable, str(STUDY), "peers", *words],
        capture_output=True, text=True, check=False, timeout=LIMIT_S,
    )  # fmt: skip
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise RuntimeError(f"{bundle.name}: {said[-1]}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def facts(path: Path) -> tuple[list[str], Cost | None]:
    """Name, weights, parameters, MACs of a first mask and of a tap, size; what EER compares."""
    bundle = ModelBundle(path)
    model = bundle.manifest["model"]
    macs = {program.name: program.macs for program in bundle.programs if program.name != "heat"}
    tap = sum(p.macs for p in bundle.programs if p.runs == "prompt")
    size = sum(program.size for program in bundle.programs)
    random = "random weights, seed" in str(model.get("provenance", ""))
    known = all(macs.values())
    cost = (model.get("parameters", 0) / 1e6, sum(macs.values()) / 1e9, size / 1e6)
    words = [
        bundle.name,
        "random" if random else "given",
        f"{cost[0]:.1f}",
        f"{cost[1]:.1f}" if known else "–",
        f"{tap / 1e9:.2f}" if known else "–",
        f"{cost[2]:.1f}",
    ]
    return words, cost if known and cost[0] else None


def rates(names: list[str], costs: list[Cost | None]) -> list[str]:
    """EER of each bundle, in percent of the first of SAM's; dashes where there is none of it."""
    whole = next((c for name, c in zip(names, costs, strict=True) if name.startswith("sam-")), None)
    if whole is None:
        return ["–"] * len(costs)
    return [
        f"{100 * statistics.mean(a / b for a, b in zip(cost, whole, strict=True)):.1f} %"
        if cost
        else "–"
        for cost in costs
    ]


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE")
    parser.add_argument("--threads", default="1,2", help="thread counts, with commas")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    counts = [int(count) for count in options.threads.split(",")]
    try:
        if options.worker:
            print(json.dumps(timed(options.bundles[0], counts[0], options.runs)))
            return 0
        if fault := unpublishable(options.page):
            print(f"peers: {fault}", file=sys.stderr)
            return 2
        told = [facts(bundle) for bundle in options.bundles]
        known = rates([words[0] for words, _ in told], [cost for _, cost in told])
        rows = [
            [*words, rate, *_measured(bundle, counts, options.runs)]
            for bundle, (words, _), rate in zip(options.bundles, told, known, strict=True)
        ]
    except (SqueezeSamError, RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"peers: {error}", file=sys.stderr)
        return 1
    head = ["bundle", "weights", "M parameters", "GMAC", "GMAC a tap", "MB", "EER"]
    head += [f"{what}, {n} thr." for n in counts for what in ("first mask, ms", "tap, ms", "MiB")]
    machine: dict[str, Any] = describe(
        ["benchmarks/study.py", "peers", *(b.name for b in options.bundles)]
    )
    load = f"Load of the machine {load_average()}; median of {options.runs}."
    replace_between_marks(options.page, f"{table(head, rows)}\n\n{origin(machine)} {load}", MARKS)
    return 0


def _measured(bundle: Path, counts: list[int], runs: int) -> list[str]:
    row = []
    for count in counts:
        found = apart(bundle, count, runs)
        row += [f"{found['first']:.0f}", f"{found['further']:.1f}", f"{found['peak']:.0f}"]
    print(f"{bundle.name}: {' | '.join(row)}", file=sys.stderr, flush=True)
    return row
