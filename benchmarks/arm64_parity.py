"""Are a bundle's masks on arm64 those of x86-64? Both engines, executed under qemu.

    python benchmarks/arm64_parity.py BUNDLE... --ssam FILE --root FOLDER
    make arm64-parity            # builds what that needs, exports the bundles, writes the table

int8 kernels differ from processor to processor, and phones are arm64. The command `ssam`, compiled
for arm64, runs each bundle with ONNX Runtime's or ExecuTorch's own arm64 library on emulated
processors: one without int8 dot products (Cortex-A53), one with them (Cortex-A76), one with int8
matrix products as well (qemu's `max`, its vector extensions off). The photos come with
scikit-image; without a prompt, so that saliency and segmentation both count. Each mask is compared
to the one of this machine's engine from Python. Times under an emulator mean nothing.

Exit codes: 0 no mean IoU lies below the floor of an int8 export; 1 one does, or nothing could be
run; 2 the command line makes no sense.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from results.result import write_text
from skimage import data
from squeezesam import Segmenter
from squeezesam_export.verify.gate import floors

PHOTOS = ("astronaut", "chelsea", "coffee")
PROCESSORS = {"cortex-a53": "cortex-a53", "cortex-a76": "cortex-a76", "max": "max,sve=off,sme=off"}
LIMIT_S = 1200
COMMAND = "make arm64-parity"


class ParityError(Exception):
    """Nothing could be compared; the text says why."""


def emulated(command: list[str], processor: str, root: Path, libraries: list[Path]) -> str:
    """Runs an arm64 program as on ``processor``; returns its standard output.

    Raises:
        ParityError: it failed or took too long.
    """
    folders = [*libraries, *(root / part for part in ("lib", "lib/aarch64-linux-gnu"))]
    folders.append(root / "usr/lib/aarch64-linux-gnu")
    words = ["qemu-aarch64-static", "-cpu", PROCESSORS[processor], "-L", str(root / processor)]
    words += ["-E", "LD_LIBRARY_PATH=" + os.pathsep.join(map(str, folders)), *command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ParityError(f"{processor}: {error}") from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise ParityError(f"{processor}: exit code {done.returncode}: {said}")
    return done.stdout


def iou(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Intersection over union of two masks of one size; 1 where both are empty."""
    union = int(np.logical_or(first, second).sum())
    return int(np.logical_and(first, second).sum()) / union if union else 1.0


def compare(bundle: Path, ssam: Path, root: Path, libraries: list[Path]) -> list[dict[str, Any]]:
    """One row a processor: mean and least IoU to this machine's masks.

    Raises:
        ParityError: a run failed.
    """
    import cv2

    segmenter = Segmenter.load(bundle, threads=1)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        here = {}
        for name in PHOTOS:
            photo = getattr(data, name)()
            cv2.imwrite(f"{folder}/{name}.png", photo[..., ::-1])
            here[name] = segmenter.open(photo).predict().array
        for processor in PROCESSORS:
            ious = []
            for name, mask in here.items():
                output = Path(folder) / f"{name}-{processor}.png"
                words = [str(ssam), f"{folder}/{name}.png", "--bundle", str(bundle)]
                words += ["--output", str(output), "--threads", "1"]
                emulated(words, processor, root, libraries)
                there = cv2.imread(str(output), cv2.IMREAD_GRAYSCALE)
                if there is None:
                    raise ParityError(f"{processor}: ssam wrote no mask")
                ious.append(iou(mask, np.greater(there, 127)))
                print(f"{bundle.name} {processor} {name}: {ious[-1]:.4f}", file=sys.stderr)
            mean, least = round(float(np.mean(ious)), 4), round(min(ious), 4)
            rows.append({"bundle": bundle.name, "engine": segmenter.engine.name,
                         "processor": processor, "mean": mean, "least": least})  # fmt: skip
    return rows


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE")
    parser.add_argument("--ssam", type=Path, required=True, help="the command, built for arm64")
    parser.add_argument("--root", type=Path, required=True, help="what tools/fetch_arm64 made")
    parser.add_argument("--library", type=Path, action="append", default=[], metavar="FOLDER",
                        help="one more folder of arm64 libraries")  # fmt: skip
    parser.add_argument("--write", type=Path, metavar="JSON", help="enter it in verification.json")
    options = parser.parse_args(argv)
    try:
        rows = [
            row
            for bundle in options.bundles
            for row in compare(bundle, options.ssam, options.root, options.library)
        ]
    except ParityError as error:
        print(f"arm64_parity: {error}", file=sys.stderr)
        return 1
    if options.write:
        known = json.loads(options.write.read_text(encoding="utf-8"))
        facts = {"command": COMMAND, "when": date.today().isoformat(), "photos": list(PHOTOS)}
        known["arm64"] = {**facts, "floor": floors("int8").mask_iou, "rows": rows}
        write_text(options.write, json.dumps(known, indent=1) + "\n")
    low = [row for row in rows if row["mean"] < floors("int8").mask_iou]
    for row in low:
        print(f"arm64_parity: {row['bundle']} on {row['processor']}: mean IoU {row['mean']} is "
              "below the floor", file=sys.stderr)  # fmt: skip
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
