"""Heat weights and score heads, fitted to proposals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from lab.candidates import Proposal
from numpy.typing import NDArray
from squeezesam_model.fitted import PROMPT_KINDS, TRAITS, ScoreHeads

# Heat weights that are tried.
GRID = (0.0, 0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
# Of standardised traits: keeps weights of traits that say the same small.
RIDGE = 10.0
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


def fit_head(found: Worth, kind: int) -> tuple[float, tuple[float, ...]]:
    """(bias, weight of each of TRAITS) for the masks of one kind of prompts.

    Least squares of the IoU with a penalty on the weights of standardised traits; first of all
    masks alike, then mostly of those that the fit before would choose.
    """
    counts = np.ones(found.iou.shape)
    bias, weights = _ridge(found, counts, kind)
    for _ in range(ROUNDS):
        counts = np.full(found.iou.shape, NOT_CHOSEN)
        counts[np.arange(len(counts)), (found.traits @ weights).argmax(1)] = 1.0
        bias, weights = _ridge(found, counts, kind)
    return bias, tuple(float(f"{weight:.6g}") for weight in weights)


def _ridge(found: Worth, counts: Floats, kind: int) -> tuple[float, Floats]:
    traits, ious = found.traits.reshape(-1, len(TRAITS)), found.iou.ravel()
    share = counts.ravel() / counts.sum()
    middle, mean = share @ traits, float(share @ ious)
    spread = traits.std(0)
    used = spread > 1e-9
    weights = np.zeros(len(TRAITS))
    if used.any():
        standard = (traits - middle)[:, used] / spread[used]
        heavy = standard * counts.ravel()[:, None]
        wanted = heavy.T @ (ious - mean)
        weights[used] = (
            np.linalg.solve(heavy.T @ standard + RIDGE * np.eye(int(used.sum())), wanted)
            / spread[used]
        )
    return float(f"{mean - float(middle @ weights):.6g}"), weights


def told(head: tuple[float, tuple[float, ...]], traits: Floats) -> Floats:
    """Scores N×K, 0…1, of masks with these traits N×K×len(TRAITS)."""
    scores: Floats = np.clip(traits @ np.array(head[1]) + head[0], 0, 1)
    return scores


def fit_heads(found: Sequence[Worth]) -> ScoreHeads:
    """The heads of all kinds of prompts, on all proposals."""
    return ScoreHeads(TRAITS, tuple(fit_head(one, kind) for kind, one in enumerate(found)))


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
