"""Several samples of one photo: up to N of its objects, each with its own crop and prompts.

SqueezeSAM's training takes up to 8 masks an image. In SAM, whose prompts come in late, they share
the image encoder; our network reads the prompts together with the photo, so each mask is a forward
pass of its own and what is shared is the drawing and decoding of the photo.
"""

from __future__ import annotations

import copy

import numpy as np
from torch.utils.data import Dataset

from squeezesam_train.batches import Batch
from squeezesam_train.dataset import SaliencySamples, SegmenterSamples, instances
from squeezesam_train.sources.base import Photo, PhotoSource

# Keeps the draws of photos apart from those inside the samples.
_STREAM = 2


class _Drawn:
    """In place of the photos: the first draw gives one that is given, the next ones any."""

    def __init__(self, photos: PhotoSource, drawn: Photo | None) -> None:
        self.name = photos.name
        self._photos, self._drawn = photos, drawn

    def __len__(self) -> int:
        return len(self._photos)

    def draw(self, rng: np.random.Generator) -> Photo:
        if self._drawn is None:
            return self._photos.draw(rng)
        drawn, self._drawn = self._drawn, None
        return drawn


class PhotoGroups(Dataset[Batch]):
    """Samples of which ``masks_per_photo`` in a row come from the same photo.

    A photo with fewer objects gives that many samples, the rest of its row are ordinary ones; the
    object is drawn anew for each, so that one may come twice (with other crops and prompts). As
    before, a sample is a function of the seed and its index alone.

    Args:
        samples: of a run; its configuration's ``masks_per_photo`` and ``seed`` count here.
    """

    def __init__(self, samples: SegmenterSamples | SaliencySamples) -> None:
        self.samples = samples
        self._group = -1
        self._photo: Photo | None = None

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Batch:
        config = self.samples.config
        group, member = divmod(self.samples.first + index, config.masks_per_photo)
        if group != self._group:
            rng = np.random.default_rng((config.seed, _STREAM, group))
            self._group, self._photo = group, self.samples.photos.draw(rng)
        assert self._photo is not None
        shares = member < len(instances(self._photo.labels))
        one = copy.copy(self.samples)
        one.photos = _Drawn(self.samples.photos, self._photo if shares else None)
        return one[index]
