"""Two ONNX programs of one network in turns, old against new, printed as JSON.

    python benchmarks/study.py pairs OLD.onnx NEW.onnx

Both run on the photos of scikit-image with a click each, on one thread, by turns, so that a change
of the machine's speed meets both. Times are those of the thread on the processor, which others on
the machine lengthen less than those of the clock. Says how far the outputs lie apart as well. What
is published is measured by `study.py speed`, with these functions.
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
from measure.machine import load_average
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


def photo(name: str) -> NDArray[np.uint8]:
    """One that comes with scikit-image: H×W×3."""
    return np.ascontiguousarray(getattr(data, name)()[..., :3])


def feed(program: onnxruntime.InferenceSession, pixels: NDArray[np.uint8]) -> Feed:
    """A photo with a click in its middle, for whichever inputs the program has."""
    shapes = {value.name: tuple(value.shape) for value in program.get_inputs()}
    height, width = shapes["image"][2:]
    box = geometry.Letterbox((pixels.shape[1], pixels.shape[0]), (width, height))
    image = box.image(pixels, PADDING).transpose(2, 0, 1)[None].astype(np.float32)
    inputs: Feed = {"image": np.ascontiguousarray(image)}
    if "points" in shapes:
        points = np.zeros(shapes["points"], np.float32)
        labels = np.full(shapes["labels"], geometry.NO_POINT, np.float32)
        points[0, 0] = box.to_input([(pixels.shape[1] / 2, pixels.shape[0] / 2)])[0]
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
    photos = [photo(name) for name in PHOTOS]
    feeds = [[feed(program, one) for one in photos] for program in programs]
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
    parser.add_argument("--runs", type=int, default=60)
    options = parser.parse_args(argv)
    if absent := next((path for path in options.programs if not path.is_file()), None):
        print(f"pairs: {absent} is no file", file=sys.stderr)
        return 2
    print(json.dumps(measure((options.programs[0], options.programs[1]), options.runs)))
    return 0
