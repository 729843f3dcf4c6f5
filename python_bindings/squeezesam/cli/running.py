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
    except KeyboardInterrupt as stop:  # of squeezesam_launch it says by which signal
        complain(str(stop) or "interrupted")
        return int(getattr(stop, "code", 130))
    except BrokenPipeError:
        # Whoever read our output has left (`| head`): say nothing, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.filename is not None:
            raise
        complain(f"standard output cannot be written ({error.strerror})")
        return 1
