"""Augmentation of a photo with its labels: crop, flip, colour, blur, copy-paste.

Each function takes and returns H×W×3 uint8 RGB and H×W uint8 labels (0 background, 1…N instances,
255 ignore) and draws from the given generator only.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from squeezesam_model.normalisation import PAD_VALUE

from squeezesam_train.photos import IGNORE, U8


def bounding_box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Tight box (x0, y0, x1, y1) of a mask that is not empty, edges inclusive."""
    rows = np.flatnonzero(mask.any(1))
    columns = np.flatnonzero(mask.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def crop_round(rgb: U8, labels: U8, target: int, rng: np.random.Generator) -> tuple[U8, U8]:
    """Cut a window of 1.1 to 3 times the object's size that holds most of it (paper: centre crop).

    The window need not be centred: the object may touch an edge, as in real photos.
    """
    height, width = labels.shape
    x0, y0, x1, y1 = bounding_box(labels == target)
    zoom = np.exp(rng.uniform(np.log(1.05), np.log(3.0)))
    side_x = (x1 - x0 + 1) * zoom
    side_y = (y1 - y0 + 1) * zoom
    # Towards a square, since the window is letterboxed: less padding, and context on all sides.
    longer = max(side_x, side_y)
    squareness = rng.uniform(0.3, 1.0)
    crop_w = round(min(width, max(24.0, side_x + squareness * (longer - side_x))))
    crop_h = round(min(height, max(24.0, side_y + squareness * (longer - side_y))))
    left = _window(x0, x1, crop_w, width, rng)
    top = _window(y0, y1, crop_h, height, rng)
    window = np.s_[top : top + crop_h, left : left + crop_w]
    return rgb[window], labels[window]


def _window(first: int, last: int, length: int, limit: int, rng: np.random.Generator) -> int:
    """A start so that first…last lies inside start…start+length, or nearly."""
    slack = 0.1 * (last - first + 1)
    low = max(0.0, min(last + 1 - length - slack, first))
    high = min(float(limit - length), max(first + slack, low))
    return round(rng.uniform(low, max(low, high)))


def resize_to(rgb: U8, labels: U8, height: int, width: int) -> tuple[U8, U8]:
    """Area average when shrinking, bilinear when enlarging; labels by nearest neighbour."""
    shrink = height * width < labels.size
    filter_ = cv2.INTER_AREA if shrink else cv2.INTER_LINEAR
    small = cv2.resize(rgb, (width, height), interpolation=filter_)
    small_labels = cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(small, np.uint8), np.asarray(small_labels, np.uint8)


def fit(rgb: U8, labels: U8, size: int) -> tuple[U8, U8]:
    """Scale the longer side to ``size``, the aspect kept."""
    height, width = labels.shape
    scale = size / max(height, width)
    return resize_to(rgb, labels, max(1, round(height * scale)), max(1, round(width * scale)))


def shrink(rgb: U8, labels: U8, longest: int) -> tuple[U8, U8]:
    """Scale the longer side down to ``longest``; smaller photos stay as they are.

    Photos of many megapixels are not worth distorting in full before they are fitted.
    """
    return fit(rgb, labels, longest) if max(labels.shape) > longest else (rgb, labels)


def pad_image(rgb: U8, size: int) -> U8:
    """Letterbox: pad bottom and right to a square of ``size``."""
    canvas = np.empty((size, size, 3), np.uint8)
    canvas[:] = PAD_VALUE
    canvas[: rgb.shape[0], : rgb.shape[1]] = rgb
    return canvas


def pad_mask(mask: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    """The letterbox's padding is background."""
    canvas = np.zeros((size, size), np.bool_)
    canvas[: mask.shape[0], : mask.shape[1]] = mask
    return canvas


def flip(rgb: U8, labels: U8) -> tuple[U8, U8]:
    """Mirror left and right."""
    return rgb[:, ::-1], labels[:, ::-1]


def stretch(rgb: U8, labels: U8, rng: np.random.Generator) -> tuple[U8, U8]:
    """Change the aspect ratio by up to a fifth."""
    height, width = labels.shape
    factor = float(np.exp(rng.uniform(-0.2, 0.2)))
    return resize_to(rgb, labels, height, max(8, round(width * factor)))


def colour(rgb: U8, rng: np.random.Generator) -> U8:
    """Brightness, contrast, a cast per channel, and now and then grey."""
    gain = rng.uniform(0.7, 1.3) * rng.uniform(0.92, 1.08, 3)
    offset = rng.uniform(-25, 25)
    tables = np.clip(np.arange(256)[:, None] * gain + offset, 0, 255).astype(np.uint8)
    out = cv2.LUT(np.ascontiguousarray(rgb), tables.reshape(256, 1, 3))
    saturation = 0.0 if rng.random() < 0.05 else rng.uniform(0.6, 1.3)
    grey = cv2.cvtColor(out, cv2.COLOR_RGB2GRAY)[..., None]
    mixed = cv2.addWeighted(out, saturation, np.repeat(grey, 3, 2), 1 - saturation, 0)
    return np.asarray(mixed, np.uint8)


def blur(rgb: U8, rng: np.random.Generator) -> U8:
    """Gaussian blur of 0.4 to 1.5 pixels."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.4, 1.5)), np.uint8)


def paste(
    rgb: U8, labels: U8, donor: U8, donor_mask: NDArray[np.bool_], new_label: int,
    rng: np.random.Generator,
) -> tuple[U8, U8]:  # fmt: skip
    """Copy the donor's object onto the photo at a random place, 15–60 % of its longer side.

    The pasted pixels get ``new_label``; what lies under them is hidden, as behind a real object.
    """
    x0, y0, x1, y1 = bounding_box(donor_mask)
    cut, cut_mask = donor[y0 : y1 + 1, x0 : x1 + 1], donor_mask[y0 : y1 + 1, x0 : x1 + 1]
    height, width = labels.shape
    scale = rng.uniform(0.15, 0.6) * max(height, width) / max(cut_mask.shape)
    new_h = min(height, max(4, round(cut_mask.shape[0] * scale)))
    new_w = min(width, max(4, round(cut_mask.shape[1] * scale)))
    small, alpha = resize_to(cut, cut_mask.astype(np.uint8) * 255, new_h, new_w)
    if rng.random() < 0.5:
        small, alpha = flip(small, alpha)
    soft = cv2.GaussianBlur(np.ascontiguousarray(alpha), (3, 3), 0).astype(np.float32)[..., None]
    top, left = rng.integers(0, height - new_h + 1), rng.integers(0, width - new_w + 1)
    out, out_labels = rgb.copy(), labels.copy()
    window = np.s_[top : top + new_h, left : left + new_w]
    blend = out[window] + (small.astype(np.float32) - out[window]) * (soft / 255)
    out[window] = np.round(blend).astype(np.uint8)
    out_labels[window][alpha >= 128] = new_label
    return out, out_labels


def visible(labels: U8, target: int) -> NDArray[np.bool_]:
    """Mask of one instance."""
    return np.asarray(labels == target)


def ignored(labels: U8) -> NDArray[np.bool_]:
    """Pixels left out of losses and scores."""
    return np.asarray(labels == IGNORE)
