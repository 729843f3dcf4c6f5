"""What may be typed behind `squeezesam remove`, and how it is explained."""

from __future__ import annotations

import argparse

from . import values

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
    _add_look(command.add_argument_group("look"))
    _add_files(command.add_argument_group("files"))
    return command


def _add_look(look: argparse._ArgumentGroup) -> None:
    look.add_argument(
        "--background",
        metavar="COLOUR|PHOTO",
        help="what comes behind the object: white, #20a040, rgb(32,160,64), or a photo's path",
    )
    look.add_argument("--crop", action="store_true", help="keep the rectangle round the object")
    look.add_argument(
        "--margin",
        type=values.margin,
        metavar="N|N%",
        help="widen that rectangle by N pixels, or by N percent of the object's longer side",
    )
    look.add_argument(
        "--hard", action="store_true", help="hard edges: every pixel wholly in or wholly out"
    )
    look.add_argument(
        "--refine", action="store_true", help="move the mask's edge to the edges of the photo"
    )
    look.add_argument(
        "--keep-largest", action="store_true", help="keep only the largest connected piece"
    )
    look.add_argument(
        "--max-hole-area",
        type=values.area,
        default=0,
        metavar="AREA",
        help="fill holes of up to AREA pixels (of the photo); default 0, none",
    )


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
