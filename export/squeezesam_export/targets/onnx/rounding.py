"""Rounding of int8 weights by what it does to a layer's results, not to its weights.

Rounded to the nearest step, each weight alone, a layer of few weights per result (depthwise, 1×1)
shifts whole channels and adds noise. Two known remedies, from the inputs that calibration sees:
a weight is rounded so that the weights behind it make up for its error (Frantar et al., "GPTQ",
2022; after Hassibi and Stork's optimal brain surgeon), and what is left of the mean error goes
into the bias (Nagel et al., "Data-free quantization", 2019, section 4.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I8 = NDArray[np.int8]
# Added to the diagonal of the moments, as a share of its mean: inputs that are always alike would
# otherwise make them singular.
_DAMPING = 0.01


@dataclass(frozen=True)
class Moments:
    """What the inputs of a layer are like; G groups of K inputs.

    Attributes:
        mean: G×K.
        covariance: G×K×K; None where only the bias is to be corrected.
    """

    mean: F64
    covariance: F64 | None


def moments(patches: NDArray[np.float32], with_covariance: bool = True) -> Moments:
    """Mean and covariance of G×N×K inputs."""
    mean = patches.mean(1, dtype=np.float64)
    if not with_covariance:
        return Moments(mean, None)
    centred = patches - mean[:, None].astype(np.float32)
    products = np.matmul(centred.transpose(0, 2, 1), centred)
    return Moments(mean, products.astype(np.float64) / patches.shape[1])


def nearest(weights: F64, steps: F64, least: int, most: int) -> F64:
    """Whole numbers of steps, each weight alone: …×O×K weights, …×O steps."""
    clipped: F64 = np.clip(np.rint(weights / steps[..., None]), least, most)
    return clipped


def least_error(weights: F64, steps: F64, covariance: F64, least: int, most: int) -> F64:
    """Whole numbers of steps with a small expected squared error of the layer's results.

    Args:
        weights: G×O×K, of G groups of O results from K inputs each.
        steps: G×O, width of one step.
        covariance: G×K×K of the inputs. The mean does not count: the bias takes its share.
        least: smallest whole number.
        most: largest.

    Returns:
        G×O×K whole numbers, never worse than the nearest ones by the covariance given.
    """
    count = weights.shape[-1]
    diagonal = np.einsum("gkk->gk", covariance)
    damped = covariance + np.eye(count) * (_DAMPING * diagonal.mean(-1) + 1e-12)[:, None, None]
    # The inputs that vary most come first, while others are left to make up for them.
    order = np.argsort(-diagonal, axis=-1, kind="stable")
    damped = np.take_along_axis(damped, order[:, :, None], 1)
    damped = np.take_along_axis(damped, order[:, None, :], 2)
    upper = np.linalg.cholesky(np.linalg.inv(damped)).transpose(0, 2, 1)
    left = np.take_along_axis(weights, order[:, None, :], 2)
    whole = np.empty_like(left)
    for k in range(count):
        whole[..., k] = np.clip(np.rint(left[..., k] / steps), least, most)
        error = (left[..., k] - whole[..., k] * steps) / upper[:, k, k, None]
        left[..., k + 1 :] -= error[..., None] * upper[:, None, k, k + 1 :]
    restored = np.take_along_axis(whole, np.argsort(order, axis=-1)[:, None, :], 2)
    plain = nearest(weights, steps, least, most)
    better = squared_error(weights, restored, steps, covariance) < squared_error(
        weights, plain, steps, covariance
    )
    return np.where(better[..., None], restored, plain)


def squared_error(weights: F64, whole: F64, steps: F64, covariance: F64) -> F64:
    """Expected squared error of each result: G×O×K, G×O×K, G×O, G×K×K → G×O."""
    off = weights - whole * steps[..., None]
    error: F64 = np.einsum("gok,gok->go", off @ covariance, off)
    return error
