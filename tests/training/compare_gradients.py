"""Under torchrun: gradients and BatchNorm statistics of all processes' halves against the whole.

In float64, so that nothing but a wrong formula makes a difference. Prints the largest one.
"""

from __future__ import annotations

import copy
import sys

import torch
from squeezesam_model import SALIENCY_PRESETS
from squeezesam_model.saliency import SaliencyNet
from squeezesam_train.distributed import join_world, leave_world
from torch import Tensor, nn

BATCH, SIZE = 4, 96


def images() -> Tensor:
    """A batch of noise, the same in every process."""
    generator = torch.Generator().manual_seed(3)
    return torch.rand(BATCH, 3, SIZE, SIZE, generator=generator, dtype=torch.float64) * 255


def backward(network: nn.Module, batch: Tensor) -> None:
    """A mean over the batch, as the losses are."""
    (network(batch) ** 2).mean().backward()


def main() -> None:
    """Compare; every process takes its share of the same batch."""
    torch.set_num_threads(1)
    world = join_world("cpu", 60)
    torch.manual_seed(0)
    whole = SaliencyNet(SALIENCY_PRESETS["saliency"]).double().train()
    shared = copy.deepcopy(whole)
    backward(whole, images())
    share = BATCH // world.size
    part = slice(world.rank * share, (world.rank + 1) * share)
    backward(world.spread(shared), images()[part])
    largest = max(p.grad.abs().max().item() for p in whole.parameters())
    gradients = {name: parameter.grad for name, parameter in shared.named_parameters()}
    differences = {
        name: (parameter.grad - gradients[name]).abs().max().item() / largest
        for name, parameter in whole.named_parameters()
    }
    found = shared.state_dict()
    for name in [n for n in found if "running" in n]:
        value = whole.state_dict()[name]
        differences[name] = (value - found[name]).abs().max().item()
    if world.leads:
        worst = max(differences, key=lambda name: differences[name])
        print(len(differences), differences[worst], worst)
    leave_world()


if __name__ == "__main__":
    sys.exit(main())
