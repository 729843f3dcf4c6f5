"""`python -m mil_interpreter PACKAGE`: what a Core ML package consists of."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mil_interpreter import Program, load
from mil_interpreter.errors import MilError, printable
from mil_interpreter.memory import DEFAULT_MEMORY


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m mil_interpreter",
        description="Open a Core ML package, check that every operator in it can be executed here "
        "and every weight be read.",
        epilog="Exit codes: 0 it can be executed; 1 it cannot; 2 the command line makes no sense.",
    )
    parser.add_argument("package", type=Path, help="folder NAME.mlpackage")
    parser.add_argument("--function", help="default: the package's own")
    parser.add_argument(
        "--memory",
        type=int,
        default=DEFAULT_MEMORY >> 20,
        metavar="MIB",
        help="MiB that its values may take (%(default)s)",
    )
    parser.add_argument(
        "--info", action="store_true", help="list inputs, outputs, operators and sizes"
    )
    options = parser.parse_args(argv)
    try:
        program = load(options.package, options.function, options.memory << 20)
    except MilError as error:
        print(f"{parser.prog}: {printable(str(error))}", file=sys.stderr)
        return 1
    lines = _info(program) if options.info else [f"{program.path.name} can be executed"]
    print("\n".join(map(printable, lines)))
    return 0


def _info(program: Program) -> list[str]:
    count = sum(program.operators.values())
    width = max((len(name) for name in program.operators), default=0)
    return [
        f"{program.path.name}: {program.size / 1e6:.2f} MB",
        f"function {program.name} of {', '.join(program.functions)}",
        *(f"input {name}: {kind}" for name, kind in program.inputs.items()),
        *(f"output {name}: {kind}" for name, kind in program.outputs.items()),
        f"{count} operators",
        *(f"  {name:<{width}}  {number}" for name, number in program.operators.items()),
    ]


if __name__ == "__main__":
    sys.exit(main())
