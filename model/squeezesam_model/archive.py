"""Files as torch saves them: looked at before anything in them is unpacked or unpickled."""

from __future__ import annotations

import io
import pickletools
import struct
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

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
# A network of 2,400 tensors with two of the optimiser's for each takes 400,000 steps.
_MOST_BYTES, _MOST_STEPS = 1 << 22, 1 << 20
_MOST_PARTS = 1 << 16
_MOST_SIDES = 64  # torch's own bound of a tensor's dimensions

# What is raised by the modules that read an archive, or a pickle, of which something is wrong.
_DAMAGE = (ValueError, LookupError, TypeError, RuntimeError, EOFError, struct.error)

_FIRST = b"PK\3\4"
_END = struct.Struct("<4s4H2LH")
_LONG_END = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
# A pickle of torch's magic number: what it wrote until 1.6 in place of an archive.
_OLD_FORM = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."


def is_of_the_old_form(path: Path) -> bool:
    """Whether torch saved a file in its form of before 1.6: several pickles, no archive.

    Such a file names storages and need not bring them: torch then leaves in them what the
    process's memory happened to hold. None is read.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(len(_OLD_FORM)) == _OLD_FORM


def names_tensors_alone(path: Path) -> bool:
    """Whether a file is an archive of torch's that calls for nothing but plain tensors.

    Torch finds an archive's parts by other rules than Python, so only that is taken which both
    must read alike: it begins with its first part, its one directory ends where its end record
    begins, and no two names are the same whatever their case. Its parts are not packed, and
    together no more than the file: torch packs nothing; a stranger's archive might, or let parts
    lie on one another.

    Raises:
        OSError, zipfile.BadZipFile: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, io.SEEK_END)
            count = _counted_parts(file, size)
            if count is None or not 0 < count <= _MOST_PARTS:
                return False
            with zipfile.ZipFile(file) as archive:
                parts = archive.infolist()
                folder = parts[0].filename.partition("/")[0] + "/"
                if len(parts) != count or not _are_plain(parts, folder):
                    return False
                if sum(part.file_size for part in parts) > size:
                    return False
                pickled = archive.getinfo(folder + "data.pkl")
                if pickled.file_size > _MOST_BYTES:
                    return False
                return _is_plain(archive.read(pickled))
    except zipfile.BadZipFile:
        raise
    except _DAMAGE:
        return False


def _counted_parts(file: BinaryIO, size: int) -> int | None:
    """How many parts an archive says it has; nothing where it can be read in more than one way."""
    file.seek(0)
    if file.read(len(_FIRST)) != _FIRST:
        return None
    tail_size = min(size, _END.size + _LOCATOR.size + _LONG_END.size)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    place = size - _END.size
    mark, *disks, here, count, length, begin, comment = _END.unpack(tail[-_END.size :])
    if mark != b"PK\5\6" or comment:
        return None
    locator = tail[-_END.size - _LOCATOR.size : -_END.size]
    if locator.startswith(b"PK\6\7"):
        place -= _LOCATOR.size + _LONG_END.size
        mark, _, _, _, *disks, here, count, length, begin = _LONG_END.unpack(tail[: _LONG_END.size])
        if mark != b"PK\6\6" or _LOCATOR.unpack(locator)[2] != place:
            return None
    if any(disks) or here != count or begin + length != place:
        return None
    return int(count)


def _are_plain(parts: list[zipfile.ZipInfo], folder: str) -> bool:
    """Whether all readers find the same parts under their names, as they are."""
    lower = {part.filename.lower() for part in parts}
    return len(lower) == len(parts) and all(
        part.filename == part.orig_filename  # Python cuts a name at a nought
        and part.filename.startswith(folder)
        and part.filename.isascii()
        and part.compress_type == zipfile.ZIP_STORED
        and part.compress_size == part.file_size
        and not part.extra  # which may say other sizes and places
        for part in parts
    )


class _Global(NamedTuple):
    """Something of a module's, by its name."""

    name: str


