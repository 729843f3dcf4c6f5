"""The command `squeezesam`: remove backgrounds, segment photos, verify a bundle."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; `arguments` defaults to the process's own.

    Returns the exit code: 0 everything done, 1 something failed (one sentence on stderr each), 130
    interrupted. A senseless command line leaves through SystemExit(2), --help through
    SystemExit(0), as argparse does.
    """
    from .arguments import parse
    from .running import run_command

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names need not be valid text
    options = parse(sys.argv[1:] if arguments is None else arguments)
    if options.command == "remove":
        from .remove import remove as command
    elif options.command == "segment":
        from .segment import segment as command
    elif options.command == "everything":
        from .everything import find_everything as command
    elif options.command == "info":
        from .info import info as command
    elif options.command == "serve":
        from .serve import serve as command
    elif options.command == "completion":
        from .completion import completion as command
    else:
        from .verify import verify as command
    return run_command(command, options)
