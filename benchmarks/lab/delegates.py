"""Two ExecuTorch segmenters in turns: delegates, planned memory, resident size, time.

    python benchmarks/study.py delegates BEFORE.pte AFTER.pte [--pairs 15] [--output docs/delegates]

Both files are run on one thread in pairs, each in a process of its own for the resident size.
Writes OUTPUT/delegates.json and OUTPUT.md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from measure.machine import describe
from report import origin, table
from squeezesam_export.networks.sources import segmenter_inputs
from squeezesam_export.photos.views import comparison_views
from squeezesam_export.program import Execute
from squeezesam_export.targets.executorch import lowering as target_executorch
from squeezesam_export.toolchain.quiet import quiet

_PROBE = """
import resource, sys
from pathlib import Path
from squeezesam_export.targets.executorch import lowering as target_executorch
from lab import delegates
target_executorch.set_threads(1)
run = target_executorch.executor(Path(sys.argv[1]))
inputs = delegates.inputs_of(Path(sys.argv[1]))
for _ in range(3):
    run(inputs)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def plan_of(path: Path) -> Any:
    """The execution plan inside a .pte."""
    with quiet():
        from executorch.exir._serialize._program import deserialize_pte_binary

        loaded = deserialize_pte_binary(path.read_bytes())
    return getattr(loaded, "program", loaded).execution_plan[0]


def inputs_of(path: Path) -> list[Any]:
    """A real view with its prompts, at the program's size."""
    plan = plan_of(path)
    height, width = plan.values[plan.inputs[0]].val.sizes[2:]
    tensors, _ = segmenter_inputs(comparison_views()[0], height, width)
    return [tensor.numpy() for tensor in tensors]


def facts(path: Path) -> dict[str, Any]:
    """What the file itself says, and its resident size."""
    plan = plan_of(path)
    calls = [type(i.instr_args).__name__ for chain in plan.chains for i in chain.instructions]
    probe = subprocess.run(
        [sys.executable, "-c", _PROBE, str(path)], capture_output=True, text=True, check=True
    )
    return {
        "delegate_calls": calls.count("DelegateCall"),
        "operators_outside": calls.count("KernelCall"),
        "planned_bytes": sum(plan.non_const_buffer_sizes),
        "file_bytes": path.stat().st_size,
        "peak_kib": int(probe.stdout.split()[-1]),
    }


def pairs_ms(before: Execute, after: Execute, inputs: list[Any], pairs: int) -> list[list[float]]:
    """Times of both in turns, the first of a pair alternating."""
    times: list[list[float]] = [[], []]
    for turn in range(pairs + 1):
        order = (0, 1) if turn % 2 else (1, 0)
        for index in order:
            started = time.perf_counter()
            (before, after)[index](inputs)
            if turn:
                times[index].append(1000 * (time.perf_counter() - started))
    return times


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--output", type=Path, default=Path("docs/delegates"))
    options = parser.parse_args(argv)
    paths = (options.before, options.after)
    target_executorch.set_threads(1)
    runs = [target_executorch.executor(path) for path in paths]
    inputs = inputs_of(options.before)
    outputs = [run(inputs) for run in runs]
    same = all(np.array_equal(a, b) for a, b in zip(*outputs, strict=True))
    times = pairs_ms(runs[0], runs[1], inputs, options.pairs)
    ratio = statistics.median(b / a for a, b in zip(*times, strict=True))
    entries = [
        {**facts(path), "median_ms": round(statistics.median(taken), 2)}
        for path, taken in zip(paths, times, strict=True)
    ]
    result = {
        **describe(["benchmarks/study.py", "delegates", "BEFORE.pte", "AFTER.pte"]),
        "pairs": options.pairs,
        "same_outputs": same,
        "time_ratio": round(ratio, 4),
        "entries": entries,
    }
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    (options.output / "delegates.json").write_text(text, encoding="utf-8")
    options.output.with_suffix(".md").write_text(page(result) + "\n", encoding="utf-8")
    print(f"written: {options.output.with_suffix('.md')}")
    return 0


def page(result: dict[str, Any]) -> str:
    """The whole page."""
    head = ["program", "delegate calls", "operators outside", "planned memory, MB", "file, MB",
            "peak resident, MiB", "median, ms"]  # fmt: skip
    rows = [
        [
            name,
            str(entry["delegate_calls"]),
            str(entry["operators_outside"]),
            f"{entry['planned_bytes'] / 1e6:.2f}",
            f"{entry['file_bytes'] / 1e6:.3f}",
            f"{entry['peak_kib'] / 1024:.0f}",
            f"{entry['median_ms']:.1f}",
        ]
        for name, entry in zip(("before", "after"), result["entries"], strict=True)
    ]
    same = "are the same, bit for bit" if result["same_outputs"] else "differ"
    return "\n\n".join(
        [
            "# One delegate call",
            "Written by `python benchmarks/study.py delegates`; no figure is typed by hand.",
            "The int8 segmenter for XNNPACK before and after whole numbers beside tensors (the 1 "
            "of `1 - x`) are written as floating point. ExecuTorch made tensors of them and cast "
            "those at every run outside of the delegate, which was cut in two around the casts.",
            table(head, rows),
            f"Outputs on a real view {same}. One thread, {result['pairs']} pairs in one run: the "
            f"new program takes {result['time_ratio']:.3f} times the old one's time (median of the "
            "pairs). The resident size is nearly all Python's and torch's.",
            origin(result),
        ]
    )
