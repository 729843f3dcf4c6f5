"""`squeezesam remove`: a photo or a folder of photos in, cut-outs out."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ..errors import OutputError, PhotoError, SqueezeSamError
from ..mask import Mask
from ..removal import check_target
from ..render import encode
from ..segmenter import Segmenter
from ..writing import check_free, make_folder, write_whole
from .arguments_look import check_look, finish_of
from .folder import Contents, arrivals, complete, contents_of, kind_of
from .interruptible import interruptible
from .talk import Progress, UsageError, complain, say

STANDARD = "-"
SUFFIX = ".png"  # of the cut-outs of a folder


class Remover:
    """Makes the cut-out of one photo after the other, as the command line asks for it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.finish = finish_of(options)
        self._segmenter: Segmenter | None = None

    def picture(self, photo: str | bytes, suffix: str) -> bytes:
        """The file's bytes of the cut-out. Raises PhotoError, NothingStandsOutError and others."""
        options = self.options
        if self._segmenter is None:
            self.load()
        assert self._segmenter is not None
        session = self._segmenter.open(photo, accept_damaged=options.accept_damaged)
        if session.photo.damage:
            named = "standard input" if isinstance(photo, bytes) else photo
            complain(f"warning: {named}: {session.photo.damage}; used as far as it goes")
        masks: list[Mask] = []

        def predict() -> None:
            mask = session.predict(
                keep_largest=options.keep_largest,
                max_hole_area=options.max_hole_area,
                refine=options.refine,
            )
            masks.append(mask)

        interruptible(predict, session.cancel)
        return encode(self.finish.of(masks[0]), suffix)

    def load(self) -> None:
        """Loads the bundle, before the first photo. Raises BundleError and EngineError."""
        options = self.options
        self._segmenter = Segmenter.load(
            options.bundle, engine=options.engine, threads=options.threads
        )


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
        photo = sys.stdin.buffer.read()
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


class Batch:
    """Cut-outs of the photos below `source`, in the same folders below `target`."""

    def __init__(
        self,
        remover: Remover,
        source: Path,
        target: Path,
        options: argparse.Namespace,
    ) -> None:
        self._remover = remover
        self.source = source
        self.target = target
        self._options = options
        self._photos: frozenset[Path] = frozenset()
        self._made: dict[Path, Path] = {}
        self._skipped: list[tuple[Path, str]] = []
        self._there = 0

    @property
    def code(self) -> int:
        """The exit code: 1 if any photo has no cut-out."""
        return 1 if self._skipped else 0

    def run(self, found: Contents) -> None:
        """Works on all the photos and prints the summary, also where it is interrupted."""
        make_folder(self.target)
        self._photos = frozenset(_spelled(photo) for photo in found.photos)
        progress = Progress(len(found.photos))
        try:
            for photo in found.photos:
                self.one(photo)
                progress.step()
        finally:
            progress.clear()
            self.account(found)

    def one(self, photo: Path) -> str | None:
        """Makes one cut-out; returns why there is none, or None."""
        try:
            self._make(photo, self._place(photo))
        except (SqueezeSamError, MemoryError) as error:
            sentence = str(error) or "not enough memory for it"
            self._skipped.append((photo, sentence.removeprefix(f"{photo}: ")))
            return self._skipped[-1][1]
        return None

    def arrived(self, path: Path) -> None:
        """Works on a file that has arrived and says at once what came of it."""
        kind = kind_of(path)
        if kind in ("result", "other"):
            return
        reason = self.one(path) if kind == "photo" else kind
        if reason is None:
            say(f"{path}: cut out")
        else:
            complain(f"{path}: {reason}")

    def account(self, found: Contents) -> None:
        """The summary: how many, and of each photo without a cut-out which and why."""
        self._skipped += found.refused
        total = len(found.photos) + len(found.refused)
        parts = [f"{total} photo{'' if total == 1 else 's'}: {len(self._made)} cut out"]
        if self._there:
            parts.append(f"{self._there} there already")
        if self._skipped:
            parts.append(f"{len(self._skipped)} skipped")
        left = total - len(self._made) - self._there - len(self._skipped)
        if left:
            parts.append(f"{left} not begun")
        counts = ("results of earlier runs", found.results), ("no photos", found.others)
        aside = [f"{name}: {count}" for name, count in counts if count]
        say(", ".join(parts) + (f"; left aside: {', '.join(aside)}" if aside else ""))
        for photo, reason in self._skipped:
            complain(f"{photo}: {reason}")

    def _place(self, photo: Path) -> Path:
        """Where the cut-out goes. Raises OutputError where a photo or another's cut-out lies."""
        target = self.target / photo.relative_to(self.source).with_suffix(SUFFIX)
        if _spelled(target) in self._photos:
            raise OutputError(f"its cut-out would replace the photo {target}; name another folder")
        other = self._made.get(target)
        if other is not None and other != photo:
            raise OutputError(f"its cut-out would replace that of {other} ({target}); rename one")
        return target

    def _make(self, photo: Path, target: Path) -> None:
        if self._options.skip_existing and os.path.exists(target):
            self._there += 1
            return
        try:
            check_free(target, overwrite=self._options.overwrite)
        except OutputError as error:
            kept = self._options.overwrite or os.path.isdir(target)
            hint = "" if kept else " (--overwrite or --skip-existing)"
            raise OutputError(f"{error}{hint}") from None
        data = self._remover.picture(str(photo), SUFFIX)
        make_folder(target.parent)
        write_whole(target, data, overwrite=self._options.overwrite)
        self._made[target] = photo


def _spelled(path: Path) -> Path:
    """One spelling for one place, whichever way it was typed."""
    return Path(os.path.realpath(path))
