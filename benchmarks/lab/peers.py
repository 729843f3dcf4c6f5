"""Our bundle beside those of other families: the table of docs/peers.md, in one run.

    python benchmarks/study.py peers BUNDLE... [--export NAME,...] [--threads 1,2] [--runs 5]
    python benchmarks/study.py peers BUNDLE... --weights DIR --data FOLDER [--limit PHOTOS]

Bundles come from `squeezesam-export --model …` and `squeezesam-import`; where no checkpoint was
given the weights are random, which time, size and memory do not notice. With --export networks are
exported here as well (ONNX, fp32, random weights), `edgesam-shaped` among them, and with --weights
every checkpoint NAME.pt or NAME.safetensors of DIR; then what has learnt is also scored on the
photos of FOLDER by `squeezesam-eval`: mean IoU after a click, and of a box. Each bundle runs in a
process of its own, on the same photo, engine and threads. The first mask is a photo opened and a
point answered, the engine warm; a further tap is one more point on the same photo. EER is the
efficient error rate of Papa et al., "A survey on efficient vision transformers" (2023): the mean of
the ratios of parameters, GMAC and MB to those of a reference, here SAM-B as it is exported here: it
need not be measured for that.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
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
# By our protocols: the words in the table.
QUALITY = {"point": "IoU, a click", "box": "IoU, a box"}
CHECKPOINTS = (".pt", ".pth", ".safetensors")
# By others, at 1024×1024: millions of parameters, GMAC of a first mask.
PUBLISHED = {"mobilesam": "9.8, 38.2", "edgesam-shaped": "9.6, 22.1"}
PUBLISHED_BY = (
    "Published (millions of parameters, GMAC at 1024×1024 with one prompt): the table of EdgeSAM's "
    "README, chongzhou96/EdgeSAM at 099ce8d."
)
# Millions of parameters, GMAC of a first mask, MB.
Cost = tuple[float, float, float]
# Of sam-b-onnx-fp32-1024x1024, exported on 29 November 2026.
SAM_B: Cost = (93.7, 488.0, 398.0)


def timed(bundle: Path, threads: int, runs: int) -> dict[str, float]:
    """Medians in ms, and this process's peak memory in MiB."""
    if hasattr(os, "sched_setaffinity"):  # not moved to and fro between cores
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
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


def rate(cost: Cost | None) -> str:
    """The efficient error rate, in percent of SAM-B's; a dash where it cannot be said."""
    if cost is None:
        return "–"
    return f"{100 * statistics.mean(a / b for a, b in zip(cost, SAM_B, strict=True)):.1f} %"


def published(name: str) -> str:
    """What others say of a bundle's network at its size; a dash where they do not."""
    network, _, size = name.partition("-onnx-")
    return PUBLISHED.get(network, "–") if size.endswith("-1024x1024") else "–"


def export(preset: str, weights: Path | None, size: int, folder: Path) -> Path:
    """The bundle of a network (RuntimeError where it cannot be made; the exporter said why)."""
    # Here, so that a process that measures has no torch in its memory.
    from lab.edgesam_shape import FAMILY
    from squeezesam_export.cli import main as squeezesam_export
    from squeezesam_model.families import add_family, remove_family

    words = ["--model", preset, "--target", "onnx", "--precision", "fp32", "--size", str(size)]
    words += ["--output", str(folder), *(["--weights", str(weights)] if weights else [])]
    add_family(FAMILY)
    try:
        if squeezesam_export(words):
            raise RuntimeError(f"{preset} could not be exported")
    finally:
        remove_family(FAMILY.name)
    return next(folder.glob(f"{preset}-onnx-fp32-*"))


def scores(bundles: list[Path], data_folder: Path, limit: int | None) -> dict[str, list[str]]:
    """Bundle → its mean IoU under each protocol (RuntimeError where they cannot be scored)."""
    from squeezesam_train.evaluation.cli import main as evaluate

    with tempfile.TemporaryDirectory() as name:
        words = ["--data", str(data_folder), "--output", f"{name}/report", "--baselines", "none"]
        words += ["--protocols", ",".join(QUALITY)]
        words += [word for bundle in bundles for word in ("--bundle", str(bundle))]
        if evaluate(words if limit is None else [*words, "--limit", str(limit)]):
            raise RuntimeError("the bundles could not be scored")
        report = json.loads(Path(name, "report", "scores.json").read_text(encoding="utf-8"))
    masks = report["scores"]["masks"]
    return {
        bundle.name: [
            next(f"{row['miou']:.3f}" for who, row in masks[protocol].items()
                 if who.split(" ")[0] == bundle.name)
            for protocol in QUALITY
        ]
        for bundle in bundles
    }  # fmt: skip


