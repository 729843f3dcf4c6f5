"""What lies in a folder and what arrives there: photos, earlier results, the rest."""

from __future__ import annotations

import contextlib
import os
import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import SqueezeSamError
from ..formats import is_result, open_file
from ..photo import PHOTO_SUFFIXES
from ..photo_formats import NAMES, READABLE, by_signature

_HEAD = 512
_STILL = 0.5  # seconds without a change after which a file counts as complete

Arrivals: TypeAlias = "queue.Queue[Path]"


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


@contextlib.contextmanager
def arrivals(folder: Path) -> Iterator[Arrivals]:
    """The files that are made, changed or moved to below `folder` from now on.

    Raises SqueezeSamError where watchdog is not installed or the folder cannot be watched.
    """
    try:
        from watchdog.events import FileSystemEventHandler
        from watchdog.observers import Observer
    except ImportError:
        raise SqueezeSamError("--watch needs pip install squeezesam[watch]") from None
    arrived: Arrivals = queue.Queue()

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: Any) -> None:
            if event.event_type in ("created", "modified", "moved") and not event.is_directory:
                arrived.put(Path(os.fsdecode(event.dest_path or event.src_path)))

    observer = Observer()
    try:
        observer.schedule(Handler(), str(folder), recursive=True)
        observer.start()
    except OSError as error:
        raise SqueezeSamError(f"{folder}: cannot be watched ({error.strerror})") from None
    try:
        yield arrived
    finally:
        observer.stop()
        observer.join()


def complete(arrived: Arrivals, leave_out: Path | None = None) -> Iterator[Path]:
    """Each arrived file once nobody writes to it any more, without end; again where it changes.

    leave_out: a folder whose files do not count (that of the results).
    """
    ours = None if leave_out is None else leave_out.resolve()
    waiting: dict[Path, float] = {}
    done: dict[Path, tuple[int, int]] = {}
    while True:
        with contextlib.suppress(queue.Empty):
            waiting[arrived.get(timeout=_STILL / 2 if waiting else None)] = time.monotonic()
        now = time.monotonic()
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
