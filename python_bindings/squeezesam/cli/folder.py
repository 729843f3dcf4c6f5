"""What lies in a folder and what arrives there: photos, earlier results, the rest."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import SqueezeSamError
from ..formats import is_result, open_file
from ..photo import PHOTO_SUFFIXES
from ..photo_formats import NAMES, READABLE, by_signature
from .talk import complain

_HEAD = 512
_STILL = 0.5  # seconds without a change after which a file counts as complete

_LOOK = 2.0  # seconds after which the watched folder is looked at again
_MISSED = "warning: more came at once than the system tells of; some photos may have been missed"


@dataclass(slots=True)
class Contents:
    """What was found below a folder; nothing is left out without being counted here.

    photos: what to work on, sorted. refused: (path, why) of pictures of other formats and of
    folders that cannot be read. results: how many pictures are squeezesam's own. others: how many
    files and folders are hidden or no pictures.
    """

    photos: list[Path] = field(default_factory=list)
    refused: list[tuple[Path, str]] = field(default_factory=list)
    results: int = 0
    others: int = 0


def contents_of(folder: Path, *, recursive: bool, leave_out: Path | None = None) -> Contents:
    """Looks at every file in `folder`, with recursive=True below it too, by name.

    Links to folders are followed, but not to those that contain `folder`; each folder is entered
    once. leave_out: a folder that is not
    entered (that of the results). Raises OSError where `folder` itself cannot be read.
    """
    found = Contents()
    entered = {_identity(folder)}
    if leave_out is not None and leave_out.exists():
        entered.add(_identity(leave_out))
    # A link to one of these would make all that lies there part of the folder.
    above = {_identity(place) for place in folder.resolve().parents}
    waiting = [folder]
    while waiting:
        place = waiting.pop(0)
        try:
            entries = sorted(place.iterdir())
        except OSError as error:
            if place == folder:
                raise
            found.refused.append((place, f"cannot be read ({error.strerror})"))
            continue
        for entry in entries:
            if not os.path.isdir(entry):
                _sort(entry, found)
            elif recursive and entry.name.startswith("."):
                found.others += 1
            elif recursive:
                identity = _identity(entry)
                if identity in above:
                    found.refused.append((entry, "leads to a folder that contains this one"))
                elif identity not in entered:
                    entered.add(identity)
                    waiting.append(entry)
    return found


def kind_of(path: Path) -> str:
    """``photo``, ``result``, ``other``, or why the picture is refused (a sentence's end)."""
    try:
        if path.name.startswith(".") or not path.is_file():
            return "other"
        named = path.suffix.lower() in PHOTO_SUFFIXES
        if is_result(path):
            return "result"
        if named:
            return "photo"
        with open_file(path) as file:
            form = by_signature(file.read(_HEAD) or b"")
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if form is None:
        return "other"
    if form == "tiff":  # camera raw files are TIFF by their first bytes
        form = path.suffix or "TIFF"
    elif form in NAMES:
        return "photo"
    return f"{form} pictures are not supported; convert it to one of {READABLE}"


def _sort(path: Path, found: Contents) -> None:
    kind = kind_of(path)
    if kind == "photo":
        found.photos.append(path)
    elif kind == "result":
        found.results += 1
    elif kind == "other":
        found.others += 1
    else:
        found.refused.append((path, kind))


def _identity(path: Path) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino


class Arrivals(logging.Handler):
    """What watchdog tells of a folder: files that have arrived, and that it was told too much."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.files: queue.Queue[Path] = queue.Queue()
        self._identity = _identity(folder)
        self._missed = False

    def emit(self, record: logging.LogRecord) -> None:
        """Its own words, which are for programmers, stay unsaid."""
        self._missed = True

    def check(self) -> None:
        """Raises SqueezeSamError where another folder, or none, lies in the watched one's place."""
        if self._missed:
            self._missed = False
            complain(_MISSED)
        with contextlib.suppress(OSError):
            if _identity(self.folder) == self._identity:
                return
        raise SqueezeSamError(f"{self.folder}: was moved or removed; it is watched no more")


@contextlib.contextmanager
def arrivals(folder: Path) -> Iterator[Arrivals]:
    """The files that are made, changed or moved to below `folder` from now on.

    Raises SqueezeSamError where watchdog is not installed or the folder cannot be watched.
    """
    logger = logging.getLogger("watchdog")
    try:
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer
    except ImportError:
        raise SqueezeSamError("--watch needs pip install squeezesam[watch]") from None

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: Any) -> None:
            if event.event_type in ("created", "modified", "moved") and not event.is_directory:
                arrived.files.put(Path(os.fsdecode(event.dest_path or event.src_path)))

    observer = Observer()
    try:
        arrived = Arrivals(folder)
        observer.schedule(Handler(), str(folder), recursive=True)
        observer.start()
    except OSError as error:
        raise SqueezeSamError(f"{folder}: cannot be watched ({error.strerror})") from None
    logger.addHandler(arrived)
    spoke, logger.propagate = logger.propagate, False
    try:
        yield arrived
    finally:
        logger.propagate = spoke
        logger.removeHandler(arrived)
        observer.stop()
        observer.join()


def complete(arrived: Arrivals, leave_out: Path | None = None) -> Iterator[Path]:
    """Each arrived file once nobody writes to it any more, without end; again where it changes.

    leave_out: a folder whose files do not count (that of the results). Raises SqueezeSamError where
    the watched folder is gone.
    """
    ours = None if leave_out is None else leave_out.resolve()
    waiting: dict[Path, float] = {}
    done: dict[Path, tuple[int, int]] = {}
    looked = 0.0
    while True:
        with contextlib.suppress(queue.Empty):
            pause = _STILL / 2 if waiting else _LOOK
            waiting[arrived.files.get(timeout=pause)] = time.monotonic()
        now = time.monotonic()
        if now - looked >= _LOOK:
            looked = now
            arrived.check()
        for path in [path for path, since in waiting.items() if now - since >= _STILL]:
            del waiting[path]
            state = _state(path)
            if state is None or done.get(path) == state or ours in path.resolve().parents:
                continue
            done[path] = state
            yield path


def _state(photo: Path) -> tuple[int, int] | None:
    """Size and time of change: whether it is the file that was worked on already."""
    try:
        status = photo.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
