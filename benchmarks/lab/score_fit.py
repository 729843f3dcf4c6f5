"""Heat weights and score heads, fitted to proposals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from lab.candidates import Proposal
from numpy.typing import NDArray
from squeezesam_model.fitted import PROMPT_KINDS, TRAITS, Head

# Heat weights that are tried.
GRID = (0.0, 0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
# Of standardised traits: keeps weights of traits that say the same small.
RIDGE = 10.0
# Kinds of prompts with enough masks for squares of traits; the automatic ones are too few.
_SQUARED = ("click", "clicks", "box")
# Traits without a square: they are not within 0…1, and a mask of specks would run away with it.
UNBOUNDED = ("roundness", "logit_inside", "logit_outside")
_SQUARES = [TRAITS.index(name) for name in TRAITS if name not in UNBOUNDED]
_LARGEST = TRAITS.index("largest")
# A mask that is not chosen counts so much; the first fit, which chooses, counts all alike.
NOT_CHOSEN = 0.05
ROUNDS = 2

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Worth:
    """The masks of one kind of prompts: what they show and what they are worth.

    Attributes:
        photo: N, the photo of each object.
        plain: N, IoU of the mask with the best score of the network, without the heat map.
        traits: N×K×len(TRAITS).
        iou: N×K, at the photo's size.
    """

    photo: NDArray[np.int64]
    plain: Floats
    traits: Floats
    iou: Floats


def heat_ious(proposals: Sequence[Proposal]) -> Floats:
    """Mean IoU by kind of prompts and weight of GRID, on the masks' plane."""
    rows = []
    for kind in range(len(PROMPT_KINDS)):
        ious = [one.plane_iou(GRID) for one in proposals if one.kind == kind]
        rows.append(np.mean(ious, axis=0) if ious else np.zeros(len(GRID)))
    return np.array(rows)


def best_weights(ious: Floats) -> tuple[float, ...]:
    """The heat weight of each kind with the highest mean, the lowest of equals."""
    return tuple(GRID[int(row.argmax())] for row in ious)


def worth(proposals: Sequence[Proposal], kind: int, weight: float) -> Worth:
    """What the masks of a kind of prompts are worth with this share of the heat map."""
    photos, plain, traits, ious = [], [], [], []
    for one in proposals:
        if one.kind == kind:
            masks, best = one.joined(weight), int(one.scores.argmax())
            photos.append(one.photo)
            plain.append(one.photo_iou(one.masks[best : best + 1].astype(np.float32))[0])
            traits.append(one.traits(masks))
            ious.append(one.photo_iou(masks))
    return Worth(np.array(photos), np.array(plain), np.array(traits), np.array(ious))


def fit_head(found: Worth, kind: int) -> Head:
    """Of TRAITS, for the masks of one kind of prompts.

    Least squares of the IoU with a penalty on the weights of standardised traits and squares; first
    of all masks alike, then mostly of those that the fit before would choose.
    """
    # Squares of what a trait differs by from its mean, which say something else than the trait.
    middle = found.traits.reshape(-1, len(TRAITS)).mean(0)
    squared = _SQUARES if PROMPT_KINDS[kind] in _SQUARED else []
    features = np.concatenate([found.traits, ((found.traits - middle)[..., squared]) ** 2], axis=-1)
    bias, weights = _ridge(features, found.iou, np.ones(found.iou.shape))
    for _ in range(ROUNDS):
        counts = np.full(found.iou.shape, NOT_CHOSEN)
        counts[np.arange(len(counts)), (features @ weights).argmax(1)] = 1.0
        bias, weights = _ridge(features, found.iou, counts)
    squares = np.zeros(len(TRAITS))
    squares[squared] = weights[len(TRAITS) :]
    # w·(t − m)² = w·t² − 2·w·m·t + w·m²
    plain = weights[: len(TRAITS)] - 2 * squares * middle
    bias += float(squares @ middle**2)
    return Head(_short(bias), _all_short(plain), _all_short(squares) if squared else ())


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _all_short(values: Floats) -> tuple[float, ...]:
    return tuple(_short(value) for value in values)


def _ridge(features: Floats, ious: Floats, counts: Floats) -> tuple[float, Floats]:
    features, ious = features.reshape(-1, features.shape[-1]), ious.ravel()
    share = counts.ravel() / counts.sum()
    middle, mean = share @ features, float(share @ ious)
    spread = features.std(0)
    used = spread > 1e-9
    weights = np.zeros(features.shape[-1])
    if used.any():
        standard = (features - middle)[:, used] / spread[used]
        heavy = standard * counts.ravel()[:, None]
        wanted = heavy.T @ (ious - mean)
        weights[used] = (
            np.linalg.solve(heavy.T @ standard + RIDGE * np.eye(int(used.sum())), wanted)
            / spread[used]
        )
    return mean - float(middle @ weights), weights


def told(head: Head, traits: Floats) -> Floats:
    """Scores N×K, 0…1, of masks with these traits N×K×len(TRAITS)."""
    scores = traits @ np.array(head.weights) + head.bias
    if head.squares:
        scores += traits**2 @ np.array(head.squares)
    # Nothing is inside: 0, as the core says.
    honest: Floats = np.where(traits[..., _LARGEST] == 0, 0.0, np.clip(scores, 0, 1))
    return honest


def cross_fitted(found: Worth, kind: int) -> tuple[Floats, Floats]:
    """(score, IoU) of the chosen masks, each by a head fitted on the other half of the photos."""
    scores = np.zeros(found.iou.shape)
    odd = found.photo % 2 == 1
    for mine in (odd, ~odd):
        if mine.any() and not mine.all():
            other = Worth(
                found.photo[~mine], found.plain[~mine], found.traits[~mine], found.iou[~mine]
            )
            scores[mine] = told(fit_head(other, kind), found.traits[mine])
    chosen = scores.argmax(1)
    rows = np.arange(len(chosen))
    return scores[rows, chosen], found.iou[rows, chosen]
