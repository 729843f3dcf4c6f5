"""Pictures in which nothing stands out: what a phone sees of a wall, the sky, or a covered lens."""

from __future__ import annotations

import cv2
import numpy as np

from squeezesam_train.photos import U8


def empty_picture(height: int, width: int, rng: np.random.Generator) -> U8:
    """H×W×3 uint8 RGB: a plain or shaded ground, with a texture without any object, and noise.

    The ground is one colour or runs from one to another; the texture is noise blurred at a scale of
    its own, from grain to clouds; both may be absent.
    """
    picture = _ground(height, width, rng)
    if rng.random() < 0.6:
        picture = picture + _texture(height, width, rng)
    picture = picture + rng.normal(0, rng.choice([0.0, 1.0, 4.0, 12.0]), picture.shape)
    whole: U8 = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    return whole


def _ground(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Float H×W×3: a colour that runs into a similar or another one, or stays."""
    first = rng.uniform(0, 255) + rng.normal(0, 25, 3)
    last = first + rng.normal(0, rng.choice([0.0, 10.0, 60.0]), 3)
    angle = rng.uniform(0, 2 * np.pi)
    x = np.linspace(-0.5, 0.5, width)[None] * np.cos(angle)
    y = np.linspace(-0.5, 0.5, height)[:, None] * np.sin(angle)
    along = np.clip(x + y + 0.5, 0, 1)[..., None]
    return np.asarray(first + along * (last - first), np.float64)


def _texture(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Float H×W×3: grey or coloured noise at a scale from 1 pixel to a third of the picture."""
    scale = float(np.exp(rng.uniform(0, np.log(max(height, width) / 3))))
    rows, columns = max(2, round(height / scale)), max(2, round(width / scale))
    coarse = rng.normal(0, 1, (rows, columns, 3 if rng.random() < 0.3 else 1))
    grown = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(grown.reshape(height, width, -1) * rng.uniform(2, 30), np.float64)
