"""Heat maps to compare samplers on: random ones of many kinds, and saliency of real photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage import data, draw

Heat = npt.NDArray[np.uint8]
Photo = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]


def random_heat_maps(count: int, seed: int = 0) -> Iterator[tuple[str, Heat]]:
    """`count` maps, the kinds taken in turns; each with its kind's name."""
    kinds: list[Callable[[np.random.Generator], Heat]] = [
        _noise,
        _smooth,
        _plateaus,
        _binary_noise,
        _discs,
        _rings,
        _horseshoes,
        _specks,
        _equal_rivals,
        _tiny,
        _stripes,
        _gradient,
    ]
    rng = np.random.default_rng(seed)
    for i in range(count):
        kind = kinds[i % len(kinds)]
        yield kind.__name__.strip("_"), np.ascontiguousarray(kind(rng))


def _shape(rng: np.random.Generator) -> tuple[int, int]:
    return int(rng.integers(3, 70)), int(rng.integers(3, 70))


def _noise(rng: np.random.Generator) -> Heat:
    return rng.integers(0, 256, _shape(rng), dtype=np.uint8)


def _smooth(rng: np.random.Generator) -> Heat:
    field = ndimage.gaussian_filter(rng.standard_normal(_shape(rng)), rng.uniform(1, 6))
    return _to_bytes(field)


def _plateaus(rng: np.random.Generator) -> Heat:
    """Few levels: many ties between blobs and in Otsu's histogram."""
    field = ndimage.gaussian_filter(rng.standard_normal(_shape(rng)), rng.uniform(0.5, 3))
    levels = int(rng.integers(2, 6))
    steps = np.floor(_to_bytes(field) / 256 * levels).astype(int)
    values: Heat = rng.integers(0, 256, levels).astype(np.uint8)
    return np.asarray(values[steps])


def _binary_noise(rng: np.random.Generator) -> Heat:
    low, high = np.sort(rng.choice(256, 2, replace=False))
    return np.where(rng.random(_shape(rng)) < rng.uniform(0.02, 0.9), high, low).astype(np.uint8)


def _discs(rng: np.random.Generator) -> Heat:
    heat = np.full(_shape(rng), rng.integers(0, 60), np.uint8)
    for _ in range(int(rng.integers(1, 6))):
        centre = (rng.integers(heat.shape[0]), rng.integers(heat.shape[1]))
        rows, columns = draw.disk(centre, rng.uniform(1, 12), shape=heat.shape)
        heat[rows, columns] = rng.integers(100, 256)
    return heat


def _rings(rng: np.random.Generator) -> Heat:
    """The centre of mass lies in the hole."""
    height, width = _shape(rng)
    y, x = np.mgrid[:height, :width]
    distance = np.hypot(y - rng.uniform(0, height), x - rng.uniform(0, width))
    radius = rng.uniform(2, 20)
    return np.where(np.abs(distance - radius) < rng.uniform(0.6, 3), 200, 10).astype(np.uint8)


def _horseshoes(rng: np.random.Generator) -> Heat:
    size = int(rng.integers(6, 40))
    wall = int(rng.integers(1, max(2, size // 3)))
    heat = np.zeros((size, size), np.uint8)
    heat[1:-1, 1 : 1 + wall] = heat[1:-1, -1 - wall : -1] = heat[-1 - wall : -1, 1:-1] = 180
    heat[rng.random(heat.shape) < 0.05] = 0
    return np.rot90(heat, int(rng.integers(4)))


def _specks(rng: np.random.Generator) -> Heat:
    """Blobs of one pixel, all alike: raster order decides."""
    heat = np.zeros(_shape(rng), np.uint8)
    heat.flat[rng.choice(heat.size, min(heat.size - 1, 9), replace=False)] = rng.integers(1, 256)
    return heat


def _equal_rivals(rng: np.random.Generator) -> Heat:
    """The same shape several times, now and then with one pixel or one level more."""
    heat = np.zeros((40, 60), np.uint8)
    rows, columns = int(rng.integers(1, 8)), int(rng.integers(1, 12))
    for top in (2, 22):
        for left in (2, 22, 42):
            heat[top : top + rows, left : left + columns] = 150
            if rng.random() < 0.3:
                heat[top, left] = rng.choice([149, 151])
            if rng.random() < 0.3:
                heat[top + rows, left] = 150
    return heat


def _tiny(rng: np.random.Generator) -> Heat:
    return rng.integers(0, 4, rng.integers(1, 4, 2)).astype(np.uint8) * np.uint8(80)


def _stripes(rng: np.random.Generator) -> Heat:
    heat = np.zeros(_shape(rng), np.uint8)
    heat[:: int(rng.integers(2, 5))] = 255
    heat[:, :: int(rng.integers(2, 9))] = rng.integers(1, 256)
    return heat


def _gradient(rng: np.random.Generator) -> Heat:
    height, width = _shape(rng)
    slope = rng.uniform(-1, 1, 2)
    return _to_bytes(np.add.outer(slope[0] * np.arange(height), slope[1] * np.arange(width)))


def bundled_photos() -> dict[str, Photo]:
    """Photos inside the scikit-image package: uint8 H×W×3."""
    names = ("astronaut", "cat", "coffee", "rocket", "moon", "coins", "clock", "horse", "camera")
    photos = {}
    for name in names:
        photo = getattr(data, name)()
        photo = photo.astype(np.uint8) * np.uint8(255) if photo.dtype == bool else photo
        photos[name] = photo if photo.ndim == 3 else np.repeat(photo[:, :, None], 3, axis=2)
    return photos


def real_heat_maps(count: int) -> Iterator[tuple[str, Heat]]:
    """Classical saliency of crops of the bundled photos, at several sizes."""
    photos = bundled_photos()
    rng = np.random.default_rng(7)
    for i in range(count):
        name = list(photos)[i % len(photos)]
        photo = photos[name]
        height, width = (int(side * rng.uniform(0.35, 1)) for side in photo.shape[:2])
        top = int(rng.integers(0, photo.shape[0] - height + 1))
        left = int(rng.integers(0, photo.shape[1] - width + 1))
        size = (int(rng.choice([48, 64, 96, 128])), int(rng.choice([48, 64, 96, 128])))
        crop = photo[top : top + height, left : left + width]
        small = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
        method = (_spectral_residual, _centre_contrast)[i // len(photos) % 2]
        yield f"{name} {i} {method.__name__}", _to_bytes(method(small))


def _spectral_residual(photo: Photo) -> Floats:
    """Hou and Zhang, "Saliency detection: a spectral residual approach", 2007."""
    spectrum = np.fft.fft2(photo.mean(axis=2))
    amplitude = np.log(np.abs(spectrum) + 1e-9)
    residual = amplitude - ndimage.uniform_filter(amplitude, 3)
    saliency = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    return np.asarray(ndimage.gaussian_filter(saliency, 3))


def _centre_contrast(photo: Photo) -> Floats:
    """Distance of the colour from that of the border."""
    values = photo.astype(np.float64)
    border = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    contrast = np.linalg.norm(values - border.mean(axis=0), axis=2)
    return np.asarray(ndimage.gaussian_filter(contrast, 2))


def _to_bytes(field: Floats) -> Heat:
    spread = float(np.ptp(field))
    scaled = (field - field.min()) / (spread if spread > 0 else 1.0)
    return np.asarray(np.round(255 * scaled), np.uint8)
