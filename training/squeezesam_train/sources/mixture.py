"""Several sources as one, by weight; damaged photos are passed over while they are few."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from squeezesam.terminal import printable

from squeezesam_train.photos import DamagedPhotoError, DataError
from squeezesam_train.sources.base import Photo, PhotoSource

# Fewer damaged draws than this prove nothing about the share of damaged photos.
_FEWEST = 10


class PhotoMixture:
    """A weighted mixture of sources.

    A damaged photo does not end a run: another one is drawn with the same generator (so the sample
    is still a function of seed and index), and the first time it is met one line tells its name and
    how many were met so far. More than ``max_damaged`` of the draws, and at least ten, end the run:
    then it is the set that is damaged. Every loading process counts for itself.

    Args:
        sources: the sets.
        weights: share of the draws each set gets, whatever its length; one of them positive.
        max_damaged: largest share of damaged draws, 0…1.

    Raises:
        DataError: no weight is positive.
    """

    def __init__(
        self, sources: Sequence[PhotoSource], weights: Sequence[float], max_damaged: float = 0.01
    ) -> None:
        raw = np.asarray(weights, np.float64)
        if len(raw) != len(sources) or not raw.sum() > 0 or (raw < 0).any():
            raise DataError("the weights of the data sources must be 0 or more, and one positive")
        self.name = " + ".join(source.name for source in sources)
        self.sources = list(sources)
        self.max_damaged = max_damaged
        self._cumulative = np.cumsum(raw / raw.sum())
        self._draws = 0
        self._damaged_draws = 0
        self._known: set[str] = set()

    def __len__(self) -> int:
        return sum(len(source) for source in self.sources)

    def draw(self, rng: np.random.Generator) -> Photo:
        """A photo of a source chosen by weight.

        Raises:
            DataError: too large a share of the photos is damaged.
        """
        while True:
            self._draws += 1
            try:
                return self._choose(rng).draw(rng)
            except DamagedPhotoError as error:
                self._count(error)

    def _choose(self, rng: np.random.Generator) -> PhotoSource:
        if len(self.sources) == 1:
            return self.sources[0]
        index = int(np.searchsorted(self._cumulative, rng.random(), side="right"))
        return self.sources[min(index, len(self.sources) - 1)]

    def _count(self, error: DamagedPhotoError) -> None:
        self._damaged_draws += 1
        message = str(error)
        if message not in self._known:
            self._known.add(message)
            count = len(self._known)
            print(
                f"passed over a damaged photo ({count} so far): {printable(message)}",
                file=sys.stderr,
            )
        share = self._damaged_draws / self._draws
        if self._damaged_draws >= _FEWEST and share > self.max_damaged:
            raise DataError(
                f"{self._damaged_draws} of {self._draws} photos drawn were damaged, more than the "
                f"share {self.max_damaged:g} that max_damaged allows; the last: {message}"
            ) from error
