"""Two results side by side: what became slower or larger, beyond noise.

    python benchmarks/comparison.py OLD.json NEW.json [--tolerance 0.15] [--force]

A median, the loads or the peak memory count as worse when NEW exceeds OLD by more than the
tolerance (a share: 0.15 is 15 %) and by more than what a clock's grain explains (0.5 ms, 2 MiB;
50 ms for a load, which happens once). Rows are matched by bundle, engine, runner, compute unit,
threads and cores.

Results of another machine, platform or photo are not compared, nor those that began or ended in
another thermal state (a warm phone is a slower phone); --force compares all the same.

Exit codes: 0 nothing worse; 1 something worse, or not comparable; 2 wrong arguments or no result.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from results.result import ResultError, read_result

TOLERANCE = 0.15
_GRAIN_MS, _GRAIN_LOAD_MS, _GRAIN_MIB = 0.5, 50.0, 2.0


class ComparisonError(Exception):
    """Two results that say nothing about each other; the message says why."""


@dataclass(frozen=True)
class Change:
    """One figure of one row, then and now."""

    row: str
    figure: str
    old: float
    new: float
    worse: bool

    def __str__(self) -> str:
        ratio = f" ({self.new / self.old - 1:+.0%})" if self.old else ""
        return f"{self.row}: {self.figure} {self.old:g} → {self.new:g}{ratio}"


def compare(
    old: dict[str, Any], new: dict[str, Any], tolerance: float = TOLERANCE, force: bool = False
) -> list[Change]:
    """Every figure that both results have.

    Raises:
        ComparisonError: see this file's text; or no row occurs in both.
    """
    if not force:
        _check_alike(old, new)
    before = {_key(row): row for row in old["rows"]}
    changes = [
        Change(_name(row), figure, then, now, _is_worse(figure, then, now, tolerance))
        for row in new["rows"]
        if _key(row) in before
        for figure, then, now in _figures(before[_key(row)], row)
    ]
    if not changes:
        raise ComparisonError("the two results have no row in common")
    return changes


def _check_alike(old: dict[str, Any], new: dict[str, Any]) -> None:
    pairs = [
        ("platform", old["platform"], new["platform"]),
        ("machine", old["machine"]["model"], new["machine"]["model"]),
        ("photo", old["photo"], new["photo"]),
        ("thermal state before", old["thermal"]["before"], new["thermal"]["before"]),
        ("thermal state after", old["thermal"]["after"], new["thermal"]["after"]),
    ]
    for what, then, now in pairs:
        if then != now:
            raise ComparisonError(
                f"the {what} differs ({_plain(then)} then, {_plain(now)} now); "
                "--force compares all the same"
            )


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values())
    return str(value)


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    # The bundle by name: its hash changes with every export, which is what one compares.
    names = ("engine", "runner", "compute_unit", "threads", "cpu_mask")
    return (row["bundle"]["name"], *(row.get(name) for name in names))


def _name(row: dict[str, Any]) -> str:
    bundle, *rest = _key(row)
    return ", ".join([bundle, *(str(part) for part in rest if part is not None)])


def _figures(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, float, float]]:
    for name, times in new["programs_ms"].items():
        yield from _medians(f"{name} ms", old["programs_ms"].get(name), times)
    for name in ("automatic", "tap"):
        yield from _medians(f"{name} ms", old[f"{name}_ms"], new[f"{name}_ms"])
    for name in ("cold", "warm"):
        yield from _both(f"{name} load ms", old["load_ms"][name], new["load_ms"][name])
    yield from _both("peak memory MiB", old["peak_memory_mib"], new["peak_memory_mib"])


def _medians(
    figure: str, old: dict[str, Any] | None, new: dict[str, Any] | None
) -> Iterator[tuple[str, float, float]]:
    if old and new:
        yield figure, old["p50"], new["p50"]


def _both(figure: str, old: float | None, new: float | None) -> Iterator[tuple[str, float, float]]:
    if old is not None and new is not None:
        yield figure, old, new


def _is_worse(figure: str, old: float, new: float, tolerance: float) -> bool:
    grain = _GRAIN_MIB if figure.endswith("MiB") else _GRAIN_MS
    grain = _GRAIN_LOAD_MS if "load" in figure else grain
    return new > old * (1 + tolerance) and new - old > grain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that every latency script shares."""
    group = parser.add_argument_group("comparison with an earlier result")
    group.add_argument(
        "--compare", type=Path, metavar="OLD.json", help="say what became worse than in OLD.json"
    )
    group.add_argument(
        "--tolerance",
        type=float,
        default=TOLERANCE,
        metavar="SHARE",
        help=f"what counts as noise, as a share of the old figure (default {TOLERANCE})",
    )
    group.add_argument(
        "--force",
        action="store_true",
        help="compare in spite of another machine, photo or thermal state",
    )


def report(
    old: dict[str, Any],
    new: dict[str, Any],
    tolerance: float,
    force: bool = False,
    out: TextIO | None = None,
) -> int:
    """Print what changed, to standard output or ``out``; the exit code."""
    try:
        changes = compare(old, new, tolerance, force)
    except ComparisonError as error:
        print(f"not compared: {error}", file=sys.stderr)
        return 1
    worse = [change for change in changes if change.worse]
    for change in changes:
        print(f"{'WORSE' if change.worse else 'ok   '} {change}", file=out)
    print(
        f"{len(worse)} of {len(changes)} figures are worse by more than {tolerance:.0%} than "
        f"{old['commit']} of {old['date']}",
        file=out,
    )
    return 1 if worse else 0


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--tolerance", type=float, default=TOLERANCE)
    parser.add_argument("--force", action="store_true")
    options = parser.parse_args(argv)
    try:
        if not 0 <= options.tolerance < 100:
            raise ResultError("--tolerance must be a share from 0 up, such as 0.15")
        old, new = read_result(options.old), read_result(options.new)
    except ResultError as error:
        print(f"comparison: {error}", file=sys.stderr)
        return 2
    return report(old, new, options.tolerance, options.force)


if __name__ == "__main__":
    sys.exit(main())
