"""What a network proposes for validation photos, before anything that is fitted to it.

Each photo goes through the network once for every object and kind of prompts; heat weights and
score heads are then fitted to what is kept here.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from squeezesam_model.fitted import PROMPT_KINDS
from squeezesam_train.evaluation.heat_maps import heat_share
from squeezesam_train.evaluation.letterbox import Letterbox
from squeezesam_train.evaluation.mask_traits import traits_of
from squeezesam_train.evaluation.prompts import Prompts
from squeezesam_train.evaluation.protocols import AUTOMATIC_KINDS, PROMPT_PROTOCOLS
from squeezesam_train.evaluation.scores import iou
from squeezesam_train.evaluation.targets import (
    MOST_PER_PHOTO,
    Target,
    choose_instances,
    whole_target,
)
from squeezesam_train.evaluation.torch_predictor import OpenTorchPhoto, TorchPredictor
from squeezesam_train.photos import U8, PhotoEntry, read_photo
from tqdm import tqdm

# The protocol of each of PROMPT_KINDS.
PROTOCOLS = ("point", "points3", "box", "automatic")
SEED = 0


@dataclass(frozen=True)
class Proposal:
    """One object of one photo, asked for in one way; K masks of it.

    Attributes:
        photo: its place among the photos.
        kind: index into ``PROMPT_KINDS``.
        target: the object.
        prompts: in photo pixels.
        box: how the photo lies in the network's input.
        masks: K×h×w logits, float16 to save room.
        scores: K, what the network says of them.
        heat: h×w logits of the heat map where the masks lie, float16.
    """

    photo: int
    kind: int
    target: Target
    prompts: Prompts
    box: Letterbox
    masks: NDArray[np.float16]
    scores: NDArray[np.float32]
    heat: NDArray[np.float16]

    def joined(self, weight: float) -> NDArray[np.float32]:
        """The masks with the share of the heat map that this weight gives them."""
        masks = self.masks.astype(np.float32)
        if weight == 0:
            return masks
        share = heat_share(self.heat.astype(np.float32), weight, self.prompts, self.box)
        return masks + share

    def plane_iou(self, weights: tuple[float, ...]) -> list[float]:
        """Of the mask with the best score, for each heat weight, on the masks' plane."""
        truth, ignored = _on_plane(self.target, self.box, self.masks.shape[1:])
        rows, columns = truth.shape
        best = int(self.scores.argmax())
        return [
            iou(self.joined(weight)[best, :rows, :columns] > 0, truth, ignored)
            for weight in weights
        ]

    def photo_iou(self, masks: NDArray[np.float32]) -> NDArray[np.float64]:
        """Of masks K×h×w, at the photo's size."""
        at_size = self.box.upsample(masks) > 0
        return np.array([iou(mask, self.target.mask, self.target.ignore) for mask in at_size])

    def traits(self, masks: NDArray[np.float32]) -> NDArray[np.float64]:
        """K×len(TRAITS), of masks K×h×w in the place of this one's."""
        return traits_of(self.prompts, masks, self.scores, self.heat.astype(np.float32), self.box)


def gather(predictor: TorchPredictor, entries: list[PhotoEntry]) -> list[Proposal]:
    """Every object and kind of prompts of these photos, by torch weights with a heat map.

    Raises:
        DataError: a photo cannot be read.
    """
    found = []
    for number, entry in enumerate(tqdm(entries, unit="photo", mininterval=5)):
        rgb, labels = read_photo(entry)
        view = predictor.open(rgb)
        for kind, target, prompts in _asked(view, entry, labels):
            masks, scores = view.candidates(prompts)
            heat = view.heat_on(masks)
            assert heat is not None
            found.append(Proposal(
                number, kind, target, prompts, view.letterbox, masks.astype(np.float16), scores,
                heat.astype(np.float16),
            ))  # fmt: skip
    return found


def _asked(
    view: OpenTorchPhoto, entry: PhotoEntry, labels: U8
) -> list[tuple[int, Target, Prompts]]:
    # As the evaluation draws them.
    asked = [
        (kind, target, PROMPT_PROTOCOLS[PROTOCOLS[kind]].draw(target, SEED))
        for target in choose_instances(entry, labels, SEED, MOST_PER_PHOTO)
        for kind in range(3)
    ]
    whole = whole_target(entry, labels) if entry.kind in AUTOMATIC_KINDS else None
    clicks = view.automatic_clicks()
    if whole is not None and clicks is not None and clicks.clicks:
        asked.append((PROMPT_KINDS.index("automatic"), whole, clicks))
    return asked


def _on_plane(
    target: Target, box: Letterbox, plane: tuple[int, ...]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_] | None]:
    """The object, and what is left out of the scores, where the photo covers a masks' plane."""
    rows, columns = box.covered(*plane)

    def small(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        byte = mask.astype(np.float32)
        return cv2.resize(byte, (columns, rows), interpolation=cv2.INTER_AREA) >= 0.5

    return small(target.mask), None if target.ignore is None else small(target.ignore)
