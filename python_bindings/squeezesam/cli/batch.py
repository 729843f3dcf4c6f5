"""Photos in a row: decoded, cut out and written at the same time, one of each."""

from __future__ import annotations

import argparse
import os
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError, SqueezeSamError
from ..mask import Mask
from ..render import encode
from ..segmenter import Segmenter, Session
from ..writing import check_free, check_no_photo, make_folder, places_of, write_whole
from .arguments_look import finish_of
from .folder import Contents, kind_of
from .interruptible import Helpers, predict
from .talk import Progress, complain, say

SUFFIX = ".png"  # of the cut-outs of a folder


class Remover:
    """Makes the cut-out of one photo after the other, as the command line asks for it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.finish = finish_of(options)
        self._segmenter: Segmenter | None = None

    def picture(self, photo: str | bytes, suffix: str) -> bytes:
        """The file's bytes of the cut-out. Raises PhotoError, NothingStandsOutError and others."""
        return self.encoded(self.mask(photo, self.opened(photo)), suffix)

    def opened(self, photo: str | bytes, pipes: bool = True) -> Session:
        """The photo, decoded; `pipes` as for `open_photo`. Raises PhotoError."""
        if self._segmenter is None:
            self.load()
        assert self._segmenter is not None
        damaged = self.options.accept_damaged
        return self._segmenter.open(photo, accept_damaged=damaged, pipes=pipes)

    def mask(self, photo: str | bytes, session: Session) -> Mask:
        """What the networks say; Ctrl-C stops them. Raises NothingStandsOutError and others."""
        options = self.options
        if session.photo.damage:
            named = "standard input" if isinstance(photo, bytes) else photo
            complain(f"warning: {named}: {session.photo.damage}; used as far as it goes")
        return predict(session, options)

    def encoded(self, mask: Mask, suffix: str) -> bytes:
        """The file's bytes. Raises OutputError where there is nothing to crop to."""
        return encode(self.finish.of(mask), suffix)

    def load(self) -> None:
        """Loads the bundle, before the first photo. Raises BundleError and EngineError."""
        options = self.options
        self._segmenter = Segmenter.load(
            options.bundle, engine=options.engine, threads=options.threads
        )


