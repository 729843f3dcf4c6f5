"""`squeezesam-import`: ONNX files of other projects' exporters in, a bundle out."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from squeezesam.child import LIMIT_S, restart_limit
from squeezesam.command_parser import CommandParser

from squeezesam_export.arguments import seconds, size
from squeezesam_export.errors import ExportError, fail


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code.

    The files are whosever: they are read and run in a process of its own, as for `verify`.
    """
    words = sys.argv[1:] if argv is None else argv
    options = build_parser().parse_args(words)
    from squeezesam.child import ChildFailedError, run_in_child

    # Where the child makes the bundle; a child that crashed cannot clear up.
    above = options.output.absolute().parents
    place = next(folder for folder in above if folder.is_dir())
    module = "squeezesam_export.importing.cli"
    try:
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=place) as scratch:
            words = [*words, f"--scratch={scratch}"]
            return run_in_child(module, "import_here", words, options.limit)
    except ChildFailedError as error:
        return fail("squeezesam-import", ExportError(f"{options.output.name}: {error}"))
    except OSError as error:
        return fail("squeezesam-import", ExportError(f"cannot write to {place}: {error.strerror}"))


def import_here(words: list[str]) -> int:
    """The child's side: the same command line; returns the exit code."""
    options = build_parser().parse_args(words)
    # Imported late: torch takes seconds to load, and --help should not.
    from squeezesam_model import WeightsError

    from squeezesam_export.importing.layouts import LAYOUTS
    from squeezesam_export.importing.write import ImportRequest, import_bundle

    restart_limit()  # the libraries are there: the files' own time begins
    if options.layout not in LAYOUTS:
        known = ", ".join(LAYOUTS)
        print(
            f"squeezesam-import: there is no layout '{options.layout}' ({known})", file=sys.stderr
        )
        return 2
    request = ImportRequest(
        options.encoder, options.decoder, LAYOUTS[options.layout], options.output, options.size,
        options.slots, options.licence, options.overwrite, options.scratch,
    )  # fmt: skip
    try:
        print(f"written: {import_bundle(request)}")
    except (ExportError, WeightsError) as error:
        return fail("squeezesam-import", error)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = CommandParser(
        prog="squeezesam-import",
        description="Make a bundle of an encoder and a prompt decoder that are ONNX already; with "
        "our saliency network for the automatic first mask. The layouts stand in docs/networks.md.",
        epilog="Exit codes: 0 written; 1 the files do not fit or do not run; 2 the command line "
        "makes no sense.",
    )
    parser.add_argument("--encoder", type=Path, required=True, metavar="FILE.onnx")
    parser.add_argument("--decoder", type=Path, required=True, metavar="FILE.onnx")
    parser.add_argument(
        "--layout", required=True, metavar="NAME",
        help="whose names they have: sam, mobilesam, nanosam, edgesam, efficientsam, sam2",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, required=True, metavar="BUNDLE")
    parser.add_argument(
        "--size", type=size, default=(1024, 1024), metavar="S|HxW",
        help="the encoder's input in pixels; default 1024",
    )  # fmt: skip
    parser.add_argument(
        "--slots", type=_slots, default=0, metavar="N",
        help="points and box corners at a time, 1 to 64; default 6",
    )  # fmt: skip
    parser.add_argument("--licence", default="unspecified", help="of the weights, for the manifest")
    parser.add_argument(
        "--limit", type=seconds, default=LIMIT_S, metavar="SECONDS",
        help=f"what reading the files, or running what was made of them, may take; default "
        f"{LIMIT_S:g}",
    )  # fmt: skip
    parser.add_argument("--scratch", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--overwrite", action="store_true", help="replace a bundle that is there")
    return parser


def _slots(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= 64):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to 64")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
