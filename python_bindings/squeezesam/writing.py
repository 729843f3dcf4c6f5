"""Files and folders appear whole or not at all: written beside their place, then moved there."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterable, Set
from pathlib import Path

from .errors import OutputError


def write_whole(path: str | os.PathLike[str], data: bytes, *, overwrite: bool = False) -> Path:
    """Writes `data` to `path` so that nobody ever sees a part of it; returns the path.

    Raises OutputError when the file exists and `overwrite` is false, when `path` is a folder, or
    when the place cannot be written to; whatever stood there before stands there still.
    """
    target = Path(path)
    check_free(target, overwrite=overwrite)
    beside = target.with_name(f".{secrets.token_hex(8)}.part")  # never longer than a name may be
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except (OSError, ValueError) as error:  # ValueError: no file can have such a name
        raise _refused(target, error) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        _move(beside, target, overwrite)
    except (OSError, ValueError) as error:  # ValueError: no file can have such a name
        raise _refused(target, error) from None
    finally:
        beside.unlink(missing_ok=True)
    return target


def check_free(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Raises OutputError if writing to `path` would replace something that it must not."""
    target = Path(path)
    try:
        if target.is_dir():
            raise OutputError(f"{target}: is a folder; name a file in it")
        if not overwrite and os.path.lexists(target):
            raise _exists(target)
    except (OSError, ValueError) as error:
        raise _refused(target, error) from None


def check_no_photo(path: str | os.PathLike[str], photos: Set[str], what: str) -> None:
    """Raises OutputError if `path` is one of `photos` (`places_of` them), whatever is allowed.

    what: what would be written, with "its" before it.
    """
    if photos & places_of([path]):
        raise OutputError(f"{what} would replace the photo {path}; name another folder")


def places_of(paths: Iterable[str | os.PathLike[str]]) -> set[str]:
    """One spelling for each place, whichever way it was typed."""
    places = set()
    for path in paths:
        with contextlib.suppress(OSError, ValueError):  # no file can have such a name
            places.add(os.path.realpath(path))
    return places


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Makes the folder `path` and its parents, or takes the one that is there.

    Raises OutputError when a file stands in its place or it cannot be made.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise OutputError(f"{folder}: is a file, or lies below one; name a folder") from None
    except (OSError, ValueError) as error:
        raise _refused(folder, error) from None
    return folder


def move_folder(made: Path, place: Path) -> None:
    """Moves the finished folder `made` to `place` beside it, and removes what was there.

    One of the two stands at `place` at every moment, even if the process is killed: Linux and macOS
    exchange them in one step. Where the file system cannot, the old folder is set aside first and
    comes back if the new one cannot take its place.

    Raises OSError; `place` is then as it was.
    """
    if not os.path.lexists(place):
        made.rename(place)
        return
    if _exchange(made, place):
        if made.is_symlink():
            made.unlink()
        else:
            shutil.rmtree(made, ignore_errors=True)
        return
    aside = Path(tempfile.mkdtemp(prefix=".old-", dir=place.parent))
    try:
        place.rename(aside / place.name)
        try:
            made.rename(place)
        except OSError:
            (aside / place.name).rename(place)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _exchange(a: Path, b: Path) -> bool:
    """Lets two names change places in one step; False where the system cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    here, swap = -100, 2  # Linux's AT_FDCWD and RENAME_EXCHANGE; RENAME_SWAP of macOS
    names = [os.fsencode(path.absolute()) for path in (a, b)]
    sys.audit("os.rename", names[0], names[1], -1, -1)
    try:
        if sys.platform == "linux":
            return bool(library.renameat2(here, names[0], here, names[1], swap) == 0)
        return bool(library.renamex_np(names[0], names[1], swap) == 0)
    except AttributeError:  # an older system
        return False


def _move(beside: Path, target: Path, overwrite: bool) -> None:
    if overwrite:
        os.replace(beside, target)
        return
    try:
        os.link(beside, target)  # unlike a rename it fails if someone has just made the file
    except FileExistsError:
        raise _exists(target) from None
    except OSError:  # a file system without hard links
        os.replace(beside, target)


def _exists(target: Path) -> OutputError:
    return OutputError(f"{target}: exists already; it is replaced only with overwrite")


def _refused(target: Path, error: Exception) -> OutputError:
    reason = getattr(error, "strerror", None) or str(error)
    return OutputError(f"{target}: cannot be written ({reason})")
