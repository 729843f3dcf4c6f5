"""The fastest large fp32 matrix product that numpy's BLAS reaches here: what a core can do at most.

    python benchmarks/gemm_peak.py [--threads 1 2]

Prints JSON: 10⁹ operations a second by number of threads (a multiply-accumulate is two).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time

SIZE = 1024
ROUNDS = 40
# Whichever BLAS numpy was built with; each reads its own variable, when it is loaded.
_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def measure(threads: list[int]) -> dict[str, float]:
    """The peak for each number of threads, each in a process of its own.

    Raises:
        RuntimeError: a process failed.
    """
    peaks = {}
    for count in threads:
        environment = {**os.environ, **dict.fromkeys(_VARIABLES, str(count))}
        done = subprocess.run(
            [sys.executable, __file__, "--here"],
            capture_output=True, text=True, check=False, env=environment, timeout=300,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"the matrix product failed: {done.stderr.strip()[-300:]}")
        peaks[str(count)] = round(float(done.stdout), 1)
    return peaks


def peak_here() -> float:
    """10⁹ operations a second in this process: the best of some rounds."""
    import numpy as np

    generator = np.random.default_rng(0)
    a, b = (generator.standard_normal((SIZE, SIZE), dtype=np.float32) for _ in range(2))
    out = a @ b  # warm: threads started, pages touched
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        np.matmul(a, b, out=out)
        best = min(best, time.perf_counter() - start)
    return 2 * SIZE**3 / best / 1e9


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    print(peak_here() if options.here else json.dumps(measure(options.threads)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
