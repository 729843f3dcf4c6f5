"""What is evaluated: anything that turns a photo and prompts into a mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from squeezesam_train.evaluation.prompts import Prompts
from squeezesam_train.photos import U8

Mask = NDArray[np.bool_]


class PredictorError(Exception):
    """A predictor that cannot be loaded or run; the text says why."""


@dataclass(frozen=True)
class Prediction:
    """Candidate masks at photo size.

    Attributes:
        masks: K×H×W bool.
        scores: K float, the predictor's own estimate of the IoU; the highest one is chosen, the
            first where several are.
    """

    masks: Mask
    scores: NDArray[np.float32]

    @property
    def mask(self) -> Mask:
        """The chosen candidate, H×W bool."""
        chosen: Mask = self.masks[int(self.scores.argmax())]
        return chosen

    @classmethod
    def single(cls, mask: Mask) -> Prediction:
        """Of a predictor without candidates."""
        return cls(mask[None], np.ones(1, np.float32))


class OpenPhoto(Protocol):
    """A photo that a predictor has prepared."""

    def predict(self, prompts: Prompts) -> Prediction:
        """Masks for the prompts, of which there is at least one."""

    def heat(self) -> NDArray[np.uint8] | None:
        """Saliency at photo size, H×W uint8; None for a predictor without a saliency network."""

    def automatic_clicks(self) -> Prompts | None:
        """The sampler's clicks (none for a flat map); None without a saliency network."""


class Predictor(Protocol):
    """Opens photos.

    Attributes:
        name: short, unique in a run, heads its column in the tables.
        boxes: accepts boxes.
        clicks: accepts clicks.
    """

    name: str
    boxes: bool
    clicks: bool

    def open(self, photo: U8) -> OpenPhoto:
        """Prepare an H×W×3 uint8 RGB photo."""

    def describe(self) -> dict[str, Any]:
        """What was evaluated, for the report: weights and their hash, engine, settings."""
