"""Rows of a host's result: worker processes started, and their times put into the schema's form."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from measure import native_bench
from results.result import bundle_facts, distribution, main_ms

HERE = Path(__file__).parent
ENGINES = {"onnx": "onnxruntime", "executorch": "executorch"}
TIMEOUT = 1800


class WorkerError(Exception):
    """A process that measures has failed; the message is its last words."""


def worker(bundles: list[Path], threads: int, runs: int, photo: Path, *more: str) -> dict[str, Any]:
    """Run ``latency_worker.py`` and read its report."""
    command = [sys.executable, str(HERE / "latency_worker.py"), "--threads", str(threads)]
    for bundle in bundles:
        command += ["--bundle", str(bundle)]
    command += ["--runs", str(runs), "--photo", str(photo), *more]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    text = _output(command, environment)
    report: dict[str, Any] = json.loads(text[text.index("{") :])
    return report


def python_rows(
    fp32: Path, int8: Path, threads: int, runs: int, warmup: int, photo: Path
) -> tuple[list[dict[str, Any]], float]:
    """One engine and thread count through the Python package, fp32 and int8 taking turns.

    Returns:
        The two rows, and how many times faster int8's network is (median over the pairs).
    """
    report = worker([fp32, int8], threads, runs, photo, "--warmup", str(warmup))
    rows = [_python_row(bundle, report[bundle.name], threads) for bundle in (fp32, int8)]
    slow, fast = (
        report[bundle.name]["tap"][row["bundle"]["main"]]
        for bundle, row in zip((fp32, int8), rows, strict=True)
    )
    return rows, round(statistics.median(a / b for a, b in zip(slow, fast, strict=True)), 2)


def _python_row(bundle: Path, times: dict[str, Any], threads: int) -> dict[str, Any]:
    facts = bundle_facts(bundle)
    automatic, tap = times["automatic"], times["tap"]
    return {
        "bundle": facts,
        "engine": ENGINES[facts["target"]],
        "runner": "python",
        "compute_unit": None,
        "threads": threads,
        "load_ms": {"cold": round(times["cold"], 1), "warm": round(times["warm"], 1)},
        "first_prediction_ms": round(times["first"], 1),
        # What runs at a tap as a tap has it; what runs once a photo as its first mask has it.
        "programs_ms": {
            name: distribution(tap[name] if name in times["prompt_programs"] else automatic[name])
            for name in times["programs"]
        },
        "automatic_ms": distribution(automatic["total"]),
        "tap_ms": distribution(tap["total"]),
        "stages_ms": {s: distribution(t) for s, t in automatic.items() if s != "total"},
        "peak_memory_mib": None,
        "energy_mj_per_tap": None,
    }


def native_row(program: Path, bundle: Path, threads: int, runs: int, photo: Path) -> dict[str, Any]:
    """One bundle and thread count through the native command."""

    def bench(count: int, click: bool = False) -> native_bench.Bench:
        words = native_bench.bench_words(
            str(program), str(photo), str(bundle), count, threads, click
        )
        return native_bench.read_bench(_output(words, dict(os.environ)))

    return native_bench.row(
        bundle_facts(bundle), bench(1), bench(runs), bench(runs, click=True), threads, None
    )


def peak_memory_mib(bundle: Path, photo: Path, folder: Path) -> float:
    """Largest resident memory of one `squeezesam segment` process."""
    # VmHWM of the process itself: ru_maxrss would count what this one was when it forked.
    script = (
        "import sys; from squeezesam.cli import main; code = main(sys.argv[1:]); "
        "print(open('/proc/self/status').read()); sys.exit(code)"
    )
    words = ["segment", str(photo), "--bundle", str(bundle), "--overwrite"]
    words += ["--output", str(folder / "segmented")]
    said = _output([sys.executable, "-c", script, *words], dict(os.environ))
    peak = next(line for line in said.splitlines() if line.startswith("VmHWM:"))
    return round(int(peak.split()[1]) / 1024, 1)


def add_gemm_share(rows: list[dict[str, Any]], peaks: dict[str, float], macs: int) -> None:
    """Say for each row what share of the matrix product's speed its network reaches."""
    for row in rows:
        peak = peaks.get(str(row["threads"]))
        giga = 2 * macs / main_ms(row)["p50"] / 1e6
        row["gemm_share"] = round(giga / peak, 3) if peak else None


def _output(command: list[str], environment: dict[str, str]) -> str:
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, timeout=TIMEOUT
    )
    if run.returncode:
        raise WorkerError(f"{Path(command[0]).name} failed: {run.stderr.strip()[-500:]}")
    return run.stdout
