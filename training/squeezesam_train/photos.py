"""Reading our folder form: `index.csv`, photos (.webp, .jpg) with label maps (.png) beside them."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import stat
import unicodedata
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from squeezesam import PhotoError, open_photo
from squeezesam.formats import open_file
from squeezesam.photo import read_photo_file
from squeezesam.photo_decode import read_picture

IGNORE = 255
_LONGEST_LINE = 1 << 20

U8 = NDArray[np.uint8]


class DataError(Exception):
    """Photos or masks that are missing or cannot be read."""


class DamagedPhotoError(DataError):
    """One photo, mask or annotation that cannot be used; others of the set may be sound."""


@dataclass(frozen=True)
class PhotoEntry:
    """One photo of the index.

    Attributes:
        split: ``train`` or ``val``.
        source: the folder it lies in, such as ``duts_tr``.
        id: the file's stem.
        kind: ``salient``, ``instance``, ``person``, ``pet`` or ``part``.
        width: in pixels.
        height: in pixels.
        components: connected components of the foreground.
        image_path: the photo.
        mask_path: the label map: 0 background, 1…N instances, 255 ignore.
    """

    split: str
    source: str
    id: str
    kind: str
    width: int
    height: int
    components: int
    image_path: Path
    mask_path: Path


def list_photos(root: Path, split: str) -> list[PhotoEntry]:
    """The photos of one split, in the order of the index.

    Raises:
        DataError: see :func:`index_rows`; also an index that names no photo of the split.
    """
    entries = [
        _entry(root, row) for row in index_rows(root, _COLUMNS, _numbers) if row["split"] == split
    ]
    if not entries:
        raise DataError(f"{root / 'index.csv'} names no photo of the split '{split}'")
    return entries


_COLUMNS = ("split", "source", "id", "kind", "width", "height", "n_cc")
_PLAIN_NAMES = ("split", "source", "id")


def index_rows(
    root: Path, columns: tuple[str, ...], check: Callable[[dict[str, str]], object] = len
) -> Iterator[dict[str, str]]:
    """The rows of the index in their order; each has a text in all of ``columns``.

    Split, source and id are names of a folder or file, and no text has a control character: a
    stranger's index leads neither out of its folder nor out of its line on a terminal.

    Args:
        root: the folder with `index.csv`.
        columns: that must be there.
        check: raises ValueError for what is no row.

    Raises:
        DataError: there is no index, or it lacks a column, or a row of any split is none.
    """
    index = root / "index.csv"
    line = 1
    try:
        with contextlib.closing(lines_of(index)) as lines:
            reader = csv.DictReader(lines)
            for column in columns:
                if column not in (reader.fieldnames or ()):
                    raise ValueError(f"it has no column '{column}'")
            for row in reader:
                line = reader.line_num
                for column in columns:
                    check_text(column, row[column])
                check(row)
                yield row
    except OSError as error:
        raise DataError(f"cannot read {index}: {error.strerror}") from error
    except (ValueError, csv.Error) as error:
        raise DataError(f"{index} is not a photo index: line {line}: {error}") from error


def lines_of(table: Path) -> Generator[str, None, None]:
    """The lines of a text file with their ends.

    Raises OSError (it is no file, or cannot be read) and ValueError (it is no UTF-8, or a line has
    more than a million letters).
    """
    with open_file(table) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
        while line := text.readline(_LONGEST_LINE + 1):
            if len(line) > _LONGEST_LINE:
                raise ValueError(f"a line has more than {_LONGEST_LINE} letters")
            yield line


def check_text(column: str, text: str | None) -> None:
    """Raises ValueError for what may not stand in this column of an index."""
    if text is None:
        raise ValueError(f"the row ends before '{column}'")
    told = f"the {column} {text[:60]!r}"
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise ValueError(f"{told} has a control character")
    if column in _PLAIN_NAMES and (text in ("", ".", "..") or "/" in text or "\\" in text):
        raise ValueError(f"{told} is no plain name of a file or folder")


def _numbers(row: dict[str, str]) -> tuple[int, int, int]:
    return int(row["width"]), int(row["height"]), int(row["n_cc"] or 1)


def _entry(root: Path, row: dict[str, str]) -> PhotoEntry:
    stem = root / row["split"] / row["source"] / row["id"]
    width, height, components = _numbers(row)
    return PhotoEntry(
        split=row["split"],
        source=row["source"],
        id=row["id"],
        kind=row["kind"],
        width=width,
        height=height,
        components=components,
        image_path=_photo_file(stem),
        mask_path=Path(f"{stem}.png"),
    )


def _photo_file(stem: Path) -> Path:
    """`stem`.jpg where it exists, else `stem`.webp (reading will miss it, if it is not there)."""
    jpeg = Path(f"{stem}.jpg")
    return jpeg if os.path.exists(jpeg) else Path(f"{stem}.webp")


def read_photo(entry: PhotoEntry) -> tuple[U8, U8]:
    """Decode one photo and its labels.

    Returns:
        H×W×3 uint8 RGB, and H×W uint8 labels (0 background, 1…N instances, 255 ignore).

    Raises:
        DamagedPhotoError: a file is missing, unreadable, or their sizes differ.
    """
    rgb = decode_photo(photo_bytes(entry.image_path), str(entry.image_path))
    labels = decode_labels(photo_bytes(entry.mask_path, "mask"), str(entry.mask_path))
    check_sizes(rgb, labels, str(entry.mask_path))
    return rgb, labels


def file_size(path: Path, what: str) -> int:
    """The bytes that a plain file has, asked before it is opened.

    Raises:
        DamagedPhotoError: it is missing or of another kind; ``what`` it is.
    """
    try:
        status = path.stat()
    except OSError as error:
        told = f"cannot read the {what} {path}: {error.strerror}"
        raise DamagedPhotoError(told) from error
    except ValueError as error:  # a NUL inside its name
        raise DamagedPhotoError(f"cannot read the {what} {path}: {error}") from error
    # Of a pipe in somebody's set nobody would ever write the other end.
    if not stat.S_ISREG(status.st_mode):
        raise DamagedPhotoError(f"cannot read the {what} {path}: no plain file")
    return status.st_size


def photo_bytes(path: Path, what: str = "photo") -> bytes:
    """The bytes of one photo's file, or of another one that belongs to it.

    Raises:
        DamagedPhotoError: it cannot be read, or is larger than any photo; ``what`` it is.
    """
    file_size(path, what)
    try:
        return read_photo_file(str(path), pipes=False)
    except PhotoError as error:
        raise DamagedPhotoError(f"cannot read the {what} {error}") from error


def decode_photo(data: bytes, name: str, turn: bool = True) -> U8:
    """A photo of any format that squeezesam reads, as H×W×3 uint8 sRGB (docs/photos.md).

    Args:
        data: the file.
        name: of the photo, for the message.
        turn: follow the EXIF orientation. Our folder form does; COCO's and SA-1B's masks lie on the
            pixels as they are stored.

    Raises:
        DamagedPhotoError: the bytes are no photo, not all of one, or one that is too large.
    """
    try:
        return open_photo(data, name=name, turn=turn).pixels
    except PhotoError as error:
        raise DamagedPhotoError(f"cannot read the photo {error}") from None


def decode_labels(data: bytes, name: str, to_grey: bool = False) -> U8:
    """A label map (8-bit PNG of one channel) as H×W uint8.

    ``to_grey`` takes a mask of any number of channels, as published sets have them.

    Raises:
        DamagedPhotoError: the bytes are no such image.
    """
    try:
        labels = read_picture(data, name)
    except PhotoError as error:
        raise DamagedPhotoError(f"cannot read the mask {error}") from None
    if to_grey and labels.mode in ("1", "L", "P", "RGB", "LA", "RGBA"):
        labels = labels.convert("L")
    if labels.mode not in ("1", "L"):
        raise DamagedPhotoError(f"the mask {name} is not an 8-bit image of one channel")
    return np.asarray(labels.convert("L"), np.uint8)


def check_sizes(rgb: U8, labels: U8, name: str) -> None:
    """Photo and label map must have the same height and width.

    Raises:
        DamagedPhotoError: they have not; ``name`` says whose label map it is.
    """
    if labels.shape != rgb.shape[:2]:
        raise DamagedPhotoError(f"{name} does not have the size of its photo")
