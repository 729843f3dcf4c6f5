"""Masks that come in, names that go out: answered, or refused in a sentence."""

from __future__ import annotations

import os
import random
import unicodedata

import numpy as np
from squeezesam import OutputError, SqueezeSamError
from squeezesam import _core as core
from squeezesam.formats import FORMATS, check_format, is_result
from squeezesam.terminal import printable
from squeezesam.writing import write_whole
from targets import Target, damaged, folder

_TYPES = (np.bool_, np.uint8, np.int16, np.float32, np.float64, np.uint64)


def _mask(content: bytes) -> bool:
    """A bitmap of any type, shape and stride gives what a plain one gives, or is refused."""
    head = content[:5].ljust(5, b"\0")
    kind, turned = np.dtype(_TYPES[head[0] % len(_TYPES)]), head[1]
    shape = (head[2] % 40, head[3] % 40, *([head[4] % 4] if head[4] & 0x80 else []))
    bits = np.resize(np.frombuffer(content[5:] or b"\0", np.uint8), shape) & 1
    bitmap = bits.astype(kind)
    if turned & 1:
        bitmap = bitmap[::-1]
    if turned & 2:
        bitmap = bitmap.swapaxes(0, 1)
    if turned & 4:
        bitmap = bitmap[:, ::2]
    try:
        counts = core.rle(bitmap)
        core.contour(bitmap, float(turned >> 4) / 4)
        core.largest_component(bitmap)
        core.fill_holes(bitmap, int(head[4]) - 8)
        text = core.rle_to_string(counts)
    except (SqueezeSamError, ValueError, TypeError):
        return False
    back = core.rle_decode(core.rle_from_string(text), bitmap.shape[1], bitmap.shape[0])
    assert np.array_equal(back, bitmap.astype(bool))
    return True


def _runs(content: bytes) -> bool:
    """Run lengths as text and as numbers."""
    width, height = (int.from_bytes(content[at : at + 2], "little") for at in (0, 2))
    text = content[4:].decode("latin-1")
    body = content[4:]
    readings = (
        lambda: core.rle_from_string(text),
        lambda: np.frombuffer(body[: len(body) // 4 * 4], np.uint32),
    )
    accepted = False
    for counts in readings:
        try:
            decoded = core.rle_decode(counts(), width % 300, height % 300)
        except (SqueezeSamError, ValueError, TypeError):
            continue
        assert decoded.shape == (height % 300, width % 300)
        accepted = True
    return accepted


def _name(content: bytes) -> bool:
    """A result under a stranger's name: one file in its folder, or none and a sentence."""
    place = folder() / "results"
    place.mkdir(exist_ok=True)
    name = os.fsdecode(content)
    shown = printable(name)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") for c in set(shown))
    target = place / f"{os.path.basename(name)}-mask.png"
    is_result(target)
    for form in FORMATS:
        try:
            check_format(form, target)
        except OutputError:
            continue
    try:
        written = write_whole(target, b"x")
    except OutputError:
        assert not os.listdir(place)
        return False
    assert [os.path.join(place, one) for one in os.listdir(place)] == [os.fspath(written)]
    os.unlink(written)
    return True


def _mask_seeds() -> list[bytes]:
    return [
        bytes([kind, turned, 9, 12, 0]) + bytes(range(108)) for kind, turned in ((0, 0), (1, 7))
    ]


def _run_seeds() -> list[bytes]:
    counts = core.rle(np.eye(9, dtype=bool))
    size = (9).to_bytes(2, "little") * 2
    return [size + core.rle_to_string(counts).encode(), size + np.asarray(counts).tobytes()]


def _name_seeds() -> list[bytes]:
    return [b"photo", "Ж\u202e\x1b[2J\n".encode(), b"\xff\xfe", b"a/../b", b"." * 255, b"-x.jpg"]


def _mutate(content: bytes, chance: random.Random) -> bytes:
    return damaged(content, chance)


TARGETS = {
    "mask": Target(_mask_seeds, _mask, _mutate, ("squeezesam",)),
    "run-lengths": Target(_run_seeds, _runs, _mutate, ("squeezesam",)),
    "result-name": Target(_name_seeds, _name, _mutate, ("squeezesam",)),
}
