"""Scores of a saliency map against a mask: MAE, F-measure, S-measure.

Ignored pixels are left out of MAE and F-measure; the S-measure compares regions of the photo, so
there they count as background in map and mask alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Heat = NDArray[np.uint8]
Floats = NDArray[np.float64]

BETA_SQUARED = 0.3
_TINY = np.finfo(np.float64).eps


@dataclass(frozen=True)
class SaliencyScores:
    """Of one photo.

    Attributes:
        mae: mean absolute error of the map in 0…1.
        s_measure: 0…1.
        f_curve: F-measure of the map thresholded at ≥ t for t = 0…255, length 256.
    """

    mae: float
    s_measure: float
    f_curve: Floats


def saliency_scores(heat: Heat, target: Mask, ignore: Mask) -> SaliencyScores:
    """All scores of an H×W uint8 map against H×W bool."""
    valid = ~ignore
    return SaliencyScores(
        mean_absolute_error(heat[valid], target[valid]),
        s_measure(np.asarray(heat * valid / 255, np.float64), target & valid),
        f_curve(heat[valid], target[valid]),
    )


def mean_absolute_error(heat: Heat, target: Mask) -> float:
    """Mean |map − mask| in 0…1 (Perazzi et al., "Saliency Filters", CVPR 2012)."""
    return float(np.abs(heat / 255 - target).mean()) if heat.size else 0.0


def f_curve(heat: Heat, target: Mask) -> Floats:
    """F-measure with β² = 0.3 at each of the 256 thresholds.

    The maximum F-measure of a set is the maximum over thresholds of the mean over photos.

    Source: Achanta et al., "Frequency-tuned Salient Region Detection", CVPR 2009.
    """
    hits = np.bincount(heat[target], minlength=256)[::-1].cumsum()[::-1].astype(np.float64)
    chosen = np.bincount(heat.ravel(), minlength=256)[::-1].cumsum()[::-1]
    precision = hits / np.maximum(chosen, 1)
    recall = hits / max(1, int(np.count_nonzero(target)))
    weighted = BETA_SQUARED * precision + recall
    return np.asarray((1 + BETA_SQUARED) * precision * recall / np.where(hits > 0, weighted, 1))


def s_measure(heat: Floats, target: Mask) -> float:
    """Structure measure, the mean of object and region similarity (α = 0.5), 0…1.

    Source: Fan et al., "Structure-measure: A New Way to Evaluate Foreground Maps", ICCV 2017.

    Args:
        heat: H×W in 0…1.
        target: H×W bool.
    """
    share = float(target.mean())
    if share == 0:
        return float(1 - heat.mean())
    if share == 1:
        return float(heat.mean())
    objects = share * _object_score(heat[target])
    objects += (1 - share) * _object_score(1 - heat[~target])
    return float(max(0.0, 0.5 * objects + 0.5 * _region_score(heat, target)))


def _object_score(values: Floats) -> float:
    """How high and how even the map is where it ought to be 1."""
    mean = float(values.mean())
    spread = float(values.std(ddof=1)) if values.size > 1 else 0.0
    return float(2 * mean / (mean**2 + 1 + spread + _TINY))


def _region_score(heat: Floats, target: Mask) -> float:
    """Similarity in the four parts that the mask's centre of mass cuts, weighted by area."""
    ys, xs = np.nonzero(target)
    row, column = (int(np.floor(v.mean() + 0.5)) + 1 for v in (ys, xs))
    total = 0.0
    for rows in (slice(None, row), slice(row, None)):
        for columns in (slice(None, column), slice(column, None)):
            part = heat[rows, columns]
            if part.size:
                total += part.size * _similarity(part, target[rows, columns].astype(np.float64))
    return total / heat.size


def _similarity(part: Floats, wanted: Floats) -> float:
    """SSIM of two patches without its stabilising constants, as the authors define it."""
    mean, wanted_mean = part.mean(), wanted.mean()
    freedom = max(1, part.size - 1)
    variance = ((part - mean) ** 2).sum() / freedom
    wanted_variance = ((wanted - wanted_mean) ** 2).sum() / freedom
    covariance = ((part - mean) * (wanted - wanted_mean)).sum() / freedom
    above = 4 * mean * wanted_mean * covariance
    below = (mean**2 + wanted_mean**2) * (variance + wanted_variance)
    if above != 0:
        return float(above / (below + _TINY))
    return 1.0 if below == 0 else 0.0
