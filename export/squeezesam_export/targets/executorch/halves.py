"""What of a network XNNPACK may compute in float16: where the work is, and none of the rest.

Its float16 softmax and products of two activations turn into NaN, and float16 rounds coordinates
above 512 to half a pixel: attention, normalisation and token logic stay in float32.
"""

from __future__ import annotations

import copy

from squeezesam_model.trunk import UNetTrunk
from torch import Tensor, nn

_LAYERS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


def half_inside(module: nn.Module) -> nn.Module:
    """A copy with float32 at its boundary and its heavy part in float16.

    Of a network with a UNet that is the UNet, all but a hundredth of the work; of any other, each
    convolution and matrix for itself, between two casts.
    """
    copied = copy.deepcopy(module)
    parts = (UNetTrunk,) if any(isinstance(m, UNetTrunk) for m in copied.modules()) else _LAYERS
    holder = nn.ModuleList([copied])  # the module itself may be such a part
    for parent in list(holder.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, parts):
                half = _HalfTrunk(child) if isinstance(child, UNetTrunk) else _HalfLayer(child)
                setattr(parent, name, half)
    return holder[0]


class _HalfLayer(nn.Module):
    """A layer that takes and gives float32."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer.half()

    def forward(self, inputs: Tensor) -> Tensor:
        output: Tensor = self.layer(inputs.half())
        return output.float()


class _HalfTrunk(nn.Module):
    """A trunk with float32 planes, bottom map and features; the skips stay inside."""

    def __init__(self, trunk: UNetTrunk) -> None:
        super().__init__()
        self.trunk = trunk.half()

    def encode(self, planes: Tensor) -> list[Tensor]:
        *skips, bottom = self.trunk.encode(planes.half())
        return [*skips, bottom.float()]

    def decode(self, maps: list[Tensor], bottom: Tensor) -> Tensor:
        return self.trunk.decode(maps, bottom.half()).float()
