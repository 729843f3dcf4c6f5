"""Lowered programs, kept by the content of everything that they were made from.

An entry is a folder named by its key: ``entry.json`` and the program. It is written beside and
renamed, so that another process sees all of it or nothing; what is taken out is compared with its
hashes, so that a damaged entry is lowered again. Only lowering is kept: parity is always measured.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from squeezesam.formats import read_file

from squeezesam_export.files import file_entries
from squeezesam_export.program import LoweredProgram

LIMIT_BYTES = 1 << 30
_PARTIAL = ".partial-"
# Of entry.json, bytes: a package has some hundred files.
_MOST_TEXT = 1 << 22
# What another process has not finished by then it never will.
_STALE_S = 24 * 3600.0


@dataclass(frozen=True)
class Facts:
    """What is known of a lowered program beside its file; see :class:`LoweredProgram`."""

    quantisation: dict[str, Any] | None
    engine: str
    delegated: int | None
    left_over: int | None
    timed: bool
    notes: dict[str, Any]


def default_folder() -> Path:
    """``squeezesam/lowered`` under XDG_CACHE_HOME, or under ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    # The standard asks for relative paths to be ignored.
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return root / "squeezesam" / "lowered"


class LoweringCache:
    """Programs in a folder; safe to be used by several processes at a time.

    Args:
        folder: need not exist.
        limit: bytes; the entries that were not used for longest go first.
    """

    def __init__(self, folder: Path, limit: int = LIMIT_BYTES) -> None:
        self.folder, self.limit = folder, limit

    def fetch(self, key: str, destination: Path) -> tuple[Path, Facts] | None:
        """Copy the program of ``key`` into ``destination``.

        Returns:
            where it lies now and what is known of it; None where there is none, or a damaged one,
            which is removed.
        """
        entry = self.folder / key
        if not entry.is_dir():
            return None
        copied: Path | None = None
        try:
            name, files, facts = _known(entry)
            if os.path.lexists(destination / name):
                raise ValueError("something else lies there")
            copied = destination / name
            _copy(entry, name, destination, files)
            if file_entries(copied, destination) != files:
                raise ValueError("not the bytes that were written")
            os.utime(entry)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            # Damaged, or removed by another process in between.
            if copied is not None:
                _remove(copied)
            self._drop(entry)
            return None
        return copied, facts

    def store(self, key: str, lowered: LoweredProgram) -> None:
        """Keep a copy; a folder that cannot be written to keeps nothing and breaks nothing."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=self.folder))
            try:
                self._fill(scratch, lowered)
                # Fails where another process was quicker: its entry is as good.
                scratch.rename(self.folder / key)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
            self._shrink()

    def _fill(self, scratch: Path, lowered: LoweredProgram) -> None:
        copy = scratch / lowered.path.name
        if lowered.path.is_dir():
            shutil.copytree(lowered.path, copy)
        else:
            shutil.copyfile(lowered.path, copy)
        facts = Facts(
            lowered.quantisation, lowered.engine, lowered.delegated, lowered.left_over,
            lowered.timed, lowered.notes,
        )  # fmt: skip
        text = json.dumps(
            {"name": copy.name, "files": file_entries(copy, scratch), "facts": asdict(facts)}
        )
        (scratch / "entry.json").write_text(text, encoding="utf-8")

    def _shrink(self) -> None:
        """Remove what was used longest ago until the rest fits, and what was left unfinished."""
        sized = []
        for entry in self.folder.iterdir():
            with contextlib.suppress(OSError, RecursionError):
                used = entry.stat().st_mtime
                if entry.name.startswith(_PARTIAL):
                    if time.time() - used > _STALE_S:
                        _remove(entry)
                    continue
                size = sum(p.stat().st_size for p in entry.rglob("*") if p.is_file())
                sized.append((used, size, entry))
        total = sum(size for _, size, _ in sized)
        for _, size, entry in sorted(sized, key=lambda one: one[0]):
            if total <= self.limit:
                return
            self._drop(entry)
            total -= size

    def _drop(self, entry: Path) -> None:
        """Rename before removing, so that nobody finds half an entry."""
        with contextlib.suppress(OSError):
            scratch = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=self.folder))
            with contextlib.suppress(OSError):
                entry.rename(scratch / entry.name)
            _remove(scratch)


def _known(entry: Path) -> tuple[str, list[Any], Facts]:
    """What ``entry.json`` says: the program's name, its files, the facts.

    Raises:
        OSError, ValueError, KeyError, TypeError, RecursionError: it is not as it was written.
    """
    _check_file(entry / "entry.json", _MOST_TEXT)
    known = json.loads(read_file(entry / "entry.json", _MOST_TEXT))
    name, files, facts = known["name"], known["files"], Facts(**known["facts"])
    if not isinstance(name, str) or not _is_plain(name):
        raise ValueError("a name that leads elsewhere")
    for field, hint in get_type_hints(Facts).items():
        kinds = get_args(hint) if get_origin(hint) is UnionType else (hint,)
        # True is an int to Python.
        if type(getattr(facts, field)) not in [get_origin(kind) or kind for kind in kinds]:
            raise TypeError(f"{field} is of another type")
    return name, files, facts


def _is_plain(name: str) -> bool:
    """Whether it is one name, inside of the folder that it is joined to."""
    return name not in ("", ".", "..") and not any(sign in name for sign in "/\\:\0")


def _copy(entry: Path, name: str, destination: Path, files: list[Any]) -> None:
    """Copy the files that were written, and look at each before: no more bytes, through no link.

    Raises:
        OSError, ValueError, KeyError, TypeError: one is not what was written, or there are more.
    """
    there = {
        (Path(place) / file).relative_to(entry).as_posix()
        for place, folders, inside in os.walk(entry)
        for file in [*inside, *(folder for folder in folders if Path(place, folder).is_symlink())]
    }
    if there != {"entry.json", *(file["path"] for file in files)}:
        raise ValueError("not the files that were written")
    for file in files:
        path = file["path"]
        if path.split("/")[0] != name:
            raise ValueError("a file that lies elsewhere")
        _check_file(entry / path, file["size"])
        (destination / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(entry / path, destination / path)


def _check_file(path: Path, most: int) -> None:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > most:
        raise ValueError("no file, or larger than it was written")


def _remove(path: Path) -> None:
    """What cannot be removed stays: names that no disk takes, folders deeper than Python goes."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
