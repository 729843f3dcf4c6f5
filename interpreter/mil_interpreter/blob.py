"""The weight file of an ML program: a header, then pairs of metadata and numbers, 64-byte aligned.

Layout (little-endian), as Core ML's storage format version 2 has it: the header holds two uint32,
the number of blobs and the version; metadata holds uint32 sentinel, uint32 element type, uint64
size in bytes, uint64 position of the numbers in the file and uint64 unused bits at their end
(element types below one byte).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mil_interpreter import files
from mil_interpreter.errors import PackageError
from mil_interpreter.types import TensorType

_ALIGNMENT = 64
_VERSION = 2
_PIECE = 1 << 20
_SENTINEL = 0xDEADBEEF
_HEADER = struct.Struct("<II")
_METADATA = struct.Struct("<IIQQQ")
# The format's own numbering of element types.
_NAMES = {1: "fp16", 2: "fp32", 3: "uint8", 4: "int8", 6: "int16", 7: "uint16", 8: "int4",
          9: "uint1", 10: "uint2", 11: "uint4", 12: "uint3", 13: "uint6", 14: "int32",
          15: "uint32"}  # fmt: skip


@dataclass(frozen=True)
class BlobFile:
    """A weight file. Of it only the blobs that are asked for are read: it may be a large hole.

    Attributes:
        path: where it is.
        package: the folder that it must not lie outside of.
        count: blobs that its header announces.
    """

    path: Path
    package: Path
    count: int

    @classmethod
    def open(cls, path: Path, package: Path | None = None) -> BlobFile:
        """Check the header of ``path``, a file inside ``package`` (its own folder by default).

        Raises:
            PackageError: the file cannot be read, is too short, or is of another version.
        """
        blobs = cls(path, path.parent if package is None else package, 0)
        header, _ = blobs._metadata(0)
        if len(header) < _ALIGNMENT:
            raise PackageError(f"the weight file {path.name} has no header")
        count, version = _HEADER.unpack_from(header)
        if version != _VERSION:
            raise PackageError(
                f"the weight file {path.name} is of version {version}, not {_VERSION}"
            )
        return cls(path, blobs.package, count)

    def read(self, offset: int, wanted: TensorType) -> NDArray[np.generic]:
        """The tensor whose metadata lies at ``offset``.

        Types below one byte come unpacked, one element per byte.

        Raises:
            PackageError: there is no metadata at ``offset``, it lies outside the file, or it is
                of another type or size than ``wanted``.
        """
        where = f"the weights at byte {offset} of {self.path.name}"
        if offset < _ALIGNMENT or offset % _ALIGNMENT or offset >= 1 << 62:
            raise PackageError(f"{where} lie outside the file or are not aligned")
        metadata, length = self._metadata(offset)
        if len(metadata) < _ALIGNMENT:
            raise PackageError(f"{where} lie outside the file or are not aligned")
        sentinel, kind, size, start, unused = _METADATA.unpack_from(metadata)
        if sentinel != _SENTINEL:
            raise PackageError(f"{where} do not begin with the format's mark")
        element = wanted.element
        if _NAMES.get(kind) != element.name:
            found = _NAMES.get(kind, f"the unknown type {kind}")
            raise PackageError(f"{where} are {found}; the program says {element.name}")
        if start < offset + _ALIGNMENT or start % _ALIGNMENT or start + size > length:
            raise PackageError(f"{where} say that their numbers lie outside the file")
        shape = known_shape(wanted, where)
        numbers = math.prod(shape)
        if size * 8 - (unused if element.bits < 8 else 0) != numbers * element.bits:
            raise PackageError(f"{where} have {size} bytes; {wanted} takes another number")
        if element.bits >= 8:
            array = self._numbers(start, np.empty(numbers, element.numpy.newbyteorder("<")))
            return array.astype(element.numpy, copy=False).reshape(shape)
        packed = self._numbers(start, np.empty(size, np.uint8))
        return unpack(packed, element.bits, numbers, element.name == "int4").reshape(shape)

    def _metadata(self, offset: int) -> tuple[bytes, int]:
        """The bytes at ``offset``, fewer at the file's end, and the file's length."""
        content = bytearray(_ALIGNMENT)
        try:
            with files.opened(self.path, self.package) as (file, length):
                return bytes(content[: files.fill(memoryview(content), file, offset)]), length
        except OSError as error:
            raise PackageError(
                f"cannot read the weight file {self.path.name}: {error.strerror}"
            ) from error

    def _numbers(self, start: int, array: NDArray[Any]) -> NDArray[Any]:
        """``array``, filled from byte ``start`` on."""
        if not array.size:
            return array
        content: Any = array.view(np.uint8)
        with files.opened(self.path, self.package) as (file, _):
            if files.fill(memoryview(content), file, start) != array.nbytes:
                raise PackageError(f"the weight file {self.path.name} has become shorter")
        return array


def known_shape(kind: TensorType, where: str) -> tuple[int, ...]:
    """The shape of a constant, every size of which must be known (PackageError)."""
    shape = tuple(size for size in kind.shape if size is not None)
    if len(shape) != len(kind.shape):
        raise PackageError(f"{where} have no fixed shape")
    return shape


def unpack(
    packed: NDArray[np.uint8], bits: int, count: int, signed: bool = False
) -> NDArray[np.generic]:
    """Split bytes into ``count`` numbers of ``bits`` bits, from the lowest bit upwards.

    Returns:
        uint8, or int8 where ``signed`` (two's complement).
    """
    numbers = np.empty(count, np.uint8)
    # In pieces: every bit takes a byte meanwhile.
    for first in range(0, count, _PIECE):
        some = min(_PIECE, count - first)
        piece = packed[first * bits // 8 : -(-(first + some) * bits // 8)]
        single = np.unpackbits(piece, count=some * bits, bitorder="little").reshape(some, bits)
        numbers[first : first + some] = np.packbits(single, axis=1, bitorder="little")[:, 0]
    if not signed:
        return numbers
    shift = 8 - bits
    return (numbers << shift).view(np.int8) >> shift
