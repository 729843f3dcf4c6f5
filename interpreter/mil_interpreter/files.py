"""Files of a package: ordinary ones inside its folder, read no further than asked for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from mil_interpreter.errors import PackageError


def inside(name: str, package: Path) -> PurePosixPath:
    """A relative path without steps upwards: a package must not read its neighbours.

    Raises:
        PackageError: the name leads elsewhere, or no file can have it.
    """
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts or not relative.parts:
        raise PackageError(f"{package.name}: the file name '{name}' leads out of the package")
    if "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise PackageError(f"{package.name}: no file can be called '{name}'")
    return relative


def read(path: Path, package: Path, most: int) -> bytes:
    """A whole file of at most ``most`` bytes.

    Raises:
        OSError: there is none.
        PackageError: it is larger, no ordinary file, or lies outside ``package``.
    """
    with opened(path, package) as (file, size):
        if size > most:
            raise PackageError(f"{path.name} has {size} bytes; at most {most} are read")
        content = bytearray(size)
        return bytes(content[: fill(memoryview(content), file, 0)])


@contextmanager
def opened(path: Path, package: Path) -> Iterator[tuple[int, int]]:
    """Descriptor and size of an ordinary file inside ``package``.

    Raises:
        OSError: there is none.
        PackageError: it is a pipe or a device, or a link leads out of the package.
    """
    try:
        within = path.resolve().is_relative_to(package.resolve())
    except RuntimeError as error:  # links in a circle
        raise PackageError(f"{path.name} is a link that leads nowhere") from error
    if not within:
        raise PackageError(f"{path.name} is a link that leads out of the package")
    # A pipe would wait for its writer.
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise PackageError(f"{path.name} is not a file")
        yield file, found.st_size
    finally:
        os.close(file)


def fill(content: memoryview, file: int, start: int) -> int:
    """Fill ``content`` from byte ``start`` on; how much of it was there."""
    done = 0
    while done < len(content):
        # Less than what one call gives on any system.
        part = os.preadv(file, [content[done : done + (1 << 30)]], start + done)
        if not part:
            break
        done += part
    return done


def folder_size(folder: Path) -> int:
    """Bytes of all files in a folder, links not followed."""
    files = (os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)
    return sum(os.lstat(file).st_size for file in files if os.path.lexists(file))
