"""Speed and memory on this machine: every engine, fp32 against int8, 1…N threads, in one run.

    python benchmarks/host_latency.py [--bundles build/bundles] [--size 512] [--threads 1 2]

Bundles that are missing are exported first. Writes OUTPUT/host.json and renews docs/performance.md
and the README's table from it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from machine import describe
from report import write_reports
from skimage import data

HERE = Path(__file__).parent
ENGINES = {"onnx": "onnxruntime", "executorch": "executorch"}


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundles", type=Path, default=Path("build/bundles"))
    parser.add_argument("--size", default="512", help="input size of the bundles (default 512)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--runs", type=int, default=15, help="timed predictions per bundle")
    parser.add_argument("--output", type=Path, default=Path("docs/performance"))
    return parser


def find_bundle(folder: Path, target: str, precision: str, size: str) -> Path:
    """The bundle of one target and precision; exported if it is not there."""
    height, _, width = size.partition("x")
    path = folder / f"squeezesam-{target}-{precision}-{height}x{width or height}"
    if not path.is_dir():
        subprocess.run(
            [
                sys.executable, "-m", "squeezesam_export.cli", "--target", target,
                "--precision", precision, "--size", size, "--output", str(folder),
            ],
            check=True,
        )  # fmt: skip
    return path


def write_photo(folder: Path, width: int, height: int) -> Path:
    """A photo of the wanted size, enlarged from one that comes with scikit-image (PNG)."""
    path = folder / f"photo-{width}x{height}.png"
    photo = cv2.resize(data.astronaut(), (width, height), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(path), photo[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return path


def worker(bundles: list[Path], threads: int, runs: int, photo: Path, *more: str) -> dict[str, Any]:
    """Run ``latency_worker.py`` and read its report."""
    command = [sys.executable, str(HERE / "latency_worker.py"), "--threads", str(threads)]
    for bundle in bundles:
        command += ["--bundle", str(bundle)]
    command += ["--runs", str(runs), "--photo", str(photo), *more]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if run.returncode:
        raise SystemExit(f"the latency worker failed:\n{run.stderr.strip()}")
    report: dict[str, Any] = json.loads(run.stdout[run.stdout.index("{") :])
    return report


def compare(fp32: Path, int8: Path, threads: int, runs: int, photo: Path) -> dict[str, Any]:
    """fp32 against int8 with one engine and thread count, runs taking turns."""
    report = worker([fp32, int8], threads, runs, photo)
    pair = {}
    for precision, bundle in (("fp32", fp32), ("int8", int8)):
        times = report[bundle.name]
        pair[precision] = {
            "load_ms": round(times["load"], 1),
            "first_ms": round(times["first"], 1),
            **{
                f"{stage}_ms": round(statistics.median(values), 2)
                for stage, values in times["stages"].items()
            },
        }
    ratios = [
        a / b
        for a, b in zip(
            report[fp32.name]["stages"]["segmenter"],
            report[int8.name]["stages"]["segmenter"],
            strict=True,
        )
    ]
    return {**pair, "segmenter_speed_up": round(statistics.median(ratios), 2)}


def peak_memory_mib(bundle: Path, photo: Path, folder: Path) -> float:
    """Largest resident memory of one `squeezesam segment` process."""
    # VmHWM of the process itself: ru_maxrss would count what this one was when it forked.
    script = (
        "import sys; from squeezesam.cli import main; code = main(sys.argv[1:]); "
        "print(open('/proc/self/status').read()); sys.exit(code)"
    )
    words = ["segment", str(photo), "--bundle", str(bundle), "--overwrite"]
    words += ["--output", str(folder / "segmented")]
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"squeezesam segment failed on {bundle}: {done.stderr.strip()}")
    peak = next(line for line in done.stdout.splitlines() if line.startswith("VmHWM:"))
    return round(int(peak.split()[1]) / 1024, 1)


def core_report(bundle: Path, runs: int, folder: Path) -> dict[str, float]:
    """Medians of the core's stages on a 12-megapixel photo, one thread."""
    times = worker([bundle], 1, runs, write_photo(folder, 4000, 3000), "--core")
    medians = {stage: round(statistics.median(values), 2) for stage, values in times.items()}
    own = [np.sum([times[s][i] for s in ("open", "clicks", "planes", "mask", "full")])
           for i in range(runs)]  # fmt: skip
    return {**medians, "core_total": round(float(np.median(own)), 2)}


def sizes(bundle: Path) -> dict[str, int]:
    """Bytes of each program and of the whole bundle."""
    manifest = json.loads((bundle / "manifest.json").read_text())
    programs = {
        name: sum(file["size"] for file in program["files"])
        for name, program in manifest["programs"].items()
    }
    total = sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file())
    return {**programs, "bundle": total}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that this script reports."""
    result: dict[str, Any] = {**describe(), "size": options.size, "runs": options.runs}
    found = {
        (target, precision): find_bundle(options.bundles, target, precision, options.size)
        for target in ENGINES
        for precision in ("fp32", "int8")
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo = write_photo(folder, 1024, 768)
        result["engines"] = [
            {
                "engine": ENGINES[target],
                "threads": threads,
                **compare(
                    found[target, "fp32"], found[target, "int8"], threads, options.runs, photo
                ),
            }
            for target in ENGINES
            for threads in options.threads
        ]
        large = write_photo(folder, 4000, 3000)
        result["core_12mp"] = core_report(found["onnx", "int8"], options.runs, folder)
        result["memory_mib"] = {
            target: {
                "photo": peak_memory_mib(found[target, "int8"], photo, folder),
                "photo_12mp": peak_memory_mib(found[target, "int8"], large, folder),
            }
            for target in ENGINES
        }
    result["bytes"] = {f"{t}-{p}": sizes(path) for (t, p), path in found.items()}
    return result


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    if options.runs < 1 or min(options.threads) < 1:
        print("host_latency: --runs and --threads must be at least 1", file=sys.stderr)
        return 2
    result = measure(options)
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "host.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    write_reports(options.output)
    print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
