"""Random weights that are the same on every machine, made from the tensors' names.

For what does not depend on what a network has learnt: its time, its size, whether two
implementations agree. Whole-number arithmetic, so that no library's generator has a say.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

_U64 = np.uint64
_PRODUCTS = ("proj.weight", "qkv.weight", "fc.weight")


def seeded_tensor(name: str, shape: tuple[int, ...], seed: int = 0) -> Tensor:
    """A tensor of a size that keeps signals within bounds through the layers.

    Args:
        name: in the checkpoint; its words say what the tensor is for.
        shape: of the tensor.
        seed: another number gives other weights.

    Returns:
        float32; int64 zero for a BatchNorm's count.
    """
    if name.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.int64)
    even = _even(name, int(np.prod(shape, dtype=np.int64)), seed).reshape(shape)
    if name.endswith("running_var"):
        even = 1 + even / 4
    elif name.endswith("bias") or name.endswith("running_mean"):
        even = even / 10
    elif len(shape) == 1:
        even = 1 + even / 10
    elif name.endswith("pos_embed"):
        even = even / 2
    elif len(shape) > 2 or name.endswith(_PRODUCTS) or "layers" in name or "blocks" in name:
        # Variance one over the number of what is added up.
        even = even * np.sqrt(3 / np.prod(shape[1:]))
    return torch.from_numpy(even.astype(np.float32))


def fill_seeded(model: nn.Module, seed: int = 0) -> None:
    """Give every tensor of ``model`` its :func:`seeded_tensor`."""
    shapes: Mapping[str, Tensor] = model.state_dict()
    model.load_state_dict(
        {name: seeded_tensor(name, tuple(value.shape), seed) for name, value in shapes.items()}
    )


def _even(name: str, count: int, seed: int) -> np.ndarray:
    """Float64 in −1…1, evenly spread (SplitMix64: Steele, Lea, Flood 2014)."""
    with np.errstate(over="ignore"):
        start = _U64(zlib.crc32(name.encode()) + (seed << 32))
        mixed = np.arange(1, count + 1, dtype=_U64) * _U64(0x9E3779B97F4A7C15)
        mixed += start * _U64(0xD1B54A32D192ED03)
        mixed = (mixed ^ (mixed >> _U64(30))) * _U64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> _U64(27))) * _U64(0x94D049BB133111EB)
        mixed ^= mixed >> _U64(31)
    return (mixed >> _U64(11)).astype(np.float64) / 2.0**52 - 1.0
