"""Training samples, each a function of (seed, index) alone: resuming at any step is exact."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from squeezesam_model import MAX_POINTS
from squeezesam_model.points import PADDING
from torch import Tensor
from torch.utils.data import Dataset

from squeezesam_train import augment
from squeezesam_train.config import TrainConfig
from squeezesam_train.empty import empty_picture
from squeezesam_train.photos import IGNORE, U8, DataError
from squeezesam_train.simulate import Points, PromptMix, simulate
from squeezesam_train.sources.base import PhotoSource

_MIN_AREA = 0.002
# Photos without a usable object in a row that prove that the data hold none.
_MOST_DRAWS = 1000
# Keeps the draw of a batch's size apart from the draws of its samples.
_SIZES = 2


@dataclass(frozen=True)
class Sample:
    """One training sample before batching: H×W, then padded to the phase's size S×S."""

    image: U8
    target: NDArray[np.bool_]
    ignore: NDArray[np.bool_]
    prompts: Points


def padded(sample: Sample, size: int) -> Sample:
    """The sample letterboxed to size×size; prompts stay where they are."""
    return Sample(
        augment.pad_image(sample.image, size),
        augment.pad_mask(sample.target, size),
        augment.pad_mask(sample.ignore, size),
        sample.prompts,
    )


def instances(labels: U8, smallest: float = _MIN_AREA) -> list[int]:
    """Labels of the objects that cover at least ``smallest`` of the photo."""
    counts = np.bincount(labels.ravel(), minlength=256)
    return [i for i in range(1, IGNORE) if counts[i] >= smallest * labels.size]


def split_components(labels: U8) -> U8:
    """DUTS gives one label to objects that stand apart: give each component its own."""
    count, components = cv2.connectedComponents((labels == 1).astype(np.uint8), connectivity=8)
    if count <= 2 or count > 200:
        return labels
    return np.where(labels == 1, components, labels).astype(np.uint8)


class _Samples(Dataset[dict[str, Tensor]]):
    """``count`` samples of a run from index ``first`` on.

    Args:
        photos: where photos are drawn from.
        config: of the run.
        size: side of the square samples.
        first: index of the first sample in the run; the first one of a batch.
        count: samples.
        sizes: multi-scale: each batch takes one of these instead of ``size``.
        batch: samples of a step (of all ranks together), needed with ``sizes``.
    """

    def __init__(
        self, photos: PhotoSource, config: TrainConfig, size: int, first: int, count: int,
        sizes: tuple[int, ...] = (), batch: int = 1,
    ) -> None:  # fmt: skip
        self.photos, self.config, self.size = photos, config, size
        self.first, self.count = first, count
        self.sizes, self.batch = sizes, batch

    def __len__(self) -> int:
        return self.count

    def size_at(self, index: int) -> int:
        """Side of sample ``index``, the same for a whole batch and after resuming at any step."""
        if not self.sizes:
            return self.size
        start = self.first + index // self.batch * self.batch
        rng = np.random.default_rng((self.config.seed, start, _SIZES))
        return int(rng.choice(self.sizes))

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """The sample as tensors, see :func:`to_tensors`.

        Raises:
            DataError: no photo drawn has a usable object, or too many are damaged.
        """
        rng = np.random.default_rng((self.config.seed, self.first + index))
        for _ in range(_MOST_DRAWS):
            if (sample := self._draw(rng, self.size_at(index))) is not None:
                return to_tensors(sample)
        raise DataError(f"{_MOST_DRAWS} photos in a row had no usable object")

    @abstractmethod
    def _draw(self, rng: np.random.Generator, size: int) -> Sample | None:
        """One sample, or None where the photo drawn is of no use."""


