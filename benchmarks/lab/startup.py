"""What loading ONNX programs costs, part by part: docs/performance/startup.json.

    python benchmarks/study.py startup PROGRAM.onnx...

Reading and hashing, making a session as the product does, and making one of the optimised graph
that a first session wrote: what a cache beside the bundle would save. Processor time, so that
others on the machine disturb little. Renews no page: `python benchmarks/report.py` does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# First, for it switches ONNX Runtime's telemetry off.
import squeezesam  # noqa: F401

# isort: split
import onnxruntime
from measure.machine import describe, load_average, unpublishable


def milliseconds(task: Callable[[], object], runs: int) -> float:
    """Median processor time of the whole process."""
    task()
    spent = []
    for _ in range(runs):
        began = time.process_time()
        task()
        spent.append((time.process_time() - began) * 1000)
    return round(statistics.median(spent), 1)


def session(path: Path, optimise: bool, keep: Path | None = None) -> onnxruntime.InferenceSession:
    """On one thread; ``keep`` is where the optimised graph is written."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    level = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimise else level.ORT_DISABLE_ALL
    if keep is not None:
        options.optimized_model_filepath = str(keep)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def measure(path: Path, runs: int) -> dict[str, Any]:
    """The parts of loading one program."""
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(scratch) / path.name
        session(path, True, kept)
        return {
            "program": path.stem,
            "bytes": path.stat().st_size,
            "optimised_bytes": kept.stat().st_size,
            "hash_ms": milliseconds(lambda: hashlib.sha256(path.read_bytes()).digest(), runs),
            "session_ms": milliseconds(lambda: session(path, True), runs),
            "optimised_session_ms": milliseconds(lambda: session(kept, False), runs),
        }


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("programs", nargs="+", type=Path, metavar="PROGRAM.onnx")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--output", type=Path, default=Path("docs/performance"))
    options = parser.parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"startup: {fault}", file=sys.stderr)
        return 2
    if absent := next((path for path in options.programs if not path.is_file()), None):
        print(f"startup: {absent} is no file", file=sys.stderr)
        return 2
    result = {
        **describe(["benchmarks/study.py", "startup", *(path.name for path in options.programs)]),
        "load": load_average(),
        "programs": [measure(path, options.runs) for path in options.programs],
    }
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    (options.output / "startup.json").write_text(text, encoding="utf-8")
    print(text)
    return 0
