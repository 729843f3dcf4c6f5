"""Where every file of a tar shard lies, so that any sample can be read without those before it."""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

from squeezesam.photo import LARGEST_FILE

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
_LONGEST_NAME = 4 << 10
_MOST_NOTES = 1_000
# tarfile searches notes for what follows digits, from each digit on.
_MANY_DIGITS = re.compile(rb"[0-9]{100}")
_RECORD_LENGTH = re.compile(rb"[0-9]{1,6} ")


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
        _check_note(file.read(max(0, self.size)))
        file.seek(place)
        found: tarfile.TarInfo = super()._proc_pax(tar)  # type: ignore[misc]
        return found


def _check_note(note: bytes) -> None:
    """Pax records, as tarfile will read them: "LENGTH KEY=VALUE\\n", the length is all of it.

    An older tarfile believes a length that ends before the key does, and so takes what follows once
    for each of as many keys.

    Raises:
        tarfile.ReadError: they are none, are too many, or would be searched for long.
    """
    if _MANY_DIGITS.search(note):
        raise tarfile.ReadError("a note with a hundred digits in a row")
    at = 0
    for _ in range(_MOST_NOTES):
        # Nothing, or the zeros that fill the block.
        if at >= len(note) or note[at] == 0:
            return
        said = _RECORD_LENGTH.match(note, at)
        stop = at + int(said[0]) if said else 0
        equals = note.find(b"=", at)
        if said is None or stop > len(note) or not said.end() < equals < stop:
            raise tarfile.ReadError("a note that is no list of records")
        at = stop
    raise tarfile.ReadError(f"more than {_MOST_NOTES} notes on a file")


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
                if len(info.name) > _LONGEST_NAME:
                    raise DataError(
                        f"the shard {path}: a name of more than {_LONGEST_NAME} letters"
                    )
                key, extension = key_and_extension(info.name)
                if info.isreg() and key is not None and not _is_meta(info.name):
                    member = Member(extension.lower(), info.offset_data, info.size)
                    samples.setdefault(key, []).append(member)
    except OSError as error:
        raise DataError(f"cannot read the shard {path}: {error.strerror}") from error
    except DataError:
        raise
    except Exception as error:  # a stranger's bytes: tarfile raises many kinds
        raise DataError(
            f"the shard {path} is corrupt or truncated after {len(samples)} samples ({error}); "
            "fetch it again or leave it out"
        ) from error
    if not samples:
        raise DataError(f"the shard {path} holds no samples")
    return samples


def key_and_extension(name: str) -> tuple[str | None, str]:
    """The name up to the first dot of its last part, and what follows; None if there is no dot.

    As webdataset's pattern ``((?:.*/|)[^.]+)[.]([^/]*)`` splits it, but once through the name: the
    pattern goes back to every slash. Where the last part begins with its dot, the folder before it
    belongs to the key, if that has none.
    """
    slash = name.rfind("/")
    dot = name.find(".", slash + 1)
    if dot < 0:
        return None, ""
    if dot == slash + 1:
        folder = name[name.rfind("/", 0, max(slash, 0)) + 1 : slash + 1]
        if not folder or "." in folder:
            return None, ""
    return name[:dot], name[dot + 1 :]


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
