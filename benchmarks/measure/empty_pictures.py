"""Pictures in which nothing stands out, each by its name: flat, shaded, noise, walls, out of focus.

None is made as the training's own are (:mod:`squeezesam_train.empty`); the textures and what is out
of focus are photographs of scikit-image.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
TEXTURES = ("brick", "grass", "gravel")
SCENES = ("astronaut", "coffee", "chelsea", "rocket", "cat", "immunohistochemistry", "retina")


def empty_pictures(seed: int = 0) -> Iterator[tuple[str, U8]]:
    """105 pictures, H×W×3 uint8 RGB, the same for the same seed."""
    rng = np.random.default_rng(seed)
    for make in (_flat, _shaded, _noise, _clouds, _walls, _out_of_focus):
        yield from make(rng)


def _flat(rng: np.random.Generator) -> Iterator[tuple[str, U8]]:
    for level in (0, 1, 8, 64, 119, 128, 200, 247, 255):
        yield f"grey {level}", np.full((480, 640, 3), level, np.uint8)
    for i in range(12):
        colour = rng.integers(0, 256, 3).astype(np.uint8)
        yield f"colour {i}", np.broadcast_to(colour, (600, 800, 3)).copy()


def _shaded(rng: np.random.Generator) -> Iterator[tuple[str, U8]]:
    for i in range(15):
        first, last = rng.uniform(0, 255, (2, 3))
        height, width = (int(side) for side in rng.integers(300, 900, 2))
        down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        along = ((across + 1) / 2, (down + 1) / 2, np.hypot(down, across) / np.sqrt(2))[i % 3]
        yield f"shade {i}", _bytes(first + (last - first) * along[..., None])


def _noise(rng: np.random.Generator) -> Iterator[tuple[str, U8]]:
    for i in range(12):
        shape = (480, 640, 3 if i % 2 else 1)
        values = rng.normal(rng.uniform(30, 220), (5, 20, 60, 200)[i % 4], shape)
        yield f"noise {i}", _bytes(np.broadcast_to(values, (480, 640, 3)))


def _clouds(rng: np.random.Generator) -> Iterator[tuple[str, U8]]:
    for i in range(12):
        total = np.zeros((400, 600))
        for octave in range(7):
            coarse = rng.normal(size=(2**octave + 1, 2**octave + 1)) / 2**octave
            total += cv2.resize(coarse, (600, 400), interpolation=cv2.INTER_CUBIC)
        total = (total - total.min()) / np.ptp(total)
        yield f"cloud {i}", _bytes(rng.uniform(0, 255, 3) + total[..., None] * rng.uniform(20, 120))


def _walls(rng: np.random.Generator) -> Iterator[tuple[str, U8]]:
    for name in TEXTURES:
        texture = _photo(name)
        for i in range(8):
            side = int(rng.integers(128, 512))
            y, x = (int(place) for place in rng.integers(0, 513 - side, 2))
            tint = rng.uniform(0.6, 1, 3)
            yield f"{name} {i}", _bytes(texture[y : y + side, x : x + side] * tint)


def _out_of_focus(rng: np.random.Generator) -> Iterator[tuple[str, U8]]:
    """Blurred over a sixteenth of the width and more: no outline of anything is left."""
    for name in SCENES:
        photo = _photo(name)
        for part in (16, 8, 4):
            blurred = cv2.GaussianBlur(photo, (0, 0), photo.shape[1] / part)
            yield f"{name}, out of focus {part}", _bytes(blurred)


def _photo(name: str) -> U8:
    from skimage import data

    photo = getattr(data, name)()
    coloured = np.repeat(photo[..., None], 3, 2) if photo.ndim == 2 else photo[..., :3]
    return np.ascontiguousarray(coloured)


def _bytes(values: NDArray[Any]) -> U8:
    return np.ascontiguousarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
