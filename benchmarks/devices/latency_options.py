"""What the two device scripts share: options, the checks on them, and what comes after a run."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import comparison
import devices_table
from devices.failures import DeviceError, printable
from measure.machine import commit
from results.result import ResultError, main_ms, read_result, write_result
from results.schema_check import SchemaError

DOCS = Path(__file__).parents[2] / "docs"
EXIT_CODES = """exit codes:
  0    measured, and nothing worse than in OLD.json
  1    the run broke (unplugged, timed out, crashed), or something is worse or not comparable
  2    something is to be done first (connect, unlock, trust, install, free room, choose a
       device), or the command line makes no sense
"""


def new_parser(manual: str | None, epilog: str, result: str) -> argparse.ArgumentParser:
    """A parser with the options of both device scripts.

    Args:
        manual: what the script does.
        epilog: examples, below the options.
        result: default path of the result.
    """
    parser = argparse.ArgumentParser(
        description=manual, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="name the connected devices and stop")
    parser.add_argument("--device", metavar="NAME", help="identifier or name, if several are there")
    run = parser.add_argument_group("the run")
    run.add_argument(
        "--runs", type=int, default=50, help="timed predictions of each kind (default 50)"
    )
    run.add_argument(
        "--warmup", type=int, default=5, help="predictions before them, not counted (default 5)"
    )
    run.add_argument(
        "--timeout",
        type=float,
        default=900,
        metavar="SECONDS",
        help="longest time for one launch (default 900)",
    )
    parser.add_argument(
        "--json",
        default=result,
        metavar="FILE",
        help=f"where the result goes; - prints it (default {result})",
    )
    parser.add_argument(
        "--submit",
        action="store_true",
        help="write the result into docs/devices, ready for a pull request, and renew the page",
    )
    comparison.add_arguments(parser)
    return parser


def check(options: argparse.Namespace) -> None:
    """Raise `ValueError` with a sentence for numbers that make no sense."""
    if not 1 <= options.runs <= 10000:
        raise ValueError("--runs must be from 1 to 10000")
    if not 0 <= options.warmup <= 1000:
        raise ValueError("--warmup must be from 0 to 1000")
    if not 1 <= options.timeout <= 86400:
        raise ValueError("--timeout must be from 1 to 86400 seconds")
    if not 0 <= options.tolerance < 100:
        raise ValueError("--tolerance must be a share from 0 up, such as 0.15")


def guarded(
    program: str, options: argparse.Namespace, measure: Callable[[], dict[str, Any] | None]
) -> int:
    """Check, measure, write and compare; every failure becomes one sentence and an exit code.

    Args:
        program: its name, before the sentence.
        options: parsed.
        measure: gives the result, or None where there is none to write (--list).
    """
    try:
        check(options)
        # Read before the phone works for minutes.
        old = read_result(options.compare) if options.compare else None
        result = measure()
        if result is None:
            return 0
        deliver(result, options.json)
        if options.submit:
            submit(result)
        if old is None:
            return 0
        # With --json - standard output is the result's alone.
        out = sys.stderr if options.json == "-" else None
        return comparison.report(old, result, options.tolerance, options.force, out)
    except DeviceError as error:
        print(f"{program}: {printable(str(error))}", file=sys.stderr)
        return error.exit_code
    except (ValueError, ResultError) as error:
        broken = isinstance(error, SchemaError)
        what = f"the result is not as the schema says: {error}" if broken else str(error)
        print(f"{program}: {printable(what)}", file=sys.stderr)
        return 1 if broken else 2
    except KeyboardInterrupt:
        print(f"{program}: stopped", file=sys.stderr)
        return 130


def deliver(result: dict[str, Any], where: str) -> None:
    """Write the result to a file, or print it, and sum it up in a few lines."""
    if where == "-":
        print(json.dumps(result, indent=1, ensure_ascii=False))
        return
    write_result(result, Path(where))
    print("\n".join(summary(result)))
    print(f"written: {where}")


def submit(result: dict[str, Any], docs: Path = DOCS) -> Path:
    """Write docs/devices/MODEL-DATE-RUN.json, beside those of others, and renew docs/devices.md.

    The schema lets no serial number or name that a person gave into a result.

    Raises:
        ValueError: the result is there already.
    """
    words = [result["machine"]["model"], result["date"][:10], result["run"]]
    name = re.sub(r"[^A-Za-z0-9]+", "-", " ".join(words)).strip("-").lower()
    path = docs / "devices" / f"{name}.json"
    if path.exists():
        raise ValueError(f"{path} is there already; remove it to submit this run anew")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_result(result, path)
    devices_table.main(["--docs", str(docs)])
    print(f"written: {path}; commit it with docs/devices.md and open a pull request")
    return path


def summary(result: dict[str, Any]) -> list[str]:
    """A line for each row: what was run, medians, peak memory."""
    machine, thermal = result["machine"], result["thermal"]
    title = machine.get("marketing_name") or machine["model"]
    lines = [
        f"{title}, {machine['system']}, thermal state {thermal['before']} → {thermal['after']}"
    ]
    for row in result["rows"]:
        how = row["compute_unit"] or row["bundle"]["backend"]
        tap = f"{row['tap_ms']['p50']:.1f} ms" if row["tap_ms"] else "not measured"
        first = f"{row['automatic_ms']['p50']:.1f} ms" if row["automatic_ms"] else "not measured"
        memory, main = row["peak_memory_mib"], row["bundle"].get("main", "segment")
        lines.append(
            f"  {row['bundle']['name']}, {row['engine']} {how}, {row['runner']}: a tap {tap}, the "
            f"automatic mask {first}, {main} {main_ms(row)['p50']:.1f} ms"
            + (f", {memory:.0f} MiB" if memory is not None else "")
        )
    return lines


def command_line(script: str, argv: list[str]) -> str:
    """The command as typed, without the device's name or identifier."""
    shown: list[str] = []
    hide = False
    for word in argv:
        if hide:
            shown.append("…")
        elif word.startswith("--device="):
            shown.append("--device=…")
        else:
            shown.append(word)
        hide = word == "--device"
    return " ".join(["python", f"benchmarks/{script}", *shown])


def stamp(result: dict[str, Any], command: str, tools: dict[str, str | None]) -> dict[str, Any]:
    """What an app cannot know: the command, this computer's tools and the commit."""
    return {
        **result,
        "command": command,
        "commit": commit() if result["commit"] == "unknown" else result["commit"],
        "tools": {**result["tools"], **tools},
    }
