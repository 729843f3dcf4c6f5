"""The heat map of torch weights: where it lies, what clicks it gives, what it adds to a mask."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from squeezesam.geometry import heat_to_clicks
from squeezesam_model import SaliencyNet
from torch import Tensor

from squeezesam_train.evaluation.letterbox import Letterbox, interpolation
from squeezesam_train.evaluation.prompts import Click, Prompts
from squeezesam_train.photos import U8


def clicks_from_heat(plane: NDArray[np.float32], box: Letterbox, least_peak: int = 0) -> Prompts:
    """The core's sampler on the part of a heat map (h×w logits) that the photo covers.

    No clicks where no byte of the map reaches ``least_peak``: nothing stands out.
    """
    heat = _on_photo(plane, box)
    if heat.max() < least_peak:
        return Prompts(())
    down, across = box.input_height / plane.shape[0], box.input_width / plane.shape[1]
    clicks = []
    for x, y in heat_to_clicks(heat):
        clicks.append(Click(*box.photo_point((x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5)))
    return Prompts(tuple(clicks), automatic=True)


def heat_on_masks(
    plane: NDArray[np.float32], box: Letterbox, shape: tuple[int, ...], masks: Letterbox
) -> NDArray[np.float32]:
    """A heat map (h×w logits) where masks of ``shape`` lie: bilinear, 0 beside the photo.

    Args:
        plane: over the whole input of ``box``.
        box: of the saliency network's input.
        shape: rows and columns of the masks.
        masks: of the segmenter's input.
    """
    out = np.zeros(shape[:2], np.float32)
    used, weights = [], []
    for side, photo, whole, heat_side, heat_photo, heat_whole in (
        (shape[0], masks.height, masks.input_height, plane.shape[0], box.height, box.input_height),
        (shape[1], masks.width, masks.input_width, plane.shape[1], box.width, box.input_width),
    ):
        # All pixels of the masks that the photo touches, and as much of the heat map.
        valid = photo * side / whole
        touched = math.ceil(valid)
        covered = heat_photo * heat_side / heat_whole * touched / valid
        used.append(touched)
        weights.append(interpolation(heat_side, min(covered, heat_side), touched))
    out[: used[0], : used[1]] = weights[0] @ plane @ weights[1].T
    return out


# Of the photo's longer side: how far round a background click the heat map counts less.
_REACH = 0.2


def heat_share(
    heat: NDArray[np.float32], weight: float, prompts: Prompts, masks: Letterbox
) -> NDArray[np.float32]:
    """What a heat map adds to the masks of these prompts, as the core has it: h×w logits.

    All of ``weight`` where nobody pointed; else the more of it the hotter the map is under the
    least hot foreground click. Less towards background clicks of hand, where the map is wrong.

    Args:
        heat: logits where the masks lie, from :func:`heat_on_masks`.
        weight: of these prompts' kind.
        prompts: in photo pixels.
        masks: of the segmenter's input.
    """
    height, width = heat.shape

    def on_plane(click: Click) -> tuple[float, float]:
        x, y = masks.point(click.x, click.y)
        return (x + 0.5) * width / masks.input_width, (y + 0.5) * height / masks.input_height

    least = 255
    share = np.full(heat.shape, 1.0, np.float32)
    rows, columns = np.mgrid[:height, :width]
    tall = masks.height * height / masks.input_height
    wide = masks.width * width / masks.input_width
    reach = _REACH * math.ceil(max(tall, wide))
    for click in prompts.clicks:
        x, y = on_plane(click)
        if not click.foreground:
            squared = (columns + 0.5 - x) ** 2 + (rows + 0.5 - y) ** 2
            share = np.minimum(share, squared / reach**2)
        elif not prompts.automatic:
            at = heat[min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1)]
            least = min(least, int(to_heat(at[None])[0]))
    total: NDArray[np.float32] = np.float32(weight * least / 255) * share.astype(np.float32) * heat
    return total


def heat_of_photo(net: SaliencyNet, photo: U8) -> NDArray[np.uint8]:
    """The heat map of an H×W×3 uint8 RGB photo, h×w in 0…255, where the photo covers it."""
    box = Letterbox.of(photo, net.preset.size, net.preset.size)
    return _on_photo(heat_plane(net, photo, box), box)


def heat_plane(net: SaliencyNet, photo: U8, box: Letterbox) -> NDArray[np.float32]:
    """The logits h×w of an H×W×3 uint8 RGB photo, over the whole input of ``box``."""
    with torch.inference_mode():
        plane: NDArray[np.float32] = net(to_input(box.image(photo)))[0, 0].numpy()
    return plane


def _on_photo(plane: NDArray[np.float32], box: Letterbox) -> NDArray[np.uint8]:
    rows, columns = box.covered(*plane.shape)
    return np.ascontiguousarray(to_heat(plane)[:rows, :columns])


def to_heat(logits: NDArray[np.float32]) -> NDArray[np.uint8]:
    """round(255 · sigmoid) as uint8."""
    return np.floor(255 / (1 + np.exp(-logits.astype(np.float64))) + 0.5).astype(np.uint8)


def to_input(image: U8) -> Tensor:
    """H×W×3 uint8 RGB → 1×3×H×W float32 in 0…255."""
    planar = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    return planar.contiguous(memory_format=torch.channels_last)
