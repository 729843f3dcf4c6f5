"""The weight file of an ML program: a header, then pairs of metadata and numbers, 64-byte aligned.

Layout (little-endian), as Core ML's storage format version 2 has it: the header holds two uint32,
the number of blobs and the version; metadata holds uint32 sentinel, uint32 element type, uint64
size in bytes, uint64 position of the numbers in the file and uint64 unused bits at their end
(element types below one byte).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mil_interpreter.errors import PackageError
from mil_interpreter.types import TensorType

_ALIGNMENT = 64
_VERSION = 2
_SENTINEL = 0xDEADBEEF
_HEADER = struct.Struct("<II")
_METADATA = struct.Struct("<IIQQQ")
# The format's own numbering of element types.
_NAMES = {1: "fp16", 2: "fp32", 3: "uint8", 4: "int8", 6: "int16", 7: "uint16", 8: "int4",
          9: "uint1", 10: "uint2", 11: "uint4", 12: "uint3", 13: "uint6", 14: "int32",
          15: "uint32"}  # fmt: skip


@dataclass(frozen=True)
class BlobFile:
    """A weight file in memory.

    Attributes:
        name: for errors.
        content: the whole file.
        count: blobs that its header announces.
    """

    name: str
    content: bytes
    count: int

    @classmethod
    def open(cls, path: Path) -> BlobFile:
        """Read ``path`` and check its header.

        Raises:
            PackageError: the file cannot be read, is too short, or is of another version.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PackageError(f"cannot read the weight file {path.name}: {error.strerror}") from (
                error
            )
        if len(content) < _ALIGNMENT:
            raise PackageError(f"the weight file {path.name} has no header")
        count, version = _HEADER.unpack_from(content)
        if version != _VERSION:
            raise PackageError(
                f"the weight file {path.name} is of version {version}, not {_VERSION}"
            )
        return cls(path.name, content, count)

    def read(self, offset: int, wanted: TensorType) -> NDArray[np.generic]:
        """The tensor whose metadata lies at ``offset``.

        Types below one byte come unpacked, one element per byte.

        Raises:
            PackageError: there is no metadata at ``offset``, it lies outside the file, or it is
                of another type or size than ``wanted``.
        """
        where = f"the weights at byte {offset} of {self.name}"
        if offset < _ALIGNMENT or offset % _ALIGNMENT or offset + _ALIGNMENT > len(self.content):
            raise PackageError(f"{where} lie outside the file or are not aligned")
        sentinel, kind, size, start, unused = _METADATA.unpack_from(self.content, offset)
        if sentinel != _SENTINEL:
            raise PackageError(f"{where} do not begin with the format's mark")
        element = wanted.element
        if _NAMES.get(kind) != element.name:
            found = _NAMES.get(kind, f"the unknown type {kind}")
            raise PackageError(f"{where} are {found}; the program says {element.name}")
        if start < offset + _ALIGNMENT or start % _ALIGNMENT or start + size > len(self.content):
            raise PackageError(f"{where} say that their numbers lie outside the file")
        shape = known_shape(wanted, where)
        numbers = int(np.prod(shape, dtype=np.int64))
        if size * 8 - (unused if element.bits < 8 else 0) != numbers * element.bits:
            raise PackageError(f"{where} have {size} bytes; {wanted} takes another number")
        if element.bits >= 8:
            stored = element.numpy.newbyteorder("<")
            array = np.frombuffer(self.content, stored, numbers, start)
            # A copy, so that the file's bytes can be freed and torch may have the array.
            return array.astype(element.numpy).reshape(shape)
        packed = np.frombuffer(self.content, np.uint8, size, start)
        return unpack(packed, element.bits, numbers, element.name == "int4").reshape(shape)


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
    single = np.unpackbits(packed, count=count * bits, bitorder="little").reshape(count, bits)
    numbers = np.packbits(single, axis=1, bitorder="little")[:, 0]
    if not signed:
        return numbers
    shift = 8 - bits
    return (numbers << shift).view(np.int8) >> shift
