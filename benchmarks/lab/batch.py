"""`squeezesam remove FOLDER OUT` against what this machine allows: build/batch, docs/remove.md.

    python benchmarks/study.py batch BUNDLE
    python benchmarks/study.py batch BUNDLE --photos 40 --predictions 0

Photos of 12 megapixels (JPEG, parts of those that come with scikit-image, each another one) are cut
out by the command, and their stages one after the other by the library: decoding, the networks, the
cut-out and its PNG. The machine allows no less than the larger of the slowest stage alone and all
stages' time divided by the cores. Then one session after the other in one process, with its memory
at marks: it shall not grow.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from measure.machine import describe, load_average, unpublishable
from results.markdown import origin, replace_between_marks, table
from results.result import write_text

WIDTH, HEIGHT = 4000, 3000
STAGES = ("decode", "networks", "cut-out", "PNG")
MARKS_OF_MEMORY = 10
OUTPUT = Path("build/batch")
PAGE, MARKS = Path("docs/remove.md"), ("<!-- batch: begin -->", "<!-- batch: end -->")


def write_photos(folder: Path, count: int) -> None:
    """So many different JPEGs of 12 megapixels."""
    import cv2
    from skimage import data

    scenes = [data.astronaut(), data.coffee(), data.chelsea(), data.rocket()]
    chance = np.random.default_rng(1)
    for number in range(count):
        left, top = chance.integers(0, 40, 2)
        part = scenes[number % len(scenes)][top:, left:, ::-1]
        large = cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{number:04}.jpg"), large, [cv2.IMWRITE_JPEG_QUALITY, 92])


def stages(bundle: Path, photos: list[Path]) -> dict[str, float]:
    """Seconds of each stage for all photos, one after the other, each on all cores."""
    from squeezesam import Segmenter
    from squeezesam.errors import PromptError
    from squeezesam.photo import open_photo
    from squeezesam.render import encode

    segmenter = Segmenter.load(bundle)
    segmenter.prewarm()
    spent = dict.fromkeys(STAGES, 0.0)
    for path in photos:
        marks = [time.perf_counter()]
        photo = open_photo(path)
        marks.append(time.perf_counter())
        try:
            mask = segmenter.open(photo).predict()
        except PromptError:
            continue
        marks.append(time.perf_counter())
        picture = mask.cutout()
        marks.append(time.perf_counter())
        encode(picture, ".png")
        marks.append(time.perf_counter())
        for stage, start, stop in zip(STAGES, marks, marks[1:], strict=False):
            spent[stage] += stop - start
    return spent


def command(bundle: Path, photos: Path, out: Path) -> float:
    """Seconds of the command for the folder, start and all."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "squeezesam", "remove", str(photos), str(out), "--bundle",
         str(bundle)],
        check=False, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - start


def memory(bundle: Path, photo: Path, predictions: int) -> list[list[float]]:
    """(predictions so far, MiB held) at marks, a session each."""
    from squeezesam import Segmenter
    from squeezesam.photo import open_photo

    segmenter, opened = Segmenter.load(bundle), open_photo(photo)
    found: list[list[float]] = []
    for number in range(1, predictions + 1):
        session = segmenter.open(opened)
        session.add_point(opened.width / 2, opened.height / 2)
        session.predict().cutout()
        if number % max(1, predictions // MARKS_OF_MEMORY) == 0:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            found.append([number, round(pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20), 1)])
    return found


def block(result: dict[str, Any]) -> str:
    """The page's part."""
    cores, photos = result["cores"], result["photos"]
    rows = [[stage, f"{1000 * result['stages'][stage] / photos:.0f}"] for stage in STAGES]
    rows.append(["the command, whole", f"{1000 * result['command_seconds'] / photos:.0f}"])
    parts = [
        table(["a photo of 12 megapixels", "ms"], rows),
        f"{photos} photos, {result['bundle']}, {cores} core(s). The machine allows "
        f"{result['allowed']:.1f} s for all of them, the command took "
        f"{result['command_seconds']:.1f} s: {100 * result['share']:.1f} %. "
        f"Load of the machine when it began: {result['load']}.",
    ]
    if result["memory"]:
        marks = ", ".join(f"{count:.0f}: {mib:.0f}" for count, mib in result["memory"])
        parts.append(f"Memory (MiB) after so many predictions in one process: {marks}.")
    return "\n\n".join([*parts, origin(result)])


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--predictions", type=int, default=1000, help="0: memory is not looked at")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args(argv)
    if fault := unpublishable(PAGE.parent if options.output == OUTPUT else options.output):
        print(f"batch: {fault}", file=sys.stderr)
        return 2
    words = ["benchmarks/study.py", "batch", *(sys.argv[2:] if argv is None else argv)]
    cores = len(os.sched_getaffinity(0))
    result: dict[str, Any] = {**describe(words), "load": load_average(), "cores": cores}
    with tempfile.TemporaryDirectory() as made:
        photos, out = Path(made) / "photos", Path(made) / "out"
        photos.mkdir()
        write_photos(photos, options.photos)
        files = sorted(photos.iterdir())
        spent = stages(options.bundle, files)
        took = command(options.bundle, photos, out)
        # The networks use all cores already: their time is the machine's, not one core's.
        whole = spent["networks"] + (sum(spent.values()) - spent["networks"]) / cores
        allowed = max(max(spent.values()), whole)
        result |= {
            "bundle": options.bundle.resolve().name, "photos": options.photos, "stages": spent,
            "command_seconds": took, "allowed": allowed, "share": allowed / took, "memory": [],
        }  # fmt: skip
        _written(result, options.output)
        result["memory"] = memory(options.bundle, files[0], options.predictions)
    _written(result, options.output)
    print(block(result))
    return 0


def _written(result: dict[str, Any], output: Path) -> None:
    write_text(output / "batch.json", json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    if output == OUTPUT:
        replace_between_marks(PAGE, block(result), MARKS)
