"""The command line of `squeezesam serve`."""

from __future__ import annotations

import argparse
from typing import Any

_DESCRIPTION = """\
Opens a page for this machine's browser, and a REST API beside it (/openapi.json describes it):
choose, drop or paste a photo, tap, download the cut-out. Photos stay in memory, for as long as
they are used, and nothing is written to the disk. Ctrl-C ends it.
"""


def add_serve(commands: argparse._SubParsersAction, exit_codes: str) -> argparse.ArgumentParser:
    """Adds the command; whoever calls adds the options of bundle and engine."""
    command: argparse.ArgumentParser = commands.add_parser(
        "serve",
        help="a page and a REST API on this machine",
        description=_DESCRIPTION,
        epilog=exit_codes,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place = command.add_argument_group("where")
    place.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="the address to listen on; default 127.0.0.1, which only this machine reaches",
    )
    place.add_argument(
        "--port",
        type=_whole(0, 65535),
        default=7860,
        metavar="N",
        help="default 7860; 0 takes a free one",
    )
    bounds = command.add_argument_group("bounds")
    bounds.add_argument(
        "--workers",
        type=_whole(1, 256),
        metavar="N",
        help="photos worked on at a time; default: one for each core",
    )
    bounds.add_argument(
        "--max-megapixels", type=_whole(1, 268), default=25, metavar="N", help="default 25"
    )
    bounds.add_argument(
        "--max-upload", type=_whole(1, 1024), default=32, metavar="MIB", help="default 32"
    )
    command.add_argument("--log", action="store_true", help="print a line about every request")
    command.set_defaults(threads=1)
    return command


def _whole(least: int, most: int) -> Any:
    def read(text: str) -> int:
        # Digits of other scripts are decimal too, and 5000 digits are a ValueError of int's.
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
        if not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text} is not between {least} and {most}")
        return int(text)

    return read
