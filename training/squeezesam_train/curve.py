"""Draw a run's log: `python -m squeezesam_train.curve log.jsonl --output curve.png`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from squeezesam.terminal import printable

from squeezesam_train.figures import new_figure


def read_log(path: Path) -> list[dict[str, Any]]:
    """The records of a log.jsonl; of steps logged twice (after a resume) the later ones.

    Raises:
        ValueError: the file holds no record, or a line is not JSON.
    """
    records: dict[int, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        # A run that went back to a checkpoint repeats steps: what it had done after is undone.
        for later in [step for step in records if step >= record["step"]]:
            del records[later]
        records[record["step"]] = record
    if not records:
        raise ValueError(f"{path} holds no record")
    return [records[step] for step in sorted(records)]


def draw(records: list[dict[str, Any]], path: Path, title: str) -> None:
    """Loss, IoU of the chosen and of the best candidate over the steps; sizes as bands."""
    steps = [r["step"] for r in records]
    figure, axis = new_figure(7, 3.5, dpi=110)
    axis.plot(steps, [r["iou"] for r in records], label="IoU, chosen candidate")
    if any(r["best_iou"] != r["iou"] for r in records):
        axis.plot(steps, [r["best_iou"] for r in records], label="IoU, best candidate")
    sizes = [r["size"] for r in records]
    for i, (step, size) in enumerate(zip(steps, sizes, strict=True)):
        if i == 0 or size != sizes[i - 1]:
            axis.axvline(step, color="0.8", linewidth=1)
            axis.annotate(f"{size} px", (step, 0.02), xycoords=("data", "axes fraction"))
    axis.set_xlabel("step")
    axis.set_ylabel("training IoU (augmented samples)")
    axis.set_title(title)
    axis.legend(loc="lower right")
    figure.savefig(path)


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="squeezesam_train.curve", description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--title", default="")
    options = parser.parse_args(argv)
    try:
        draw(read_log(options.log), options.output, options.title)
    except (OSError, ValueError, KeyError) as error:
        sentence = printable(f"cannot draw {options.log}: {error}")
        print(f"squeezesam_train.curve: {sentence}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
