"""Draw a run's log: `python -m squeezesam_train.curve log.jsonl --output curve.png`."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

from squeezesam.command_parser import CommandParser
from squeezesam.errors import OutputError
from squeezesam.terminal import printable
from squeezesam.writing import check_free, write_whole

from squeezesam_train.figures import new_figure
from squeezesam_train.photos import lines_of

_FIELDS = ("step", "size", "iou", "best_iou")


def read_log(path: Path) -> list[dict[str, Any]]:
    """The records of a log.jsonl; of steps logged twice (after a resume) the later ones.

    Raises:
        ValueError: the file holds no record, or a line is none: which line, and what it lacks.
    """
    records: list[dict[str, Any]] = []  # by ascending step
    with contextlib.closing(lines_of(path)) as lines:
        for number, line in enumerate(lines, 1):
            record = _record(number, line)
            # A run that went back to a checkpoint repeats steps: what it did after is undone.
            while records and records[-1]["step"] >= record["step"]:
                records.pop()
            records.append(record)
    if not records:
        raise ValueError("it holds no record")
    return records


def _record(number: int, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError(f"line {number} is not JSON") from None
    for name in _FIELDS:
        value = record.get(name) if isinstance(record, dict) else None
        is_whole = name in ("step", "size")
        kinds = int if is_whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not abs(value) < _MOST:
            kind = "whole number" if is_whole else "number"
            raise ValueError(f"line {number} has no {kind} '{name}'")
    return dict(record)


_MOST = 1 << 53  # a float holds every whole number below it


def draw(records: list[dict[str, Any]], form: str, title: str) -> bytes:
    """Loss, IoU of the chosen and of the best candidate over the steps; sizes as bands.

    Returns a file of the form that `form` names ("png"); raises ValueError for one that is unknown.
    """
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
    axis.set_title(title, parse_math=False)
    axis.legend(loc="lower right")
    drawn = io.BytesIO()
    figure.savefig(drawn, format=form)
    return drawn.getvalue()


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = CommandParser(prog="squeezesam_train.curve", description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--title", default="")
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier picture")
    options = parser.parse_args(argv)
    try:
        check_free(options.output, overwrite=options.overwrite)
        form = options.output.suffix[1:].lower() or "png"
        picture = draw(read_log(options.log), form, options.title)
        write_whole(options.output, picture, overwrite=options.overwrite)
    except (OSError, ValueError, OutputError) as error:
        why = getattr(error, "strerror", None) or str(error)
        about = "" if isinstance(error, OutputError) else f"cannot draw {options.log}: "
        sentence = printable(f"{about}{why}")
        print(f"squeezesam_train.curve: {sentence}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
