"""Whether a predictor knows how good its mask is: its own estimate against the true IoU."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 10
# Below this IoU a mask wants another click.
POOR_IOU = 0.75


def calibration(estimates: ArrayLike, ious: ArrayLike) -> dict[str, Any]:
    """Scores of estimates against what came true.

    Args:
        estimates: N predicted IoU, 0…1.
        ious: N true IoU, 0…1.

    Returns:
        ``n``; ``ece``, the expected calibration error; ``auroc_poor``, how well a low estimate
        tells masks below :data:`POOR_IOU` from the others (None where there is only one kind);
        ``bins``: [mean estimate, mean IoU, count] of each of ten equal steps that is not empty.
    """
    told, true = np.asarray(estimates, np.float64), np.asarray(ious, np.float64)
    bins = reliability(told, true)
    poor = auroc(-told, true < POOR_IOU)
    return {
        "n": int(told.size),
        "ece": round(sum(abs(e - t) * n for e, t, n in bins) / told.size, 6),
        "auroc_poor": None if poor is None else round(poor, 6),
        "bins": [[round(e, 6), round(t, 6), n] for e, t, n in bins],
    }


def reliability(
    told: NDArray[np.float64], true: NDArray[np.float64]
) -> list[tuple[float, float, int]]:
    """(mean estimate, mean IoU, count) of the estimates in each tenth of 0…1 that holds any.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2, with the
    IoU in the place of the accuracy.
    """
    step = np.clip((told * BINS).astype(int), 0, BINS - 1)
    groups = [step == number for number in range(BINS)]
    return [(float(told[g].mean()), float(true[g].mean()), int(g.sum())) for g in groups if g.any()]


def auroc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float | None:
    """Chance that a positive has a higher score than a negative, ties counting half.

    None without a positive or without a negative.

    Source: Fawcett, "An introduction to ROC analysis", 2006 (the Mann–Whitney statistic).
    """
    above, below = scores[positive], np.sort(scores[~positive])
    if not above.size or not below.size:
        return None
    wins = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(wins.mean() / 2 / below.size)
