"""Speed and memory on this machine: every engine, fp32 against int8, 1…N threads, in one run.

Bundles that are missing are exported first. Writes OUTPUT/host.json and renews docs/performance.md
and the README's table from it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import comparison
import numpy as np
from host import gemm_peak
from host.host_rows import (
    ENGINES,
    WorkerError,
    add_gemm_share,
    native_row,
    peak_memory_mib,
    python_rows,
    worker,
)
from measure.machine import busy, core_share, describe, load_average, unpublishable
from measure.sample_photo import write_photo
from report import write_reports
from results.result import SCHEMA, ResultError, main_program, read_result, run_word, write_result

SSAM = Path("build/ssam/cli/ssam")

EPILOG = """examples:
  # measure and renew docs/performance.md and the README's table (what `make bench` does)
  python benchmarks/host_latency.py --output docs/performance

  # did it become slower? exit code 1 if a median grew by more than a fifth
  python benchmarks/host_latency.py --output build/benchmarks \\
      --compare docs/performance/host.json --tolerance 0.2

  # one thread, the bundles at 384×512
  python benchmarks/host_latency.py --threads 1 --size 384x512 --output build/benchmarks

A busy machine is refused unless --busy is given: then the result carries the load average, and the
page says so. What is measured: docs/benchmarks.md.

exit codes:
  0    measured, and nothing worse than in OLD.json
  1    a measurement failed, or something is worse or not comparable
  2    the command line makes no sense, OLD.json is no result, or the machine is busy
"""


def thread_counts(cores: int) -> list[int]:
    """1, 2, 4, … and the number of cores."""
    counts = [1]
    while counts[-1] * 2 <= cores:
        counts.append(counts[-1] * 2)
    return counts if counts[-1] == cores else [*counts, cores]


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--bundles", type=Path, default=Path("build/bundles"), help="where the bundles are"
    )
    parser.add_argument("--size", default="512", help="input size of the bundles (default 512)")
    parser.add_argument(
        "--threads",
        type=int,
        nargs="+",
        default=thread_counts(os.cpu_count() or 1),
        help="default: 1, 2, 4, … up to the number of cores",
    )
    parser.add_argument("--runs", type=int, default=15, help="timed predictions per bundle")
    parser.add_argument("--warmup", type=int, default=1, help="predictions before, not counted")
    parser.add_argument(
        "--ssam",
        type=Path,
        default=SSAM,
        help=f"the native command, measured too if it is there (default {SSAM}; make ssam)",
    )
    parser.add_argument("--busy", action="store_true", help="measure on a busy machine too")
    parser.add_argument("--output", type=Path, default=Path("docs/performance"))
    comparison.add_arguments(parser)
    return parser


def find_bundle(folder: Path, target: str, precision: str, size: str) -> Path:
    """The bundle of one target and precision; exported if it is not there."""
    height, _, width = size.partition("x")
    from squeezesam_model import DEFAULT_SEGMENTER

    path = folder / f"{DEFAULT_SEGMENTER}-{target}-{precision}-{height}x{width or height}"
    if not path.is_dir():
        subprocess.run(
            [
                sys.executable, "-m", "squeezesam_export.cli", "--target", target,
                "--precision", precision, "--size", size, "--output", str(folder),
            ],
            check=True,
        )  # fmt: skip
    return path


def core_report(bundle: Path, runs: int, folder: Path) -> dict[str, float]:
    """Medians of the core's stages on a 12-megapixel photo, one thread."""
    times = worker([bundle], 1, runs, write_photo(folder, 4000, 3000), "--core")
    medians = {stage: round(statistics.median(values), 2) for stage, values in times.items()}
    own = [np.sum([times[s][i] for s in ("open", "clicks", "prompts", "mask", "full")])
           for i in range(runs)]  # fmt: skip
    return {**medians, "core_total": round(float(np.median(own)), 2)}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that this script reports."""
    load, share = load_average(), core_share()
    described = describe()
    peaks = gemm_peak.measure(options.threads)
    bundles = {
        (target, precision): find_bundle(options.bundles, target, precision, options.size)
        for target in ENGINES
        for precision in ("fp32", "int8")
    }
    rows: list[dict[str, Any]] = []
    speed_up: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo, large = write_photo(folder), write_photo(folder, 4000, 3000)
        for target in ENGINES:
            pair = (bundles[target, "fp32"], bundles[target, "int8"])
            for threads in options.threads:
                found, ratio = python_rows(*pair, threads, options.runs, options.warmup, photo)
                rows += found
                speed_up.append({"engine": ENGINES[target], "threads": threads, "ratio": ratio})
        memory = {path.name: peak_memory_mib(path, photo, folder) for path in bundles.values()}
        for row in rows:
            row["peak_memory_mib"] = memory[row["bundle"]["name"]]
        if options.ssam.is_file():
            rows += [
                native_row(options.ssam, bundles["onnx", precision], threads, options.runs, photo)
                for threads in options.threads
                for precision in ("fp32", "int8")
            ]
        extra = {
            "load_average": load,
            "core_share": share,
            "int8_speed_up": speed_up,
            "core_12mp": core_report(bundles["onnx", "int8"], options.runs, folder),
            "memory_12mp_mib": {
                target: peak_memory_mib(bundles[target, "int8"], large, folder)
                for target in ENGINES
            },
        }
    # Before and after: the better one is nearer to what the machine can do.
    again = gemm_peak.measure(options.threads)
    peaks = {threads: max(peak, again[threads]) for threads, peak in peaks.items()}
    described["machine"]["gemm_gflops"] = peaks
    manifest = json.loads((bundles["onnx", "fp32"] / "manifest.json").read_text())
    add_gemm_share(rows, peaks, manifest["programs"][main_program(manifest)]["macs"])
    return {
        "schema": SCHEMA,
        "platform": "host",
        "run": run_word(),
        **described,
        "photo": {"name": photo.name, "width": 1024, "height": 768},
        "settings": {"runs": options.runs, "warmup": options.warmup},
        # Linux has no one word for it.
        "thermal": {"before": "unknown", "after": "unknown"},
        "battery": None,
        "rows": rows,
        "extra": extra,
    }


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    if options.runs < 1 or options.warmup < 0 or min(options.threads) < 1:
        print("host_latency: --runs and --threads must be at least 1", file=sys.stderr)
        return 2
    try:
        old = read_result(options.compare) if options.compare else None
    except ResultError as error:
        print(f"host_latency: {error}", file=sys.stderr)
        return 2
    if fault := unpublishable(options.output):
        print(f"host_latency: {fault}", file=sys.stderr)
        return 2
    if not options.busy and (why := busy()):
        print(f"host_latency: {why}", file=sys.stderr)
        return 2
    try:
        result = measure(options)
    except (WorkerError, RuntimeError, subprocess.SubprocessError, ValueError) as error:
        print(f"host_latency: {error}", file=sys.stderr)
        return 1
    path = options.output / "host.json"
    write_result(result, path)
    write_reports(options.output)
    print(f"written: {path}")
    return comparison.report(old, result, options.tolerance, options.force) if old else 0


if __name__ == "__main__":
    sys.exit(main())
