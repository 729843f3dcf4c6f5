"""What is fuzzed: of each kind of stranger's file its seeds, its mutations, what may come of it."""

from __future__ import annotations

import importlib
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Mutate = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Target:
    """One kind of input.

    Attributes:
        seeds: whole inputs to begin with.
        run: feeds one; returns whether it was accepted, and lets any exception out that is not the
            one that the reader promises.
        mutate: changes one as its structure asks for, so that it passes the first checks.
        instrumented: packages whose branches lead the search.
    """

    seeds: Callable[[], list[bytes]]
    run: Callable[[bytes], bool]
    mutate: Mutate
    instrumented: tuple[str, ...]


@cache
def folder() -> Path:
    """A folder for the files of this process, in memory where the system has such a place."""
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    made = tempfile.TemporaryDirectory(prefix="squeezesam-fuzz-", dir=place)
    _KEPT.append(made)
    return Path(made.name)


def refused(error: Exception) -> bool:
    """False; the reason is one line."""
    assert "\n" not in str(error)
    return False


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bits turned, bytes doubled, left out or replaced by numbers that are often forgotten."""
    changed = bytearray(data or b"\0")
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(changed) + 1)
        some = bytes(changed[at : at + chance.randrange(1, 33)])
        what = chance.randrange(6)
        if what == 0 and at < len(changed):
            changed[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            del changed[at : at + len(some)]
        elif what == 2:
            changed[at:at] = some * chance.choice((1, 1, 30))
        elif what == 3:
            changed[at : at + len(some)] = chance.choice((b"\0", b"\xff", b"\x80")) * len(some)
        elif what == 4:
            number = chance.choice((0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF))
            width = chance.choice((1, 2, 4, 8))
            order = chance.choice(("little", "big"))
            number &= (1 << 8 * width) - 1
            changed[at : at + width] = number.to_bytes(width, order)  # type: ignore[arg-type]
        elif len(changed) > 1 and chance.random() < 0.2:
            del changed[chance.randrange(1, len(changed)) :]
    return bytes(changed)


MODULES = {
    "fuzz_photos": ("photo-jpeg", "photo-png", "photo-tiff", "photo-webp", "photo-bmp",
                    "photo-mpo", "photo-heif", "photo-avif"),
    "fuzz_bundles": ("manifest", "onnx-program"),
    "fuzz_packages": ("mlpackage",),
    "fuzz_tensors": ("safetensors", "checkpoint"),
    "fuzz_masks": ("mask", "run-lengths", "result-name"),
}  # fmt: skip
NAMES = [name for names in MODULES.values() for name in names]
_CHEAP = (
    "manifest",
    "mask",
    "run-lengths",
    "result-name",
    "C++ contour",
    "C++ manifest",
    "C++ rle",
)


def aim(name: str) -> int:
    """Executions that docs/security.md is to show of one of NAMES or of C++'s."""
    return 1_000_000 if name in _CHEAP else 100_000


def target(name: str) -> Target:
    """The target of that name; of the libraries only what it needs is imported."""
    module = next(module for module, names in MODULES.items() if name in names)
    found: Target = importlib.import_module(module).TARGETS[name]
    return found


_KEPT: list[tempfile.TemporaryDirectory[str]] = []
