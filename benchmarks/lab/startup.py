"""What starting costs, part by part: docs/performance/startup.json.

    python benchmarks/study.py startup BUNDLE

Of each program: reading and hashing, making a session as the product does, and making one of the
optimised graph that a first session wrote, which is what a cache beside the bundle would save. Of
whole processes: Python alone, with the package imported, with the bundle loaded; and the command
ssam loading it and running once. Processor time, so that others on the machine disturb little.
Renews no page: `python benchmarks/report.py` does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import subprocess
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
from measure import native_bench
from measure.machine import describe, load_average, unpublishable
from measure.sample_photo import write_photo


def milliseconds(task: Callable[[], object], runs: int) -> float:
    """Median processor time of the whole process."""
    task()
    spent = []
    for _ in range(runs):
        began = time.process_time()
        task()
        spent.append((time.process_time() - began) * 1000)
    return round(statistics.median(spent), 1)


def process_ms(words: list[str], runs: int) -> float:
    """Median processor time of a whole process and what it starts; RuntimeError where it fails."""
    spent = []
    for _ in range(runs + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{Path(words[0]).name} failed: {done.stderr.strip()[-300:]}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        spent.append(used * 1000)
    # The first reads the files from disk.
    return round(statistics.median(spent[1:]), 1)


def processes(bundle: Path, ssam: Path, runs: int) -> dict[str, float]:
    """What is started → milliseconds; without the C++ command where it was not built."""
    load = f"import squeezesam; squeezesam.Segmenter.load({str(bundle)!r}, threads=1)"
    found = {
        "Python alone": process_ms([sys.executable, "-c", "pass"], runs),
        "Python, `import squeezesam`": process_ms(
            [sys.executable, "-c", "import squeezesam"], runs
        ),
        "Python, the bundle loaded": process_ms([sys.executable, "-c", load], runs),
    }
    if ssam.is_file():
        found["`ssam --help`"] = process_ms([str(ssam), "--help"], runs)
        with tempfile.TemporaryDirectory() as folder:
            photo = write_photo(Path(folder))
            words = native_bench.bench_words(str(ssam), str(photo), str(bundle), 1, 1, False)
            found["`ssam`, the bundle loaded, a photo opened, run once"] = process_ms(words, runs)
    return found


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
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("--ssam", type=Path, default=Path("build/ssam/cli/ssam"))
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--output", type=Path, default=Path("docs/performance"))
    options = parser.parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"startup: {fault}", file=sys.stderr)
        return 2
    try:
        manifest = json.loads((options.bundle / "manifest.json").read_text(encoding="utf-8"))
        files = [options.bundle / program["file"] for program in manifest["programs"].values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        print(f"startup: {options.bundle} is no bundle", file=sys.stderr)
        return 2
    result = {
        **describe(["benchmarks/study.py", "startup", options.bundle.name]),
        "load": load_average(),
        "programs": [measure(path, options.runs) for path in files],
        "processes_ms": processes(options.bundle, options.ssam, options.runs),
    }
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    (options.output / "startup.json").write_text(text, encoding="utf-8")
    print(text)
    return 0