class _Made:
    """What stands for a list, a dictionary, a tensor or a storage; `entries` of a dictionary."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.entries = 0


class _RefusedError(ValueError):
    """A pickle does something that no file of tensors does."""


def _is_plain(pickled: bytes) -> bool:
    """Goes through a pickle as torch's reader would, with stand-ins for all that costs anything.

    Numbers, texts and tuples are themselves; a tuple holds what it holds by reference.

    Raises:
        ValueError, LookupError, TypeError: it is none, or damaged.
    """
    walk = _Walk()
    for operation, argument, _ in pickletools.genops(pickled):
        walk.step(operation.name, argument)
        if walk.steps > _MOST_STEPS:
            return False
    return True


_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_VALUES = frozenset(
    ["BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINSTRING"]
)
_EMPTY = {"EMPTY_LIST": "list", "EMPTY_DICT": "dict"}


class _Walk:
    """The stack, the marks and the memo of torch's reader, operation by operation."""

    def __init__(self) -> None:
        self.steps = 0
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def step(self, name: str, argument: Any) -> None:
        """One operation; refuses what no file of tensors needs.

        Raises:
            ValueError, LookupError, TypeError: it does something else.
        """
        self.steps += 1
        stack = self._stack
        if name in _VALUES:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            stack.append(_Made(_EMPTY[name]))
        elif name == "GLOBAL":
            _demand(argument in _CALLED | _NAMED)
            stack.append(_Global(argument))
        elif name == "MARK":
            self._below.append(stack)
            self._stack = []
        elif name.endswith("BINGET"):
            stack.append(self._memo[argument])
        elif name.endswith("BINPUT"):
            self._memo[argument] = stack[-1]
        elif name == "TUPLE":
            self._stack = self._below.pop()
            self._stack.append(tuple(stack))
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            items = [stack.pop() for _ in range(int(name[-1]))]
            stack.append(tuple(reversed(items)))
        elif name == "BINPERSID":
            stack.append(_storage(stack.pop()))
        elif name == "REDUCE":
            arguments, called = stack.pop(), stack.pop()
            stack.append(self._call(called, arguments))
        elif name == "STOP":
            stack.pop()
        elif name != "PROTO":
            self._put(name)

    def _put(self, name: str) -> None:
        """Things into what stands below them on the stack."""
        items = self._stack
        if name in ("APPENDS", "SETITEMS"):
            self._stack = self._below.pop()
        else:
            items = [items.pop() for _ in range(2 if name == "SETITEM" else 1)][::-1]
        target = self._stack[-1]
        _demand(isinstance(target, _Made))
        if name in ("APPEND", "APPENDS"):
            _demand(target.kind == "list")
        elif name in ("SETITEM", "SETITEMS"):
            _demand(target.kind == "dict" and len(items) % 2 == 0)
            _demand(all(_is_key(key) for key in items[::2]))
            target.entries += len(items) // 2
        else:
            _demand(name == "BUILD" and target.kind == "dict")
            _demand(isinstance(items[0], _Made) and items[0].kind == "dict")
            self.steps += items[0].entries  # all of them are copied, at every use

    def _call(self, called: Any, arguments: Any) -> Any:
        _demand(isinstance(called, _Global) and isinstance(arguments, tuple))
        if called.name == "collections OrderedDict":
            _demand(arguments == ())
            return _Made("dict")
        if called.name == "torch Size":
            _demand(len(arguments) == 1 and _are_sides(arguments[0]))
            return arguments[0]
        first = arguments[0]
        of_parameter = called.name == "torch._utils _rebuild_parameter"
        _demand(isinstance(first, _Made) and called.name in _CALLED)
        _demand(first.kind == ("tensor" if of_parameter else "storage"))
        if not of_parameter:
            _demand(_are_sides(arguments[1:2]))
            _demand(_are_sides(arguments[2]) and _are_sides(arguments[3]))
        # Torch writes out, with all that is in it, what it cannot take.
        notes = arguments[1 if of_parameter else 4 :]
        _demand(len(notes) <= 2 and not any(isinstance(note, tuple) for note in notes))
        _demand(not any(isinstance(note, _Made) and note.kind == "list" for note in notes))
        return _Made("tensor")


def _demand(condition: bool) -> None:
    if not condition:
        raise _RefusedError


def _is_key(thing: Any) -> bool:
    """A text or a small number: finding it takes no longer than reading it.

    A tuple is walked through at each use, with all that is in it; large numbers and fractions can
    be chosen so that they all hash alike.
    """
    return isinstance(thing, str) or (isinstance(thing, int) and abs(thing) < 1 << 31)


def _are_sides(thing: Any) -> bool:
    return (
        isinstance(thing, tuple)
        and len(thing) <= _MOST_SIDES
        and all(isinstance(side, int) for side in thing)
    )


def _storage(named: Any) -> _Made:
    """What a part of the archive is named by: its kind, its number, where it was, its length.

    Only digits name a part: torch's reader of archives asks for a name whatever its case and no
    further than a nought, so that a thousand other names would bring one part a thousand times.
    """
    _demand(isinstance(named, tuple) and len(named) == 5)
    word, kind, key, device, length = named
    _demand(word == "storage" and isinstance(kind, _Global) and kind.name in _NAMED)
    _demand(isinstance(key, str) and key.isascii() and key.isdecimal())
    _demand(isinstance(device, str) and isinstance(length, int) and length >= 0)
    return _Made("storage")
