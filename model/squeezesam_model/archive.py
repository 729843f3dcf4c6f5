"""Files as torch saves them: looked at before anything in them is unpacked or unpickled."""

from __future__ import annotations

import io
import pickletools
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

# What a file of tensors, names and numbers calls. Torch's reader would call others as well, which
# make gigabytes of a few bytes: bytearray, _codecs.encode, torch.FloatStorage(10**9).
_CALLED = frozenset(
    {
        "collections OrderedDict",
        "torch Size",
        "torch._utils _rebuild_parameter",
        "torch._utils _rebuild_tensor_v2",
    }
)
_STORAGES = ["Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool"]
_NAMED = frozenset(f"torch {kind}Storage" for kind in _STORAGES)
_OPERATIONS = frozenset(
    [
        "PROTO",
        "STOP",
        "GLOBAL",
        "REDUCE",
        "BUILD",
        "BINPERSID",
        "MARK",
        "NONE",
        "NEWTRUE",
        "NEWFALSE",
        "BININT",
        "BININT1",
        "BININT2",
        "LONG1",
        "BINFLOAT",
        "BINUNICODE",
        "SHORT_BINSTRING",
        "EMPTY_LIST",
        "EMPTY_DICT",
        "EMPTY_TUPLE",
        "TUPLE",
        "TUPLE1",
        "TUPLE2",
        "TUPLE3",
        "APPEND",
        "APPENDS",
        "SETITEM",
        "SETITEMS",
        "BINGET",
        "LONG_BINGET",
        "BINPUT",
        "LONG_BINPUT",
    ]
)
_MOST_BYTES = 1 << 23
# Of a tuple with all that is in it: as a dict's key it is walked through, each member anew.
_MOST_MEMBERS = 10_000
_OLD_PICKLES = 5  # magic number, version, machine, the state, the storages' names


def names_tensors_alone(path: Path) -> bool:
    """Whether a file of torch's, an archive or of before 1.6, calls for nothing but plain tensors.

    An archive's parts are not packed, and together no more than the file: torch packs nothing; a
    stranger's archive might, or let parts lie on one another.

    Raises:
        OSError, zipfile.BadZipFile: it cannot be read.
    """
    try:
        if not zipfile.is_zipfile(path):
            with path.open("rb") as file:
                return all(_is_plain(file) for _ in range(_OLD_PICKLES))
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if any(part.compress_type != zipfile.ZIP_STORED for part in parts):
                return False
            if sum(part.file_size for part in parts) > path.stat().st_size:
                return False
            pickles = [part for part in parts if part.filename.endswith("/data.pkl")]
            if len(pickles) != 1 or pickles[0].file_size > _MOST_BYTES:
                return False
            return _is_plain(io.BytesIO(archive.read(pickles[0])))
    except zipfile.BadZipFile:
        raise
    except (ValueError, IndexError, KeyError, NotImplementedError):  # no pickle, or a damaged one
        return False


def _is_plain(stream: BinaryIO) -> bool:
    """Goes through one pickle as its reader would, with sizes in place of things."""
    stack: list[Any] = []
    memo: dict[Any, Any] = {}
    begin = stream.tell()
    for operation, argument, _ in pickletools.genops(stream):
        name = operation.name
        if name not in _OPERATIONS or stream.tell() - begin > _MOST_BYTES:
            return False
        if name == "GLOBAL":
            if argument not in _CALLED | _NAMED:
                return False
            stack.append(argument)
        elif name == "MARK":
            stack.append(None)
        elif name.endswith("BINGET"):
            stack.append(memo[argument])
        elif name.endswith("BINPUT"):
            memo[argument] = stack[-1]
        else:
            taken = _take(stack, operation)
            if name == "REDUCE" and taken[0] not in _CALLED:
                return False
            for _ in operation.stack_after:
                stack.append(1 + sum(map(_size, taken)) if "TUPLE" in name else 1)
                if _size(stack[-1]) > _MOST_MEMBERS:
                    return False
    return True


def _size(thing: Any) -> int:
    return thing if isinstance(thing, int) else 1


def _take(stack: list[Any], operation: pickletools.OpcodeInfo) -> list[Any]:
    """What an operation takes from the stack, from the lowest on; not the mark."""
    taken: list[Any] = []
    for kind in reversed(operation.stack_before):
        if kind is pickletools.stackslice:
            while stack[-1] is not None:
                taken.append(stack.pop())
        else:
            taken.append(stack.pop())
    return [thing for thing in reversed(taken) if thing is not None]
