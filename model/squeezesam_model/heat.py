"""The saliency network as a program that stands beside any segmenter: the automatic first mask."""

from __future__ import annotations

from squeezesam_model.network import Input, Output, Photo, Program
from squeezesam_model.normalisation import PixelNormalisation
from squeezesam_model.saliency import SaliencyNet

HEAT = "heat"


def heat_size(height: int, width: int, longest: int) -> tuple[int, int]:
    """Input size of the saliency network: the segmenter's aspect, multiples of 32."""
    scale = longest / max(height, width)
    return (max(32, round(height * scale / 32) * 32), max(32, round(width * scale / 32) * 32))


def heat_program(saliency: SaliencyNet, height: int, width: int) -> Program:
    """``heat``, beside a segmenter whose input has this size; it sees the photo no larger."""
    size = heat_size(height, width, min(saliency.preset.size, max(height, width)))
    image = Input("image", (1, 3, *size), folded_photo(saliency.normalise))
    heat = Output("heatmap", "heat", saliency.least_peak)
    return Program(HEAT, "photo", saliency, (image,), (heat,))


def folded_photo(normalise: PixelNormalisation) -> Photo:
    """Normalised inside; padded with the mean, as close as 8 bits allow."""
    red, green, blue = (round(float(mean)) for mean in normalise.mean.flatten())
    return Photo(padding=(red, green, blue))
