"""What segmenting everything costs: the table of docs/everything.md.

    python benchmarks/study.py everything BUNDLE... [--points 16,32] [--threads 1]

Three photos of scikit-image, on a grid and in two rounds. The time is the processor's, of the whole
call, the encoder's run included: with one thread what a quiet machine takes. Networks with random
weights are asked on one photo and on the grid alone: they find nothing that rounds could save.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from measure.machine import describe, load_average, unpublishable
from results.markdown import origin, replace_between_marks, table
from skimage import data
from squeezesam import Segmenter, SqueezeSamError
from squeezesam.everything import everything

PAGE = Path(__file__).parents[2] / "docs" / "everything.md"
MARKS = ("<!-- everything -->", "<!-- /everything -->")
PHOTOS = ("astronaut", "chelsea", "coffee")


class Counting:
    """The bundle's engine, with a note of every run."""

    def __init__(self, engine: Any) -> None:
        self.name, self.target = engine.name, engine.target
        self.runs: Counter[str] = Counter()
        self._inner = engine

    def load(self, spec: Any) -> Any:
        """A program that is counted."""
        program, runs = self._inner.load(spec), self.runs

        class Counted:
            def run(self, inputs: Any) -> Any:
                runs[spec.name] += 1
                return program.run(inputs)

        return Counted()


def measure(bundle: Path, points: list[int], threads: int) -> list[list[str]]:
    """A row for each grid and way of asking, over all photos."""
    plain = Segmenter.load(bundle, threads=threads)
    model = plain.bundle.manifest["model"]
    random = "random weights, seed" in str(model.get("provenance", ""))
    photos = PHOTOS[:1] if random else PHOTOS
    rows = []
    for side in points:
        for two_rounds in (False,) if random else (False, True):
            engine = Counting(plain.engine)
            segmenter = Segmenter.load(bundle, engine=engine)
            segmenter.prewarm()
            engine.runs.clear()
            spent, found = [], []
            for name in photos:
                session = segmenter.open(getattr(data, name)())
                began = time.process_time()
                found.append(len(everything(session, points_per_side=side, two_rounds=two_rounds)))
                spent.append(time.process_time() - began)
            runs = ", ".join(f"{n} {count / len(photos):.0f}" for n, count in engine.runs.items())
            rows.append(
                [
                    segmenter.bundle.name,
                    f"{side}×{side}",
                    "two rounds" if two_rounds else "grid",
                    f"{sum(spent) / len(spent):.1f}",
                    runs,
                    ", ".join(map(str, found)),
                ]
            )
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    return rows


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE")
    parser.add_argument("--points", default="16,32", help="grids, points a side")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args(argv)
    if fault := unpublishable(options.page):
        print(f"everything: {fault}", file=sys.stderr)
        return 2
    points = [int(side) for side in options.points.split(",")]
    try:
        rows = [row for one in options.bundles for row in measure(one, points, options.threads)]
    except SqueezeSamError as error:
        print(f"everything: {error}", file=sys.stderr)
        return 1
    words = [path.name for path in options.bundles]
    told = describe(["benchmarks/study.py", "everything", *words, "--points", options.points])
    head = [
        "bundle",
        "points",
        "asked",
        "processor seconds a photo",
        "runs a photo",
        "objects in each photo",
    ]
    busy = f"Load of the machine {load_average()}, {options.threads} thread."
    replace_between_marks(options.page, f"{table(head, rows)}\n\n{origin(told)} {busy}", MARKS)
    return 0
