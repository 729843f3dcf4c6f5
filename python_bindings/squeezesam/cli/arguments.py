"""The command line of `squeezesam`: what may be typed, and how it is explained."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from .. import __version__
from ..child import LIMIT_S
from ..command_parser import CommandParser
from ..engines import ENGINES
from . import values
from .arguments_completion import add_completion
from .arguments_everything import add_everything
from .arguments_look import add_look_options, add_mask_options
from .arguments_remove import add_remove
from .arguments_serve import add_serve

EXIT_CODES = "Exit codes: 0 everything done; 1 something failed; 2 the command line makes no sense."

_SEGMENT = """\
Cuts the object out of each photo. Without a prompt the photo's most salient object is taken;
clicks and a box say otherwise. Coordinates are pixels of the photo as you see it (upright),
origin top left, x to the right, y down, and hold for every photo given.
"""

_SEGMENT_END = f"""\
formats:
  mask     PNG, grey: 255 where the object is, 0 elsewhere
  cutout   PNG with transparency: the object alone; see "look of cut-outs"
  overlay  PNG for the eye: tinted mask, outline, clicks (green +, red -) and box
  contour  SVG: the outline as one path, holes included
  rle      JSON: COCO run-length encoding of the mask
  json     JSON: score, bounding box, area, prompts used, all candidates, timings

examples:
  squeezesam segment holiday.jpg
  squeezesam segment cat.jpg --point 310,220 --negative 40,200 --format mask,cutout
  squeezesam segment cat.jpg --format cutout --background white --crop --margin 5%
  squeezesam segment photos/ --box 40,40,600,400 --format overlay --output out --overwrite

A lone --negative refines the automatic mask. One photo's failure does not stop the others.
{EXIT_CODES}
"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parses the words after `squeezesam`; leaves through SystemExit(2) if they make no sense."""
    parser = build_parser()
    options = parser.parse_args(_join_negative_coordinates(arguments))
    for name, value in vars(options).items():
        if value == "" or (isinstance(value, list) and "" in value):
            parser.error(f"an empty {name} names nothing")
    return options


def build_parser() -> argparse.ArgumentParser:
    """The parser with its commands."""
    parser = CommandParser(
        prog="squeezesam",
        description="Interactive segmentation of photos, on this machine, from a model bundle.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"squeezesam {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    remove = add_remove(commands, EXIT_CODES)
    _add_model_options(remove.add_argument_group("model"))
    _add_segment(commands)
    every = add_everything(commands, EXIT_CODES)
    _add_model_options(every.add_argument_group("model"))
    _add_info(commands)
    _add_verify(commands)
    serve = add_serve(commands, EXIT_CODES)
    _add_model_options(serve.add_argument_group("model"))
    add_completion(commands, EXIT_CODES)
    return parser


def _add_segment(commands: argparse._SubParsersAction[CommandParser]) -> None:
    command = commands.add_parser(
        "segment",
        help="photos in, masks and cut-outs out",
        description=_SEGMENT,
        epilog=_SEGMENT_END,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "photos",
        nargs="+",
        metavar="PHOTO",
        help="a photo (JPEG, PNG, WebP, TIFF, BMP, AVIF, HEIC), or a folder: every photo in it",
    )
    command.add_argument(
        "--accept-damaged",
        action="store_true",
        help="use a damaged photo as far as it can be decoded, with a warning",
    )
    prompts = command.add_argument_group("prompts")
    prompts.add_argument(
        "--point",
        action="append",
        default=[],
        type=values.point,
        metavar="X,Y",
        help="a click on the object; may be given many times",
    )
    prompts.add_argument(
        "--negative",
        action="append",
        default=[],
        type=values.point,
        metavar="X,Y",
        help="a click on what does not belong to it; may be given many times",
    )
    prompts.add_argument(
        "--box", type=values.box, metavar="X0,Y0,X1,Y1", help="a rectangle round the object"
    )
    prompts.add_argument(
        "--random-clicks",
        type=values.seed,
        metavar="SEED",
        help="without a prompt: three points inside what stands out, drawn by this number, in "
        "place of its centre and those of its quarters",
    )
    model = command.add_argument_group("model")
    _add_model_options(model)
    mask = command.add_argument_group("mask")
    mask.add_argument(
        "--candidate",
        type=values.candidate,
        default=None,
        metavar="K|best",
        help="which of the network's masks: 0 to 3, or best (highest predicted quality; default)",
    )
    add_mask_options(mask)
    add_look_options(command.add_argument_group("look of cut-outs"))
    output = command.add_argument_group("output")
    output.add_argument(
        "--format",
        action="extend",
        type=values.formats,
        metavar="FORMAT",
        help="what to write, see below; repeat it or give a comma list; default mask",
    )
    output.add_argument(
        "--output",
        default=".",
        metavar="DIR",
        help="folder for PHOTO-mask.png, PHOTO-cutout.png …; made if missing; default here",
    )
    output.add_argument(
        "--overwrite", action="store_true", help="replace results that are there already"
    )
    output.add_argument(
        "--json", action="store_true", help="print one JSON object a photo instead of a sentence"
    )
    output.add_argument(
        "--timings", action="store_true", help="print the milliseconds of every stage"
    )


def _add_info(commands: argparse._SubParsersAction[CommandParser]) -> None:
    command = commands.add_parser(
        "info",
        help="what a bundle is and what was measured about it",
        description="Shows a bundle's model, programs, sizes and measured parity. Nothing is run.",
        epilog=EXIT_CODES,
    )
    command.add_argument("bundle", metavar="BUNDLE", help="the bundle's folder")
    command.add_argument("--json", action="store_true", help="print the manifest as JSON")


def _add_verify(commands: argparse._SubParsersAction[CommandParser]) -> None:
    command = commands.add_parser(
        "verify",
        help="prove that a bundle is whole and runs here",
        description=(
            "Checks the bundle's hashes and shapes, loads each program, runs it on a photo-like "
            "picture and looks at what comes out; with --photos on your own photos as well. All of "
            "it in a process of its own: what crashes or never ends there is one sentence here."
        ),
        epilog=EXIT_CODES,
    )
    command.add_argument("bundle", metavar="BUNDLE", help="the bundle's folder")
    command.add_argument(
        "--photos",
        metavar="DIR",
        help="also segment every photo in DIR, without a click where the bundle can do that",
    )
    command.add_argument(
        "--json", action="store_true", help="print one JSON object a check instead of a line"
    )
    command.add_argument(
        "--limit",
        type=values.seconds,
        default=LIMIT_S,
        metavar="SECONDS",
        help=f"what one step may take: a program, a photo; default {LIMIT_S:g}",
    )
    _add_engine_options(command)


def _add_model_options(group: argparse._ArgumentGroup) -> None:
    _add_bundle_option(group)
    _add_engine_options(group)


def _add_bundle_option(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--bundle",
        metavar="DIR",
        help="the model bundle; default: the one inside the package, where one was built in",
    )


def _add_engine_options(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "--engine",
        choices=sorted(ENGINES),
        help="what executes the networks; default: the one for the bundle's target",
    )
    group.add_argument(
        "--threads",
        type=values.threads,
        metavar="N",
        help="threads for one run of a network; default: the engine's choice",
    )


def _join_negative_coordinates(arguments: Sequence[str]) -> list[str]:
    """`--point -3,4` to `--point=-3,4`: argparse would take -3,4 for an option."""
    joined: list[str] = []
    for word in arguments:
        coordinates = word[:1] == "-" and word[1:2] in tuple(".0123456789") and "," in word
        if coordinates and joined and joined[-1] in ("--point", "--negative", "--box"):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined
