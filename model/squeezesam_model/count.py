"""Counting parameters and multiply-accumulates."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def count_parameters(model: nn.Module) -> int:
    """Trainable numbers of ``model``."""
    return sum(p.numel() for p in model.parameters())


def count_macs(model: nn.Module, inputs: tuple[Tensor, ...]) -> int:
    """Multiply-accumulates of one run: convolutions, linear layers, attention products.

    An attention says itself what its products cost: ``product_macs(*inputs)``.
    The final dot product of the mask head is left out (0.1 % of the total).
    """
    total = 0

    def conv(module: nn.Conv2d, _: tuple[Tensor, ...], out: Tensor) -> None:
        nonlocal total
        kernel = module.kernel_size[0] * module.kernel_size[1]
        total += out.numel() * module.in_channels // module.groups * kernel

    def conv_transpose(module: nn.ConvTranspose2d, args: tuple[Tensor, ...], _: Tensor) -> None:
        nonlocal total
        kernel = module.kernel_size[0] * module.kernel_size[1]
        total += args[0].numel() * module.out_channels * kernel

    def linear(module: nn.Linear, _: tuple[Tensor, ...], out: Tensor) -> None:
        nonlocal total
        total += out.numel() * module.in_features

    def products(module: nn.Module, args: tuple[Tensor, ...], _: Tensor) -> None:
        nonlocal total
        total += module.product_macs(*args)  # type: ignore[operator]

    hooks = []
    for module in model.modules():
        for kind, hook in (
            (nn.Conv2d, conv),
            (nn.ConvTranspose2d, conv_transpose),
            (nn.Linear, linear),
        ):
            if isinstance(module, kind):
                hooks.append(module.register_forward_hook(hook))  # type: ignore[arg-type]
        if hasattr(module, "product_macs"):
            hooks.append(module.register_forward_hook(products))
    try:
        with torch.no_grad():
            model(*inputs)
    finally:
        for handle in hooks:
            handle.remove()
    return total


def example_inputs(
    height: int, width: int, max_points: int = 16, previous_mask: bool = False
) -> tuple[Tensor, ...]:
    """Segmenter inputs of the right shapes: a grey photo without any prompt."""
    inputs = (
        torch.full((1, 3, height, width), 127.0),
        torch.cat([torch.ones(1, 1, height, width), torch.zeros(1, 1, height, width)], 1),
        torch.zeros(1, max_points, 2),
        torch.full((1, max_points), -1.0),
    )
    return (*inputs, torch.zeros(1, 1, height, width)) if previous_mask else inputs
