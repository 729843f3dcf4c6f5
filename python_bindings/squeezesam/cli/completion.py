"""`squeezesam completion SHELL`: what the shell sources to complete our command lines."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from ..errors import SqueezeSamError

# Words of the help that stand for a path.
_FILES = {"PHOTO", "IN", "OUT", "FILE", "BUNDLE", "COLOUR|PHOTO"}
_FOLDERS = {"DIR", "FOLDER"}


def completion(options: argparse.Namespace) -> int:
    """Prints the script. Raises SqueezeSamError where shtab, which writes it, is not installed."""
    try:
        import shtab
    except ImportError:
        raise SqueezeSamError(
            "squeezesam completion needs shtab; pip install 'squeezesam[completion]'"
        ) from None
    from .arguments import build_parser

    parser = build_parser()
    for action in _actions(parser):
        word = str(action.metavar or "")
        if word in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif word in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    print(shtab.complete(parser, options.shell))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Of the parser and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
