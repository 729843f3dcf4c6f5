"""Draws the app icon: a round thing, its cut line, and the tap that cut it out.

    python ios_demo/scripts/draw_icon.py [FILE.png]

Only numpy and the standard library; the same picture every time.
"""

from __future__ import annotations

import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIZE = 1024
ICON = Path(__file__).parents[1] / "App/Resources/Assets.xcassets/AppIcon.appiconset/AppIcon.png"

Plane = NDArray[np.float64]


def draw(size: int = SIZE) -> NDArray[np.uint8]:
    """The icon, size x size x 3, opaque as the App Store wants it."""
    y, x = (np.mgrid[0:size, 0:size] + 0.5) / size
    picture = _mix(_plain(x, (11, 110, 140)), _plain(x, (9, 44, 74)), y)
    edge = 1.5 / size
    distance = np.hypot(x - 0.47, y - 0.47)
    angle = np.arctan2(y - 0.47, x - 0.47)
    light = np.clip(1.15 - np.hypot(x - 0.36, y - 0.34) * 1.9, 0.35, 1)
    fruit = np.stack([255 * light, 168 * light, 44 * light], axis=-1)
    picture = _mix(picture, fruit, _inside(distance, 0.27, edge))
    dashes = _step(np.cos(angle * 20), 40 / (20 * 0.33) * edge)
    line = _inside(np.abs(distance - 0.33), 0.013, edge) * dashes
    picture = _mix(picture, _plain(x, (255, 255, 255)), line)
    tap = np.hypot(x - 0.72, y - 0.72)
    picture = _mix(picture, _plain(x, (255, 255, 255)), _inside(tap, 0.12, edge))
    picture = _mix(picture, _plain(x, (22, 150, 90)), _inside(tap, 0.1, edge))
    plus = np.maximum(_bar(x - 0.72, y - 0.72, edge), _bar(y - 0.72, x - 0.72, edge))
    picture = _mix(picture, _plain(x, (255, 255, 255)), plus)
    return np.clip(picture.round(), 0, 255).astype(np.uint8)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """An RGB picture as the bytes of a PNG file."""
    height, width = pixels.shape[:2]
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _plain(like: Plane, colour: tuple[int, int, int]) -> Plane:
    return np.broadcast_to(np.array(colour, np.float64), (*like.shape, 3))


def _mix(below: Plane, above: Plane, share: Plane) -> Plane:
    return below + (above - below) * share[..., None]


def _step(value: Plane, edge: float) -> Plane:
    return np.clip(value / edge + 0.5, 0, 1)


def _inside(distance: Plane, radius: float, edge: float) -> Plane:
    return _step(radius - distance, edge)


def _bar(along: Plane, across: Plane, edge: float) -> Plane:
    return _inside(np.abs(along), 0.06, edge) * _inside(np.abs(across), 0.014, edge)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ICON
    target.write_bytes(png(draw()))
