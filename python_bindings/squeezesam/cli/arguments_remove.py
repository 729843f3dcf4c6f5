"""What may be typed behind `squeezesam remove`, and how it is explained."""

from __future__ import annotations

import argparse

from .arguments_look import add_look_options, add_mask_options

_DESCRIPTION = """\
Removes the background: a photo in, its most salient object out, everything else transparent.
IN is a photo, a folder, or - for standard input; OUT is a file, a folder, or - for standard output.
"""

_END = """\
examples:
  squeezesam remove photo.jpg out.png
  squeezesam remove photo.jpg out.jpg --background white --crop --margin 5%
  squeezesam remove photos/ cutouts/ --skip-existing
  cat photo.jpg | squeezesam remove - - > out.png

Of a folder every photo below it is cut out, into the same folders below OUT, as PNG. What
squeezesam wrote earlier is never taken for a photo. One photo's failure does not stop the others:
the summary at the end names each photo that has no cut-out, and why.
"""


def add_remove(commands: argparse._SubParsersAction, exit_codes: str) -> argparse.ArgumentParser:
    """Adds the command; whoever calls adds the options of bundle and engine."""
    command: argparse.ArgumentParser = commands.add_parser(
        "remove",
        help="photos in, objects without their background out",
        description=_DESCRIPTION,
        epilog=f"{_END}{exit_codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("source", metavar="IN", help="a photo, a folder, or -")
    command.add_argument("target", metavar="OUT", help="a file, a folder, or -")
    command.add_argument(
        "--accept-damaged",
        action="store_true",
        help="use a damaged photo as far as it can be decoded, with a warning",
    )
    add_look_options(command.add_argument_group("look"))
    add_mask_options(command.add_argument_group("mask"))
    _add_files(command.add_argument_group("files"))
    return command


def _add_files(files: argparse._ArgumentGroup) -> None:
    files.add_argument("--overwrite", action="store_true", help="replace files that are there")
    files.add_argument(
        "--skip-existing", action="store_true", help="leave photos alone that have their cut-out"
    )
    files.add_argument(
        "--watch",
        action="store_true",
        help="go on with the photos that arrive in the folder, until Ctrl-C "
        "(pip install squeezesam[watch])",
    )
