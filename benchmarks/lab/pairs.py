"""Two ONNX programs of one network in turns, old against new: docs/performance/pairs.json.

    python benchmarks/study.py pairs --label "tap, int8 at 512" OLD.onnx NEW.onnx

Both run on the photos of scikit-image with a click each, on one thread, by turns, so that a change
of the machine's speed meets both. Times are those of the thread on the processor, which others on
the machine lengthen less than those of the clock. Says how far the outputs lie apart as well. The
result is added to the file under its label; `python benchmarks/report.py` renews the page.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

# First, for it switches ONNX Runtime's telemetry off.
import squeezesam  # noqa: F401

# isort: split
import numpy as np
import onnxruntime
from measure.machine import describe, load_average, unpublishable
from numpy.typing import NDArray
from skimage import data
from squeezesam import geometry

Feed = dict[str, NDArray[np.float32]]

PHOTOS = ("astronaut", "coffee", "chelsea", "rocket", "cat")
# The colour of the padding; beside the photo it changes nothing of a comparison.
PADDING = (124, 116, 104)


def session(path: Path) -> onnxruntime.InferenceSession:
    """On one thread of the CPU provider, as the product's engine is set."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def feed(program: onnxruntime.InferenceSession, photo: NDArray[np.uint8]) -> Feed:
    """A photo with a click in its middle, for whichever inputs the program has."""
    shapes = {value.name: tuple(value.shape) for value in program.get_inputs()}
    height, width = shapes["image"][2:]
    box = geometry.Letterbox((photo.shape[1], photo.shape[0]), (width, height))
    image = box.image(photo, PADDING).transpose(2, 0, 1)[None].astype(np.float32)
    inputs: Feed = {"image": np.ascontiguousarray(image)}
    if "points" in shapes:
        points = np.zeros(shapes["points"], np.float32)
        labels = np.full(shapes["labels"], geometry.NO_POINT, np.float32)
        points[0, 0] = box.to_input([(photo.shape[1] / 2, photo.shape[0] / 2)])[0]
        labels[0, 0] = geometry.FOREGROUND
        radius = 5 * max(width, height) / 512
        planes = geometry.prompt_planes(points[0], labels[0], (width, height), radius=radius)
        inputs |= {"points": points, "labels": labels, "prompts": planes[None]}
    for name, shape in shapes.items():
        # The mask before this prompt: there is none.
        inputs.setdefault(name, np.zeros(shape, np.float32))
    return inputs


def measure(paths: tuple[Path, Path], rounds: int) -> dict[str, Any]:
    """Milliseconds of both, their ratio pair by pair, and how far their outputs lie apart."""
    programs = [session(path) for path in paths]
    photos = [np.ascontiguousarray(getattr(data, name)()[..., :3]) for name in PHOTOS]
    feeds = [[feed(program, photo) for photo in photos] for program in programs]
    spent: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 3):
        for program, inputs, times in zip(programs, feeds, spent, strict=True):
            began = time.thread_time()
            program.run(None, inputs[turn % len(photos)])
            times.append((time.thread_time() - began) * 1000)
    # The first runs of a session fill its arena.
    old, new = (times[3:] for times in spent)
    outputs = [[p.run(None, f) for f in inputs] for p, inputs in zip(programs, feeds, strict=True)]
    gaps = [
        float(np.abs(a - b).max() / max(np.abs(a).max(), 1e-12))
        for ours, theirs in zip(*outputs, strict=True)
        for a, b in zip(ours, theirs, strict=True)
    ]
    return {
        "old_ms": round(statistics.median(old), 2),
        "new_ms": round(statistics.median(new), 2),
        "ratio": round(statistics.median(b / a for a, b in zip(old, new, strict=True)), 3),
        "least_old_ms": round(min(old), 2),
        "least_new_ms": round(min(new), 2),
        "largest_difference": max(gaps),
        "runs": rounds,
        "load": load_average(),
    }


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("programs", nargs=2, type=Path, metavar="PROGRAM.onnx")
    parser.add_argument("--label", required=True, help="what is compared, for the table")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--output", type=Path, default=Path("docs/performance"))
    options = parser.parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"pairs: {fault}", file=sys.stderr)
        return 2
    if absent := next((path for path in options.programs if not path.is_file()), None):
        print(f"pairs: {absent} is no file", file=sys.stderr)
        return 2
    found = measure((options.programs[0], options.programs[1]), options.runs)
    shown = ["benchmarks/study.py", "pairs", "--label", repr(options.label), "OLD", "NEW"]
    path = options.output / "pairs.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"pairs": {}}
    known["pairs"][options.label] = {**describe(shown), **found}
    options.output.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(found))
    return 0
