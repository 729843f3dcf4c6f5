"""Folding what never changes: BatchNorm into its convolution, pixel normalisation into the stem."""

from __future__ import annotations

import copy

import torch
from squeezesam_model.normalisation import PixelNormalisation
from squeezesam_model.trunk import UNetTrunk
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold(model: nn.Module) -> nn.Module:
    """A copy without BatchNorm and pixel normalisation that gives the same outputs.

    Args:
        model: in evaluation mode. Pixel normalisation is folded where it has ours as
            ``normalise``.

    Raises:
        ValueError: the model is in training mode, or a BatchNorm does not directly follow a
            convolution (it could not be folded exactly).
    """
    if model.training:
        raise ValueError("only a network in evaluation mode can be folded")
    folded = copy.deepcopy(model)
    for module in folded.modules():
        if isinstance(module, nn.Sequential):
            _fold_sequence(module)
    if not isinstance(getattr(folded, "normalise", None), PixelNormalisation):
        # Another family's: what is left of it is its target's to fold.
        return folded
    left = [name for name, m in folded.named_modules() if isinstance(m, nn.BatchNorm2d)]
    if left:
        raise ValueError(f"the BatchNorm {left[0]} does not directly follow a convolution")
    _fold_normalisation(folded)
    return folded


def _fold_sequence(sequence: nn.Sequential) -> None:
    """Conv, BN, … → Conv, Identity, …, in place."""
    for index in range(len(sequence) - 1):
        conv, norm = sequence[index], sequence[index + 1]
        if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            sequence[index] = _fuse(conv, norm)
            sequence[index + 1] = nn.Identity()


def _fuse(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> nn.Conv2d:
    # In double precision, so that the only rounding is the last one.
    return fuse_conv_bn_eval(conv.double(), norm.double()).float()


class _Centred(nn.Module):
    """image − mean: what is left of the normalisation before a stem that pads."""

    mean: Tensor

    def __init__(self, mean: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean.clone(), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        return image - self.mean


@torch.no_grad()
def _fold_normalisation(model: nn.Module) -> None:
    """(x − mean) / std, then the stem's convolution, as one convolution.

    Exact everywhere, the border included, where the stem does not pad. One that pads with zeros
    pads with the mean's pixel: there the subtraction stays, an operator of no weight, and the
    division alone is folded. (Padding the pixels with the mean instead would copy them all.)
    """
    normalise, trunk = model.normalise, model.trunk
    if not isinstance(normalise, PixelNormalisation) or not isinstance(trunk, UNetTrunk):
        raise ValueError("only squeezesam's networks can be folded")
    stem = trunk.encoder.stem[0]
    if not isinstance(stem, nn.Conv2d) or stem.bias is None:
        raise ValueError("the stem's BatchNorm must be folded first")
    if isinstance(stem.padding, str) or stem.padding_mode != "zeros":
        raise ValueError("a stem can take the normalisation in only if it pads with zeros")
    mean, std = (
        normalise.mean.double().reshape(1, 3, 1, 1),
        normalise.std.double().reshape(1, 3, 1, 1),
    )
    weight = stem.weight.double().clone()
    weight[:, :3] /= std
    stem.weight.copy_(weight.float())
    if any(stem.padding):
        model.normalise = _Centred(normalise.mean)
        return
    bias = stem.bias.double() - (weight[:, :3] * mean).sum((1, 2, 3))
    stem.bias.copy_(bias.float())
    model.normalise = nn.Identity()
