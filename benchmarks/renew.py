"""After new weights: fit what hangs on them, then measure and write every page again.

    python benchmarks/renew.py --data FOLDER [--only NAME …] [--list]

Starts from a clean commit, on a quiet machine, in this order: the heat map's least peak, the heat
weights and score heads of each network that ships (all go into the weights' metadata), quality on
the whole validation set (README, model card, docs/performance.md), latency, int8 and parity tables.
The README's picture is `make demo`'s, looked at and copied by hand. Takes hours with everything; a
step that was not reached is run again with ``--only``. What it wrote is left for you to look at
and to commit.

Exit codes: 0 done, 1 a step failed, 2 wrong usage or a tree that is not clean.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from measure.machine import RENEWS, commit
from squeezesam_model import SEGMENTER_PRESETS, WeightsError
from squeezesam_model.weights import shipped_weights

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Step:
    """One script of this folder.

    Attributes:
        name: for ``--only`` and the log.
        words: script and options.
        data: whether it wants the photos.
    """

    name: str
    words: tuple[str, ...]
    data: bool = False

    def command(self, data: Path) -> list[str]:
        """The whole command line."""
        photos = ["--data", str(data)] if self.data else []
        return [sys.executable, str(HERE / self.words[0]), *self.words[1:], *photos]


def steps() -> list[Step]:
    """Everything, in an order in which no step reads what a later one writes."""
    presets = [preset for preset in SEGMENTER_PRESETS if _ships(preset)]
    return [
        Step("stands-out", ("study.py", "stands_out", "--write"), True),
        *(_fit("scores", "honest_scores", preset) for preset in presets),
        Step("quality", ("quality.py",), True),
        Step("latency", ("host_latency.py",)),
        Step("speed", ("study.py", "speed")),
        Step("quantisation", ("study.py", "quantisation"), True),
        Step("export-parity", ("study.py", "export_parity")),
    ]


def _fit(name: str, study: str, preset: str) -> Step:
    return Step(f"{name}-{preset}", ("study.py", study, "--preset", preset, "--write"), True)


def _ships(preset: str) -> bool:
    try:
        return shipped_weights(preset).is_file()
    except WeightsError:
        return False


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="folder with index.csv")
    parser.add_argument(
        "--only", action="append", choices=[step.name for step in steps()], metavar="NAME"
    )
    parser.add_argument("--list", action="store_true", help="print the steps and stop")
    return parser


def run(chosen: list[Step], data: Path) -> int:
    """The steps one after the other, all in the name of the commit from which they started."""
    environment = {**os.environ, RENEWS: commit()}
    for step in chosen:
        print(f"renew: {step.name} …", flush=True)
        started = time.monotonic()
        code = subprocess.run(step.command(data), env=environment, check=False).returncode
        if code:
            print(
                f"renew.py: {step.name} ended with {code}; what came before it is written",
                file=sys.stderr,
            )
            return 1
        print(f"renew: {step.name} took {time.monotonic() - started:.0f} s", flush=True)
    return 0


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    chosen = [step for step in steps() if not options.only or step.name in options.only]
    if options.list:
        print("\n".join(step.name for step in chosen))
        return 0
    if options.data is None or not (options.data / "index.csv").is_file():
        print("renew.py: say where the photos are: --data FOLDER, with index.csv", file=sys.stderr)
        return 2
    if commit().endswith("-dirty"):
        print("renew.py: figures come from a clean commit: commit first", file=sys.stderr)
        return 2
    return run(chosen, options.data)


if __name__ == "__main__":
    sys.exit(main())