@dataclass(slots=True)
class _Work:
    """One photo on its way: decoded by `session`, cut out and written by `written`.

    later: not begun, because a photo before it that is under way has the same place.
    """

    photo: Path
    target: Path
    session: Future[Session] | None = None
    written: Future[bool] | None = None
    later: bool = False


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
        self._photos: set[str] = set()  # their places
        self._made: dict[Path, Path] = {}
        self._skipped: list[tuple[Path, str]] = []
        self._there = 0
        self._leaving: list[_Work] = []  # being written, or written and not counted yet

    @property
    def code(self) -> int:
        """The exit code: 1 if any photo has no cut-out."""
        return 1 if self._skipped else 0

    def run(self, found: Contents) -> None:
        """Works on all the photos and prints the summary, also where it is interrupted."""
        make_folder(self.target)
        self._photos = places_of(found.photos)
        order = {photo: number for number, photo in enumerate(found.photos)}
        progress = Progress(len(found.photos))

        def account() -> None:
            # After Ctrl-C one may be under way for ever.
            self._leaving = [one for one in self._leaving if one.written and one.written.done()]
            self._count_all_but(0)
            progress.clear()
            self._skipped.sort(key=lambda one: order.get(one[0], -1))
            self.account(found)

        # While the networks work on one photo, the next is decoded and the last is written.
        with Helpers(2, account) as helpers:
            self._in_line(found.photos, helpers, progress)

    def one(self, photo: Path) -> str | None:
        """Makes one cut-out; returns why there is none, or None."""
        with Helpers(1) as helpers:
            before = len(self._skipped)
            work = self._begin(photo, helpers)
            self._predict(work, helpers)
            self._count_all_but(0)
        return self._skipped[-1][1] if len(self._skipped) > before else None

    def _in_line(self, photos: list[Path], helpers: Helpers, progress: Progress) -> None:
        opening: _Work | None = None
        for photo in [*photos, None]:
            following = None if photo is None else self._begin(photo, helpers, opening)
            if opening is not None:
                self._predict(opening, helpers)
                self._count_all_but(1)
                progress.step()
            if following is not None and following.later:
                self._count_all_but(0)
                following = self._begin(following.photo, helpers)
            opening = following

    def _begin(self, photo: Path, helpers: Helpers, before: _Work | None = None) -> _Work:
        """Looks where the cut-out goes and begins to decode the photo."""
        target = self.target / photo.relative_to(self.source).with_suffix(SUFFIX)
        work = _Work(photo, target)
        if any(other and other.target == target for other in (before, *self._leaving)):
            work.later = True
            return work
        try:
            self._check_place(photo, target)
            if self._options.skip_existing and os.path.exists(target):
                self._there += 1
                return work
            self._check_free(target)
        except SqueezeSamError as error:
            self._skip(photo, error)
            return work
        work.session = helpers.submit(self._remover.opened, str(photo), pipes=False)
        return work

    def _predict(self, work: _Work, helpers: Helpers) -> None:
        """The networks, on this thread, so that Ctrl-C is heard; then the rest begins."""
        if work.session is None:
            return
        try:
            session = work.session.result()
            work.session = None
            mask = self._remover.mask(str(work.photo), session)
        except (SqueezeSamError, MemoryError) as error:
            self._skip(work.photo, error)
            return
        self._leaving.append(work)
        work.written = helpers.submit(self._write, mask, work)

    def _write(self, mask: Mask, work: _Work) -> bool:
        data = self._remover.encoded(mask, SUFFIX)
        make_folder(work.target.parent)
        self._check_place(work.photo, work.target)  # a photo may have arrived there meanwhile
        write_whole(work.target, data, overwrite=self._options.overwrite)
        return True

    def _count_all_but(self, last: int) -> None:
        """Waits for the files of all photos but the last ones and counts them."""
        while len(self._leaving) > last:
            work = self._leaving[0]
            try:
                if work.written is not None:
                    work.written.result()
                    self._made[work.target] = work.photo
            except (SqueezeSamError, MemoryError) as error:
                self._skip(work.photo, error)
            self._leaving.pop(0)

    def _skip(self, photo: Path, error: Exception) -> None:
        sentence = str(error) or "not enough memory for it"
        self._skipped.append((photo, sentence.removeprefix(f"{photo}: ")))

    def arrived(self, path: Path) -> None:
        """Works on a file that has arrived and says at once what came of it."""
        kind = kind_of(path)
        if kind in ("result", "other"):
            return
        there = self._there
        reason: str | None = kind
        if kind == "photo":
            self._photos |= places_of([path])
            reason = self.one(path)
        if reason is None:
            say(f"{path}: {'its cut-out is there already' if self._there > there else 'cut out'}")
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

    def _check_place(self, photo: Path, target: Path) -> None:
        """Raises OutputError where a photo or another's cut-out lies.

        Where photos come from, a picture that is no result of ours is one, known or not yet: it may
        have arrived a moment ago.
        """
        photos = self._photos
        if self._is_among_photos(target) and kind_of(target) == "photo":
            photos = photos | places_of([target])
        check_no_photo(target, photos, "its cut-out")
        other = self._made.get(target)
        if other is not None and other != photo:
            raise OutputError(f"its cut-out would replace that of {other} ({target}); rename one")

    def _is_among_photos(self, target: Path) -> bool:
        return Path(os.path.realpath(self.source)) in Path(os.path.realpath(target)).parents

    def _check_free(self, target: Path) -> None:
        try:
            check_free(target, overwrite=self._options.overwrite)
        except OutputError as error:
            kept = self._options.overwrite or os.path.isdir(target)
            hint = "" if kept else " (--overwrite or --skip-existing)"
            raise OutputError(f"{error}{hint}") from None