class SegmenterSamples(_Samples):
    """One object of a photo with simulated prompts."""

    @property
    def _mix(self) -> PromptMix:
        return PromptMix(
            box=self.config.boxes,
            automatic=self.config.automatic,
            single=self.config.single,
            strokes=self.config.strokes,
            negatives=self.config.negatives,
            outliers=self.config.outliers,
        )

    def _draw(self, rng: np.random.Generator, size: int) -> Sample | None:
        photo = self.photos.draw(rng)
        rgb, labels = photo.rgb, photo.labels
        if photo.kind == "salient" and photo.components != 1 and rng.random() < 0.5:
            labels = split_components(labels)
        choices = instances(labels)
        if not choices:
            return None
        chosen = int(rng.choice(choices))
        if rng.random() < self.config.crop:
            rgb, labels = augment.crop_round(rgb, labels, chosen, rng)
        rgb, labels = distort(*augment.shrink(rgb, labels, 2 * size), rng)
        image, labels = augment.fit(rgb, labels, size)
        if rng.random() < self.config.copy_paste:
            image, labels, chosen = self._paste(image, labels, chosen, rng)
        target = augment.visible(labels, chosen)
        if target.mean() < _MIN_AREA / 2:
            return None
        others = ~target & (labels > 0) & (labels < IGNORE)
        points = simulate(target, others, photo.partly_labelled, self._mix, rng)
        return padded(Sample(image, target, augment.ignored(labels), points), size)

    def _paste(
        self, image: U8, labels: U8, chosen: int, rng: np.random.Generator
    ) -> tuple[U8, U8, int]:
        """Objects of other photos onto this one; the target may be one of them."""
        for _ in range(int(rng.integers(1, 3))):
            donor = self.photos.draw(rng)
            choices = instances(donor.labels, 0.01)
            if donor.kind == "part" or not choices:
                continue
            free = set(range(1, IGNORE)) - set(np.unique(labels).tolist())
            if not free:
                break
            new = min(free)
            mask = augment.visible(donor.labels, int(rng.choice(choices)))
            image, labels = augment.paste(image, labels, donor.rgb, mask, new, rng)
            if rng.random() < 0.5:
                chosen = new
        return image, labels, chosen


class SaliencySamples(_Samples):
    """Photos with everything that is salient in them as the target, and pictures of nothing."""

    def _draw(self, rng: np.random.Generator, size: int) -> Sample | None:
        if self.config.empty and rng.random() < self.config.empty:
            nothing = np.zeros((size, size), np.bool_)
            return Sample(empty_picture(size, size, rng), nothing, nothing, [])
        photo = self.photos.draw(rng)
        rgb, labels = photo.rgb, photo.labels
        choices = instances(labels)
        if not choices:
            return None
        if rng.random() < self.config.crop:
            rgb, labels = augment.crop_round(rgb, labels, int(rng.choice(choices)), rng)
        rgb, labels = distort(*augment.shrink(rgb, labels, 2 * size), rng)
        image, labels = augment.fit(rgb, labels, size)
        target = (labels > 0) & (labels < IGNORE)
        return padded(Sample(image, target, augment.ignored(labels), []), size)


# By the task of a configuration.
SAMPLES: dict[str, type[SegmenterSamples] | type[SaliencySamples]] = {
    "segmenter": SegmenterSamples,
    "saliency": SaliencySamples,
}


def distort(rgb: U8, labels: U8, rng: np.random.Generator) -> tuple[U8, U8]:
    """Flip, stretch, colour and blur, each with its own probability."""
    if rng.random() < 0.5:
        rgb, labels = augment.flip(rgb, labels)
    if rng.random() < 0.4:
        rgb, labels = augment.stretch(np.ascontiguousarray(rgb), np.ascontiguousarray(labels), rng)
    if rng.random() < 0.8:
        rgb = augment.colour(rgb, rng)
    if rng.random() < 0.1:
        rgb = augment.blur(np.ascontiguousarray(rgb), rng)
    return np.ascontiguousarray(rgb), np.ascontiguousarray(labels)


def to_tensors(sample: Sample) -> dict[str, Tensor]:
    """``image`` 3×S×S uint8, ``target`` and ``valid`` S×S bool, ``points`` N×2, ``labels`` N."""
    points = np.zeros((MAX_POINTS, 2), np.float32)
    labels = np.full(MAX_POINTS, PADDING, np.float32)
    for i, (x, y, label) in enumerate(sample.prompts[:MAX_POINTS]):
        points[i], labels[i] = (x, y), label
    return {
        "image": torch.from_numpy(np.ascontiguousarray(sample.image.transpose(2, 0, 1))),
        "target": torch.from_numpy(sample.target),
        "valid": torch.from_numpy(~sample.ignore),
        "points": torch.from_numpy(points),
        "labels": torch.from_numpy(labels),
    }
