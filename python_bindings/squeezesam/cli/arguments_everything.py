"""The command line of `squeezesam everything`."""

from __future__ import annotations

import argparse

from ..everything import Limits
from . import values

_DESCRIPTION = """\
Finds every object of each photo: the network is asked at the points of a grid, what it is not sure
of is left out, and of masks that overlap the best one stays. The photo is encoded once. Writes
PHOTO-everything.json: the masks as COCO run-length encoding, in the form of SA-1B's files.
"""


def add_everything(
    commands: argparse._SubParsersAction, exit_codes: str
) -> argparse.ArgumentParser:
    """Adds the command; whoever calls adds the options of bundle and engine."""
    command: argparse.ArgumentParser = commands.add_parser(
        "everything",
        help="photos in, the masks of all their objects out",
        description=_DESCRIPTION,
        epilog=exit_codes,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("photos", nargs="+", metavar="PHOTO", help="a photo")
    ask = command.add_argument_group("what is asked")
    ask.add_argument(
        "--points",
        type=_points,
        default=32,
        metavar="N",
        help="N×N points are asked; default 32",
    )
    ask.add_argument(
        "--two-rounds",
        action="store_true",
        help="a quarter as many points a side first; of the rest only what no mask covers yet",
    )
    known = Limits()
    keep = command.add_argument_group("what is kept")
    keep.add_argument(
        "--min-score", type=values.share, metavar="IOU",
        help=f"least predicted IoU; default {known.min_score}, of our own networks 0.3",
    )  # fmt: skip
    keep.add_argument(
        "--min-stability", type=values.share, metavar="SHARE",
        help="least share of a mask that stays when the threshold rises from -1 to 1; default "
        f"{known.min_stability}, of our own networks 0.8",
    )  # fmt: skip
    keep.add_argument(
        "--max-overlap", type=values.share, default=known.max_overlap, metavar="IOU",
        help=f"most that two rectangles may overlap; default {known.max_overlap}",
    )  # fmt: skip
    keep.add_argument(
        "--min-area", type=values.area, default=known.min_area, metavar="AREA",
        help=f"least number of photo pixels; default {known.min_area}",
    )  # fmt: skip
    output = command.add_argument_group("output")
    output.add_argument(
        "--output", default=".", metavar="DIR", help="made if missing; default here"
    )
    output.add_argument(
        "--overwrite", action="store_true", help="replace results that are there already"
    )
    return command


def _points(text: str) -> int:
    return values.count(text, least=1, most=256)
