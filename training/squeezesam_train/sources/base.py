"""What every reader gives: random photos with label maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from squeezesam_train.photos import IGNORE, U8, DamagedPhotoError, check_sizes

LABEL_KINDS = ("instance", "salient", "person", "pet", "part")


@dataclass(frozen=True)
class Photo:
    """One photo as drawn.

    Attributes:
        name: file or record, for messages.
        rgb: H×W×3 uint8.
        labels: H×W uint8: 0 background, 1…N objects, 255 ignore.
        kind: what the labels stand for, one of :data:`LABEL_KINDS`.
        components: connected components of the foreground; 0 where nobody counted them.
        partly_labelled: further objects may be in the photo without a label.
    """

    name: str
    rgb: U8
    labels: U8
    kind: str = "instance"
    components: int = 0
    partly_labelled: bool = False


def checked(photo: Photo) -> Photo:
    """The photo itself, if its labels fit it and name an object.

    Raises:
        DamagedPhotoError: they do not.
    """
    check_sizes(photo.rgb, photo.labels, f"the mask of {photo.name}")
    if not ((photo.labels > 0) & (photo.labels < IGNORE)).any():
        raise DamagedPhotoError(f"the mask of {photo.name} labels no object")
    return photo


class PhotoSource(Protocol):
    """A set of photos that any of them can be drawn from at any time.

    Attributes:
        name: for messages and logs.
    """

    name: str

    def __len__(self) -> int:
        """Photos in the set."""
        ...

    def draw(self, rng: np.random.Generator) -> Photo:
        """A random photo, determined by the generator's state alone.

        Raises:
            DamagedPhotoError: the photo drawn cannot be used. Drawing again may succeed.
        """
        ...
