"""Of the chunks of a PNG those alone are heard that every reader hears alike."""

from __future__ import annotations

import struct
import zlib
from itertools import product

import numpy as np
import pytest
from photo_files import chunk
from squeezesam import PhotoError, open_photo
from squeezesam.photo_decode import read_picture

WIDTH, HEIGHT = 24, 20
SIGNATURE, END = b"\x89PNG\r\n\x1a\n", chunk(b"IEND", b"")
PALETTE = chunk(b"PLTE", bytes(range(255, -1, -1)) * 3)
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type


def _head(colour: int, side: int = WIDTH) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", side, HEIGHT, 8, colour, 0, 0, 0))


def _stream(colour: int, seed: int = 1) -> bytes:
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 256, (HEIGHT, 1 + WIDTH * CHANNELS[colour]), np.uint8)
    rows[:, 0] = 0
    return zlib.compress(rows.tobytes())


def _frame(width: int, height: int, x: int, y: int) -> bytes:
    return chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, width, height, x, y, 1, 10, 0, 0))


FRAMES = [
    _frame(WIDTH, HEIGHT, 0, 0),
    _frame(12, 10, 6, 5),
    _frame(1, 1, 0, 0),
    _frame(24, 9, 0, 9),
]
ANIMATED = chunk(b"acTL", struct.pack(">II", 2, 0))


def _file(colour: int, before: bytes = b"", behind: bytes = b"", palette: bytes = PALETTE) -> bytes:
    palette = palette if colour == 3 else b""
    pixels = chunk(b"IDAT", _stream(colour))
    return b"".join((SIGNATURE, _head(colour), palette, before, pixels, behind, END))


def _values(file: bytes) -> list[bytes]:
    """As a photo, with its alpha, and as a label map."""
    photo, picture = open_photo(file), read_picture(file, "labels")
    straight = b"" if photo.straight is None else photo.straight.tobytes()
    return [photo.pixels.tobytes(), straight, picture.mode.encode(), picture.tobytes()]


@pytest.mark.parametrize("colour", CHANNELS)
def test_an_animation_gives_the_picture_that_readers_without_animations_show(colour: int) -> None:
    plain = _values(_file(colour))
    data = chunk(b"fdAT", struct.pack(">I", 2) + _stream(colour, 2))
    for frame, head, more in product(FRAMES, (b"", ANIMATED), (b"", FRAMES[0] + data)):
        assert _values(_file(colour, head + frame, more)) == plain
        assert _values(_file(colour, frame + head, more)) == plain
    assert _values(_file(colour, ANIMATED, FRAMES[0] + data)) == plain


@pytest.mark.parametrize("colour", CHANNELS)
def test_what_comes_twice_or_too_late_changes_nothing(colour: int) -> None:
    trns = {0: bytes(2), 2: bytes(6), 3: bytes(9)}.get(colour, b"")
    first = chunk(b"tRNS", trns) if trns else b""
    other = chunk(b"tRNS", bytes([0, 200] * (len(trns) // 2)) or b"\0\1")
    plain, clear = _values(_file(colour)), _values(_file(colour, first))
    assert (plain != clear) is (colour in (0, 3))
    assert _values(_file(colour, first, other)) == clear
    assert _values(_file(colour, behind=other)) == plain
    if first:
        assert _values(_file(colour, first + other)) == clear
    for kind in (b"IDAT", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"teSt", b"pHYs"):
        apart = chunk(b"teSt", b"") + chunk(kind, _stream(colour, 3))
        assert _values(_file(colour, behind=apart)) == plain


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (_file(3, palette=b""), "it has no palette"),
        (_file(3, PALETTE), "it has more than one palette"),
        (_file(2, PALETTE + PALETTE), "it has more than one palette"),
        (_file(3, behind=PALETTE), "it has more than one palette"),
        (_file(3, behind=PALETTE, palette=b""), "its palette is none"),
        *((_file(3, palette=chunk(b"PLTE", bytes(n))), "its palette is none") for n in (0, 7, 771)),
        (_file(2, _head(2)), "it has more than one head"),
        (_file(2, _head(0)), "it has more than one head"),
        (SIGNATURE + ANIMATED + _file(2)[8:], "it does not begin with its head"),
        (_file(2, chunk(b"XDAT", b"")), "the unknown chunk 'XDAT'"),
    ],
)
def test_what_two_readers_could_show_in_two_ways_is_refused(
    file: bytes, sentence: str, accepted: bool
) -> None:
    for read in (
        lambda: open_photo(file, accept_damaged=accepted),
        lambda: read_picture(file, "photo"),
    ):
        with pytest.raises(PhotoError, match=r"^photo: the PNG file ") as caught:
            read()
        assert sentence in str(caught.value)
