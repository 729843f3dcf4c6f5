"""The saliency network: the same UNet family, narrow, RGB in, one heat map out."""

from __future__ import annotations

from torch import Tensor, nn

from squeezesam_model.normalisation import PixelNormalisation
from squeezesam_model.presets import SaliencyPreset
from squeezesam_model.trunk import UNetTrunk


class SaliencyNet(nn.Module):
    """Finds what stands out: the source of the first five clicks (paper, 'Application').

    Attributes:
        least_peak: 0…255, fitted to the weights: nothing stands out where 255·sigmoid of the
            highest logit is lower.
    """

    def __init__(self, preset: SaliencyPreset) -> None:
        super().__init__()
        self.preset = preset
        self.least_peak = 0
        self.normalise = PixelNormalisation(preset.normalisation)
        self.trunk = UNetTrunk(3, preset)
        self.head = nn.Conv2d(preset.decoder[-1], 1, 1)

    def forward(self, image: Tensor) -> Tensor:
        """B×3×H×W float32 RGB in 0…255, letterboxed → heat map B×1×H/4×W/4 float32 logits."""
        maps = self.trunk.encode(self.normalise(image))
        heat: Tensor = self.head(self.trunk.decode(maps, maps[-1]))
        return heat
