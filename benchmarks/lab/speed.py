"""What the network costs by size, and what the graph rewrites bring: docs/performance/speed.json.

    python benchmarks/study.py speed --prepare     # export the programs, slow, on any machine
    python benchmarks/study.py speed               # measure them, on a quiet one

Programs are those that run at every tap, in int8 for ONNX Runtime: both networks at each size as
they are exported, and at 512 also as they were before the graph was rewritten. Exports are kept in
PROGRAMS with their parity to fp32 on the built-in views, and made again where weights or sources
changed. Times are those of the thread on the processor, medians; programs that are compared run by
turns. `python benchmarks/report.py` renews the page.

Exit codes: 0 done; 2 wrong usage, or a busy machine (--busy measures all the same).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import squeezesam  # noqa: F401  # before onnxruntime: it switches the telemetry off
from lab import pairs
from lab.former_graph import former_graph
from measure.machine import busy, commit_of, core_share, describe, load_average, unpublishable

# isort: split
import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from results.result import write_text
from squeezesam_export.networks.reference import Reference
from squeezesam_export.photos import views
from squeezesam_export.targets.onnx import lowering
from squeezesam_export.verify import parity
from squeezesam_model import file_sha256
from squeezesam_model.family import FAMILY

SIZES = (256, 384, 512, 768, 1024)
PRESETS = ("squeezesam-fast", "squeezesam")
# At this size the former graph as well.
COMPARED = 512
# Side of the matrices whose product is the most that int8 reaches.
_MATRIX = 1024


def key(preset: str, size: int, former: bool) -> str:
    """A program's name."""
    return f"{preset}-{size}{'-former' if former else ''}"


def wanted(sizes: list[int]) -> list[tuple[str, int, bool]]:
    """Preset, size, whether of the former graph."""
    plain = [(preset, size, False) for preset in PRESETS for size in sizes]
    return plain + [(preset, COMPARED, True) for preset in PRESETS if COMPARED in sizes]


def prepare(folder: Path, sizes: list[int], until: float, count: int = 30) -> list[str]:
    """Export what is missing or outdated; returns the names of what there was no time for.

    Args:
        folder: where they are kept.
        sizes: of the inputs.
        until: no export is begun after that (``time.monotonic``).
        count: views to calibrate on, and as many others to compare on.
    """
    left: list[str] = []
    for preset, size, former in sorted(wanted(sizes), key=lambda one: one[:2]):
        name, stamp = key(preset, size, former), [*_stamp(preset), count]
        note = folder / name / "about.json"
        about = json.loads(note.read_text("utf-8")) if note.is_file() else {}
        if about.get("stamp") == stamp:
            continue
        if time.monotonic() > until:
            left.append(name)
            continue
        print(f"speed: {name}", file=sys.stderr, flush=True)
        note.parent.mkdir(parents=True, exist_ok=True)
        about = {"stamp": stamp, **_lower(preset, size, former, note.parent, count)}
        write_text(note, json.dumps(about, indent=1) + "\n")
    return left


def _stamp(preset: str) -> list[str | int]:
    """What an export depends on: sources and weights. The heat map's are not in it."""
    main_part = FAMILY.parts[0]
    sources = commit_of("export/squeezesam_export", "model/squeezesam_model")
    return [sources, file_sha256(FAMILY.shipped(preset, main_part))]


def _lower(preset: str, size: int, former: bool, folder: Path, count: int) -> dict[str, Any]:
    files = {part: FAMILY.shipped(preset, part) for part in FAMILY.parts}
    reference = Reference(FAMILY.load(preset, files, size, size))
    calibration = [reference.prepare(view) for view in _some(views.calibration_views(), count)]
    compared = [reference.prepare(view) for view in _some(views.comparison_views(), count)]
    name = reference.mask_program.name
    source = next(s for s in reference.sources(calibration) if s.name == name)
    with former_graph() if former else nullcontext():
        made = lowering.lower(source, "int8", folder)
    assert made.execute is not None
    found = parity.compare(reference, {name: made.execute}, compared)
    return {
        "file": made.path.name,
        "macs": source.macs,
        "mean_iou": round(found.mean_iou, 4),
        "least_iou": round(min(found.mask_iou.values()), 3),
        "same_candidate": round(found.same_choice, 3),
        "masks_snr_db": round(found.snr_db["masks"], 1),
        "views": len(compared),
    }


