"""The forms in which a mask can be saved, their file names, and the mark of what squeezesam wrote.

Pictures that squeezesam wrote say so, so that a later run never takes them for photos. PNG: a tEXt
chunk, keyword Software (W3C PNG, third edition, 11.3.3.2). JPEG: a COM segment (ITU-T T.81,
B.2.4.5). WebP: the EXIF tag Software, written by Pillow. Nothing else is said about the photo or
the machine.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .errors import OutputError

MARK = b"made by squeezesam"

_SOFTWARE = 0x0131
_LOOK_AT = 1024  # bytes at either end of the file: PNG and JPEG carry it in front, WebP at the end
PNG_HEAD = 8 + 25
"""Signature and IHDR: the bytes of a PNG file before the mark."""

JPEG_HEAD = 2 + 18
"""SOI and JFIF's APP0, which must come first: the bytes of a JFIF file before the mark."""


@dataclass(frozen=True, slots=True)
class Format:
    """One form of saving: what it is called and which suffixes carry it (the first by default)."""

    name: str
    suffixes: tuple[str, ...]


FORMATS = {
    form.name: form
    for form in (
        Format("mask", (".png",)),
        Format("cutout", (".png", ".webp")),
        Format("overlay", (".png", ".jpg", ".jpeg", ".webp")),
        Format("contour", (".svg",)),
        Format("rle", (".json",)),
        Format("json", (".json",)),
    )
}


def check_format(name: str, path: Path) -> str:
    """The lower-case suffix of `path`, if the format `name` can be stored under it.

    Raises ValueError for an unknown format and OutputError for a suffix that cannot carry it.
    """
    if name not in FORMATS:
        raise ValueError(f"there is no format {name!r}; known: {', '.join(FORMATS)}")
    allowed = FORMATS[name].suffixes
    suffix = path.suffix.lower()
    if suffix not in allowed:
        raise OutputError(f"{path}: a {name} is saved as {' or '.join(allowed)}")
    return suffix


def png_mark() -> bytes:
    """The chunk with the mark."""
    chunk = b"tEXtSoftware\0" + MARK
    return struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))


def jpeg_mark() -> bytes:
    """The comment segment with the mark."""
    return b"\xff\xfe" + struct.pack(">H", 2 + len(MARK)) + MARK


def exif_mark() -> bytes:
    """An EXIF block that holds the mark and nothing else."""
    from PIL import Image

    exif = Image.Exif()
    exif[_SOFTWARE] = MARK.decode()
    return bytes(exif.tobytes())


def open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """A file, to be read; nothing else is opened, and nothing waited for.

    What was a file when its folder was listed may be a pipe by now that nobody writes to. Raises
    OSError.
    """

    at_once = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, os.O_RDONLY | at_once)
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    raise OSError(errno.EINVAL, "it is no file", os.fspath(path))


def read_file(path: str | os.PathLike[str], most: int) -> bytes:
    """The bytes of a file that `open_file` opens and that has at most `most` of them.

    Of the system's own files, which have a size of 0 and may have no end, none. Raises OSError,
    also for a larger file.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size <= most:
            return file.read(size)
    raise OSError(errno.EFBIG, f"it is larger than {most >> 20} MiB", os.fspath(path))


def is_result(path: str | os.PathLike[str]) -> bool:
    """Whether squeezesam wrote this picture; False for a file that cannot be read."""
    try:
        with open_file(path) as file:
            if MARK in (file.read(_LOOK_AT) or b""):
                return True
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _LOOK_AT))
            return MARK in (file.read(_LOOK_AT) or b"")
    except (OSError, ValueError):
        return False
