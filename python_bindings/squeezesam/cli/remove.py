"""`squeezesam remove`: a photo or a folder of photos in, cut-outs out."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ..errors import PhotoError, SqueezeSamError
from ..photo import LARGEST_FILE, drained
from ..removal import check_target
from ..writing import write_whole
from .arguments_look import check_look
from .batch import Batch, Remover
from .folder import arrivals, complete, contents_of
from .talk import UsageError, say

STANDARD = "-"


def remove(options: argparse.Namespace) -> int:
    """One photo or a folder; 0 if every photo has its cut-out, 1 if not."""
    _check(options)
    remover = Remover(options)
    if options.source != STANDARD and os.path.isdir(options.source):
        return _folder(remover, options)
    return _one(remover, options)


def _check(options: argparse.Namespace) -> None:
    """Raises UsageError for words that do not go together, before anything is read or loaded."""
    folder = options.source != STANDARD and os.path.isdir(options.source)
    if options.skip_existing and options.overwrite:
        raise UsageError("--skip-existing and --overwrite exclude each other")
    check_look(options)
    if options.watch and not folder:
        raise UsageError("--watch is for a folder of photos")
    if folder and options.target == STANDARD:
        raise UsageError("the cut-outs of a folder do not go to standard output; name a folder")
    if options.target == STANDARD and (options.skip_existing or options.overwrite):
        raise UsageError("--skip-existing and --overwrite are for files, not standard output")
    if options.target == STANDARD and sys.stdout is not None and sys.stdout.isatty():
        raise UsageError("a picture is not for the terminal; send it on with > or |")
    if options.source == STANDARD and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("standard input is the terminal; send a photo in with < or |")
    if options.source == STANDARD and os.path.isdir(options.target):
        raise UsageError(f"{options.target} is a folder; name the file for the cut-out")


def _one(remover: Remover, options: argparse.Namespace) -> int:
    photo: str | bytes = options.source
    if photo == STANDARD:
        if sys.stdin is None:
            raise PhotoError("standard input is closed")
        given = drained(sys.stdin.buffer)
        if given is None:
            raise PhotoError(f"standard input gives more than {LARGEST_FILE >> 30} GiB")
        photo = given
    if options.target == STANDARD:
        data = remover.picture(photo, ".png")
        if sys.stdout is None:
            raise SqueezeSamError("standard output is closed")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return 0
    target = Path(options.target)
    if os.path.isdir(options.target) or options.target.endswith(("/", "\\")):
        target = target / f"{Path(options.source).stem}.png"
    if target.suffix.lower() not in remover.finish.suffixes:
        known = " or ".join(remover.finish.suffixes)
        hint = "" if remover.finish.background else "; --background allows .jpg too"
        raise UsageError(f"{target}: the cut-out is saved as {known}{hint}")
    if options.skip_existing and os.path.isfile(target):
        say(f"{target}: is there already")
        return 0
    source = None if options.source == STANDARD else Path(options.source)
    check_target(target, source, remover.finish, overwrite=options.overwrite)
    data = remover.picture(photo, target.suffix.lower())
    write_whole(target, data, overwrite=options.overwrite)
    say(f"{options.source} -> {target}")
    return 0


def _folder(remover: Remover, options: argparse.Namespace) -> int:
    source, target = Path(options.source), Path(options.target)
    try:
        leave_out = None if target.exists() and target.samefile(source) else target
        found = contents_of(source, recursive=True, leave_out=leave_out)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PhotoError(f"{source}: cannot be read ({reason})") from None
    batch = Batch(remover, source, target, options)
    if not found.photos and not options.watch:
        batch.account(found)
        raise PhotoError(f"{source}: there is no photo in this folder")
    remover.load()
    if not options.watch:
        batch.run(found)
        return batch.code
    with arrivals(source) as arrived:
        batch.run(found)
        say(f"watching {source}; Ctrl-C ends it")
        for path in complete(arrived, leave_out):
            batch.arrived(path)
    return batch.code