def _some(all_views: list[views.View], count: int) -> list[views.View]:
    return all_views[:: max(1, len(all_views) // count)][:count]


def int8_peak(rounds: int = 40) -> float:
    """10⁹ operations a second of ONNX Runtime's largest uint8·int8 product on one thread."""
    side = [_MATRIX, _MATRIX]
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["y"])], "peak",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, side)],
        [helper.make_tensor_value_info("y", TensorProto.INT32, side)],
        [helper.make_tensor("b", TensorProto.INT8, side, _numbers(np.int8).tobytes(), raw=True)],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", lowering.OPSET)])
    model.ir_version = 9
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    feed = {"a": _numbers(np.uint8)}
    best = float("inf")
    for _ in range(rounds):
        began = time.thread_time()
        session.run(None, feed)
        best = min(best, time.thread_time() - began)
    return 2 * _MATRIX**3 / best / 1e9


def _numbers(kind: Any) -> Any:
    draw = np.random.default_rng(0)
    limits = np.iinfo(kind)
    return draw.integers(limits.min // 2, limits.max // 2, (_MATRIX, _MATRIX)).astype(kind)


def timed(path: Path, runs: int) -> dict[str, float]:
    """Milliseconds of one program on one thread: median and least."""
    program = pairs.session(path)
    photos = [pairs.photo(name) for name in pairs.PHOTOS]
    feeds = [pairs.feed(program, one) for one in photos]
    spent = []
    for turn in range(runs + 3):
        began = time.thread_time()
        program.run(None, feeds[turn % len(feeds)])
        spent.append((time.thread_time() - began) * 1000)
    # The first runs of a session fill its arena.
    return {"ms": round(statistics.median(spent[3:]), 2), "least_ms": round(min(spent[3:]), 2)}


def compared_pairs(folder: Path, about: dict[str, dict[str, Any]], runs: int) -> dict[str, Any]:
    """Label → the two programs by turns, former first, and the ratio that was aimed at."""
    fast, new = PRESETS
    before, after = key(fast, COMPARED, True), key(new, COMPARED, False)
    chosen = {
        f"{fast}, before and after": (before, key(fast, COMPARED, False), 0.6),
        f"{new}, before and after": (key(new, COMPARED, True), after, 0.7),
        f"{fast} before, {new} after": (before, after, 1.1),
    }
    found = {}
    for label, (old, now, goal) in chosen.items():
        paths = (folder / old / about[old]["file"], folder / now / about[now]["file"])
        measured = pairs.measure(paths, runs)
        if old.removesuffix("-former") != now:
            # Two networks: how far their outputs lie apart says nothing.
            measured["largest_difference"] = None
        kept = ("mean_iou", "masks_snr_db")
        found[label] = {
            **measured,
            "goal": goal,
            "old_parity": {name: about[old][name] for name in kept},
            "new_parity": {name: about[now][name] for name in kept},
        }
    return found


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--programs", type=Path, default=Path("build/speed"))
    parser.add_argument("--prepare", action="store_true", help="export, measure nothing")
    parser.add_argument("--minutes", type=float, default=float("inf"),
                        help="begin no further export after that (exit code 3)")  # fmt: skip
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--views", type=int, default=30, help="to calibrate and to compare on")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--busy", action="store_true", help="measure on a busy machine too")
    parser.add_argument("--output", type=Path, default=Path("docs/performance"))
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"speed: {fault}", file=sys.stderr)
        return 2
    until = time.monotonic() + 60 * options.minutes
    left = prepare(options.programs, options.sizes, until, options.views)
    if left:
        print(f"speed: {len(left)} exports are left; the same command goes on", file=sys.stderr)
        return 3
    if options.prepare:
        return 0
    if not options.busy and (why := busy()):
        print(f"speed: {why}", file=sys.stderr)
        return 2
    result = measure(options.programs, options.sizes, options.runs)
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    write_text(options.output / "speed.json", text)
    print(text)
    return 0


def measure(folder: Path, sizes: list[int], runs: int) -> dict[str, Any]:
    """Everything that the page shows."""
    load, share = load_average(), core_share()
    about = {
        key(*one): json.loads((folder / key(*one) / "about.json").read_text("utf-8"))
        for one in wanted(sizes)
    }
    peaks = [int8_peak()]
    rows = []
    for preset, size, former in wanted(sizes):
        name = key(preset, size, former)
        times = timed(folder / name / about[name]["file"], runs)
        kept = {k: v for k, v in about[name].items() if k not in ("file", "stamp")}
        rows.append({"preset": preset, "size": size, "former": former, **kept, **times})
    both = compared_pairs(folder, about, runs) if COMPARED in sizes else {}
    peaks.append(int8_peak())
    return {
        **describe(["benchmarks/study.py", "speed"]),
        "load": load,
        "core_share": share,
        "int8_peak_gops": round(max(peaks), 1),
        "runs": runs,
        "rows": rows,
        "pairs": both,
    }
