"""What `segment` and `remove` both let a person say about masks and the look of cut-outs."""

from __future__ import annotations

import argparse

from ..errors import InvalidArgumentError
from ..removal import Finish, read_background
from . import values
from .talk import UsageError


def add_mask_options(group: argparse._ArgumentGroup) -> None:
    """How a mask is made of the network's answer."""
    group.add_argument(
        "--keep-largest", action="store_true", help="keep only the largest connected piece"
    )
    group.add_argument(
        "--max-hole-area",
        type=values.area,
        default=0,
        metavar="AREA",
        help="fill holes of up to AREA pixels (of the photo); default 0, none",
    )
    group.add_argument(
        "--refine",
        action="store_true",
        help="move the mask's edge to the edges of the photo",
    )


def add_look_options(group: argparse._ArgumentGroup) -> None:
    """How a mask becomes a cut-out; `finish_of` reads them."""
    group.add_argument(
        "--background",
        metavar="COLOUR|PHOTO",
        help="what comes behind the object: white, #20a040, rgb(32,160,64), or a photo's path",
    )
    group.add_argument("--crop", action="store_true", help="keep the rectangle round the object")
    group.add_argument(
        "--margin",
        type=values.margin,
        metavar="N|N%",
        help="widen that rectangle by N pixels, or by N percent of the object's longer side",
    )
    group.add_argument(
        "--hard", action="store_true", help="hard edges: every pixel wholly in or wholly out"
    )


def check_look(options: argparse.Namespace) -> None:
    """Raises UsageError for words that do not go together; nothing is read."""
    if options.margin is not None and not options.crop:
        raise UsageError("--margin goes with --crop")


def finish_of(options: argparse.Namespace) -> Finish:
    """Reads the background. Raises UsageError for one that is neither a colour nor a file, and
    PhotoError for a photo that cannot be read."""
    background = None
    if options.background is not None:
        try:
            background = read_background(options.background)
        except InvalidArgumentError as error:
            raise UsageError(str(error)) from None
    number, relative = options.margin or (0.0, False)
    return Finish(background, options.crop, number, relative, not options.hard)
