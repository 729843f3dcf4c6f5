"""Where every file of a tar shard lies, so that any sample can be read without those before it."""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

from squeezesam.photo import LARGEST_FILE
from webdataset.tariterators import base_plus_ext

from squeezesam_train.photos import DataError

_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7z": "xz", b"\x28\xb5\x2f": "zstd"}


# Heads whose contents, names and notes on a file, tarfile reads whole before anybody sees them.
_NOTES = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
_LONGEST_NOTE = 64 << 10
_MOST_NOTES = 1_000
# tarfile searches notes for what follows digits, from each digit on.
_MANY_DIGITS = re.compile(rb"[0-9]{100}")


class _Head(tarfile.TarInfo):
    """A file's head, or one before it whose contents are short."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Head:
        head = super().frombuf(buf, encoding, errors)
        if head.type in _NOTES and head.size > _LONGEST_NOTE:
            raise tarfile.ReadError(f"a name or note of more than {_LONGEST_NOTE >> 10} KiB")
        return head

    def _proc_pax(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        # tarfile's own name for the reader of notes, unchanged from Python 3.2 to 3.14.
        file = tar.fileobj
        assert file is not None
        place = file.tell()
        if _MANY_DIGITS.search(file.read(max(0, self.size))):
            raise tarfile.ReadError("a note with a hundred digits in a row")
        file.seek(place)
        found: tarfile.TarInfo = super()._proc_pax(tar)  # type: ignore[misc]
        return found


@dataclass(frozen=True)
class Member:
    """A file inside a tar: its extension after the first dot, lower case, and its bytes' place."""

    extension: str
    offset: int
    size: int


def index_shard(path: Path) -> dict[str, list[Member]]:
    """The samples of a shard by their key, the part of a file's name before its first dot.

    Grouping is webdataset's, except that files of a key need not follow one another. Only heads are
    read, not contents.

    Raises:
        DataError: the shard is missing, compressed, truncated or no tar.
    """
    samples: dict[str, list[Member]] = {}
    try:
        _refuse_compression(path)
        with tarfile.open(path, "r:", tarinfo=_Head) as tar:
            for info in tar:
                if info.size < 0:  # tarfile would read the same head again, for ever
                    raise DataError(f"the shard {path}: a file of less than no bytes")
                # Notes for all files are copied to each, which tarfile keeps.
                if len(info.pax_headers) > _MOST_NOTES:
                    raise DataError(f"the shard {path}: more than {_MOST_NOTES} notes on a file")
                info.pax_headers = {}
                if info.issparse() or info.size > LARGEST_FILE:
                    raise DataError(
                        f"the shard {path}: {info.name} is sparse or larger than "
                        f"{LARGEST_FILE >> 30} GiB"
                    )
                key, extension = base_plus_ext(info.name)
                if info.isreg() and key is not None and not _is_meta(info.name):
                    member = Member(extension.lower(), info.offset_data, info.size)
                    samples.setdefault(key, []).append(member)
    except OSError as error:
        raise DataError(f"cannot read the shard {path}: {error.strerror}") from error
    except (tarfile.TarError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise DataError(
            f"the shard {path} is corrupt or truncated after {len(samples)} samples ({error}); "
            "fetch it again or leave it out"
        ) from error
    if not samples:
        raise DataError(f"the shard {path} holds no samples")
    return samples


def _is_meta(name: str) -> bool:
    """Files such as `__meta__/…` describe a shard and are no samples (webdataset's rule)."""
    first = name.removeprefix("./").split("/")[0]
    return first.startswith("__") and first.endswith("__")


def _refuse_compression(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(4)
    for magic, name in _COMPRESSED.items():
        if head.startswith(magic):
            raise DataError(
                f"the shard {path} is compressed by {name}: unpack it to a plain .tar "
                "(photos hardly shrink, and samples are read at random)"
            )
