"""ICC profiles made from their published numbers (ICC.1:2010): matrix and curve, or grey."""

from __future__ import annotations

import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
D65 = np.array([0.95047, 1.0, 1.08883])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _curve(gamma: float | tuple[float, ...]) -> bytes:
    """parametricCurveType 0 or 3."""
    values = gamma if isinstance(gamma, tuple) else (gamma,)
    return b"para\0\0\0\0" + struct.pack(">HH", 3 if len(values) > 1 else 0, 0) + _fixed(*values)


def _text(words: str) -> bytes:
    raw = words.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(raw), 28) + raw


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body = b"", b""
    at = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        value += bytes(-len(value) % 4)
        table += struct.pack(">4sII", name, at + len(body), len(value))
        body += value
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"", 0x04300000, b"mntr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + _fixed(*D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def matrix_profile(
    primaries: tuple[float, ...], gamma: float | tuple[float, ...], white: np.ndarray = D65
) -> bytes:
    """From the xy of red, green and blue; adapted to D50 by Bradford."""
    xy = np.reshape(primaries, (3, 2)).T
    columns = np.vstack([xy[0] / xy[1], np.ones(3), (1 - xy.sum(axis=0)) / xy[1]])
    matrix = columns * np.linalg.solve(columns, white)
    cones = np.diag((_BRADFORD @ D50) / (_BRADFORD @ white))
    adapted = np.linalg.solve(_BRADFORD, cones @ _BRADFORD) @ matrix
    tags = {b"desc": _text("made for a test"), b"cprt": _text("none"), b"wtpt": _xyz(D50)}
    for index, channel in enumerate(b"rgb"):
        tags[bytes([channel]) + b"XYZ"] = _xyz(adapted[:, index])
        tags[bytes([channel]) + b"TRC"] = _curve(gamma)
    return _profile(b"RGB ", tags)


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


DISPLAY_P3 = matrix_profile((0.68, 0.32, 0.265, 0.69, 0.15, 0.06), _SRGB_CURVE)
ADOBE_RGB = matrix_profile((0.64, 0.33, 0.21, 0.71, 0.15, 0.06), 2.2)
GREY_GAMMA = _profile(
    b"GRAY",
    {b"desc": _text("grey"), b"cprt": _text("none"), b"wtpt": _xyz(D50), b"kTRC": _curve(1.4)},
)
