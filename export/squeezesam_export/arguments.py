"""The arguments of `squeezesam-export`."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from squeezesam.child import LIMIT_S
from squeezesam.command_parser import CommandParser

from squeezesam_export.targets.registry import all_targets

if TYPE_CHECKING:
    from squeezesam_export.targets.protocol import Target


def size(text: str) -> tuple[int, int]:
    """Parse ``512`` or ``384x512`` (height × width); sides are multiples of 32."""
    height, separator, width = text.partition("x")
    try:
        sides = (int(height), int(width) if separator else int(height))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size such as 512 or 384x512") from None
    if any(side % 32 or not 64 <= side <= 4096 for side in sides):
        raise argparse.ArgumentTypeError(
            f"both sides of '{text}' must be multiples of 32 from 64 to 4096"
        )
    return sides


def part_and_file(text: str) -> tuple[str, Path]:
    """Parse ``PART=FILE``; the part is empty where none is named."""
    part, separator, file = text.partition("=")
    return (part, Path(file)) if separator else ("", Path(text))


def _share(text: str) -> float:
    """From 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"'{text[:20]}' does not lie between 0 and 1")
    return value


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments; each target adds its own options.

    Raises:
        ExportError: a target cannot be loaded.
    """
    targets = list(all_targets())
    parser = CommandParser(
        prog="squeezesam-export",
        description="Fold, quantise and lower a network's programs, run the result on real photos, "
        "and write a bundle: a manifest and the programs.",
        epilog="Exit codes: 0 all bundles written; 1 an export failed or its masks differ from "
        "the fp32 network's, or two bundles differ; 2 the command line makes no sense.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--target", choices=(*(target.name for target in targets), "all"),
        help="all: every one whose tools are installed and that has the precision",
    )  # fmt: skip
    what.add_argument(
        "--check", type=Path, metavar="BUNDLE",
        help="compare a finished bundle with fp32 once more, for instance on --parity-photos",
    )  # fmt: skip
    parser.add_argument(
        "--limit", type=seconds, default=LIMIT_S, metavar="SECONDS",
        help=f"what one step of a check may take: loading, a photo; default {LIMIT_S:g}",
    )  # fmt: skip
    what.add_argument(
        "--compare", type=Path, nargs=2, metavar="BUNDLE",
        help="say which bytes of two bundles differ (exit code 1 if any)",
    )  # fmt: skip
    parser.add_argument("--precision", choices=_union("precisions", targets), default="int8")
    parser.add_argument(
        "--size", type=size, metavar="S|HxW",
        help="input size in pixels, multiples of 32: 512, 384x512 (default: the network's own, "
        "512, or 1024 of SAM's family)",
    )  # fmt: skip
    parser.add_argument(
        "--preset", "--model", metavar="NAME",
        help="architecture, ours or another family's such as mobilesam (default: the shipped)",
    )  # fmt: skip
    parser.add_argument(
        "--weights", type=part_and_file, action="append", metavar="[PART=]FILE", default=[],
        help="weights of the network, or of a part such as heat=FILE (default: the shipped; "
        "of other families' networks random ones, which show time and size)",
    )  # fmt: skip
    parser.add_argument(
        "--calibration", type=Path, metavar="DIR",
        help="photos to calibrate int8 with (default: photos that come with scikit-image)",
    )  # fmt: skip
    parser.add_argument(
        "--parity-photos", type=Path, metavar="DIR",
        help="photos to compare on (default: other views of the scikit-image photos)",
    )  # fmt: skip
    parser.add_argument(
        "--iou-floor", type=_share, metavar="IOU",
        help="least mean mask IoU to fp32 (default 0.97 for int8, 0.995 for fp16 and fp32)",
    )  # fmt: skip
    parser.add_argument(
        "--max-iou-drop", type=_share, metavar="DROP",
        help="int8 of onnx: keep as few layers in float as bring the mean mask IoU "
        "to fp32 to 1 - DROP, for instance 0.005",
    )  # fmt: skip
    parser.add_argument(
        "--backend", choices=_union("backends", targets), help="default: the target's first"
    )
    for target in targets:
        for option in target.options:
            parser.add_argument(
                f"--{target.name}-{option.name}", choices=option.choices, help=option.help
            )
    parser.add_argument("--output", type=Path, default=Path("build/bundles"), metavar="DIR")
    parser.add_argument("--overwrite", action="store_true", help="replace bundles that exist")
    parser.add_argument(
        "--no-cache", action="store_true",
        help="lower everything anew; otherwise what was lowered from the same weights, photos, "
        "code and tools is taken from $XDG_CACHE_HOME/squeezesam (1 GiB at most)",
    )  # fmt: skip
    parser.add_argument(
        "--report", type=Path, metavar="FILE.html",
        help="write a page that compares every layer and every mask with fp32",
    )  # fmt: skip
    parser.add_argument(
        "--json", action="store_true",
        help="print one JSON object a bundle (path, bytes, parity) in place of the table",
    )  # fmt: skip
    parser.add_argument("--verbose", action="store_true", help="let the toolchains speak")
    return parser


def seconds(text: str) -> float:
    """A time limit: 0.1 s to a day."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds, 0.1 to 86400")
    return value


def _union(attribute: str, targets: list[Target]) -> list[str]:
    """What any of the targets offers, in their order."""
    return list(dict.fromkeys(word for target in targets for word in getattr(target, attribute)))
