"""A command of ours, whatever it raises."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from ..errors import SqueezeSamError
from .talk import UsageError, complain


def run_command(command: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """The command's exit code; what it raises becomes a sentence on stderr and 1, or 130."""
    try:
        return command(options)
    except UsageError as error:
        complain(f"{error} (see squeezesam {options.command} --help)")
        return 2
    except SqueezeSamError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    except BrokenPipeError:
        # Whoever read our output has left (`| head`): say nothing, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