def checkpoints(folder: Path) -> dict[str, Path]:
    """Network → its checkpoint, of every file of the folder that is one (RuntimeError: none)."""
    found = {path.stem: path for path in sorted(folder.glob("*")) if path.suffix in CHECKPOINTS}
    if not found:
        raise RuntimeError(f"{folder} holds no checkpoint ({', '.join(CHECKPOINTS)})")
    return found


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundles", nargs="*", type=Path, metavar="BUNDLE")
    parser.add_argument("--export", default="", help="networks with random weights, with commas")
    parser.add_argument("--weights", type=Path, metavar="DIR", help="checkpoints to export")
    parser.add_argument("--size", type=int, default=1024, help="of what is exported")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="with index.csv, to score on")
    parser.add_argument("--limit", type=int, help="score on so many photos")
    parser.add_argument("--threads", default="1,2", help="thread counts, with commas")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    counts = [int(count) for count in options.threads.split(",")]
    if (options.weights is None) != (options.data is None):
        parser.error("--weights and --data belong together")
    if not (options.bundles or options.export or options.weights):
        parser.error("give bundles, --export or --weights")
    made = tempfile.TemporaryDirectory()
    try:
        if options.worker:
            print(json.dumps(timed(options.bundles[0], counts[0], options.runs)))
            return 0
        if fault := unpublishable(options.page):
            print(f"peers: {fault}", file=sys.stderr)
            return 2
        wanted: dict[str, Path | None] = dict.fromkeys(filter(None, options.export.split(",")))
        wanted |= checkpoints(options.weights) if options.weights else {}
        exported = (export(n, p, options.size, Path(made.name)) for n, p in wanted.items())
        options.bundles += exported
        told = [facts(bundle) for bundle in options.bundles]
        learnt = [b for b, (w, _) in zip(options.bundles, told, strict=True) if w[1] == "given"]
        scored = scores(learnt, options.data, options.limit) if options.data else {}
        rows = [
            [
                *words,
                rate(cost),
                published(words[0]),
                *_measured(bundle, counts, options.runs),
                *(scored.get(words[0], ["–"] * len(QUALITY)) if options.data else []),
            ]
            for bundle, (words, cost) in zip(options.bundles, told, strict=True)
        ]
    except (SqueezeSamError, RuntimeError, subprocess.TimeoutExpired) as error:
        print(f"peers: {error}", file=sys.stderr)
        return 1
    finally:
        made.cleanup()
    head = ["bundle", "weights", "M parameters", "GMAC", "GMAC a tap", "MB", "EER", "published"]
    head += [f"{what}, {n} thr." for n in counts for what in ("first mask, ms", "tap, ms", "MiB")]
    head += QUALITY.values() if options.data else []
    machine: dict[str, Any] = describe(
        ["benchmarks/study.py", "peers", *(b.name for b in options.bundles)]
    )
    load = f"Load of the machine {load_average()}; median of {options.runs}."
    reference = "{:.1f} M parameters, {:.1f} GMAC, {:.1f} MB".format(*SAM_B)
    notes = f"EER in percent of SAM-B ({reference}). {PUBLISHED_BY}\n\n{origin(machine)} {load}"
    replace_between_marks(options.page, f"{table(head, rows)}\n\n{notes}", MARKS)
    return 0


def _measured(bundle: Path, counts: list[int], runs: int) -> list[str]:
    row = []
    for count in counts:
        found = apart(bundle, count, runs)
        row += [f"{found['first']:.0f}", f"{found['further']:.1f}", f"{found['peak']:.0f}"]
    print(f"{bundle.name}: {' | '.join(row)}", file=sys.stderr, flush=True)
    return row
