"""From weights to the programs that a target lowers: folded, at one size, with real inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from squeezesam_model import MAX_POINTS, SaliencyNet, Segmenter
from squeezesam_model.count import count_macs, example_inputs
from squeezesam_model.planes import prompt_planes
from squeezesam_model.points import PADDING
from torch import Tensor, nn

from squeezesam_export.networks.folding import fold
from squeezesam_export.photos.views import Prompt, View, letterbox
from squeezesam_export.program import F32, SourceProgram

SEGMENTER_INPUTS = ("image", "prompts", "points", "labels")


@dataclass(frozen=True, eq=False)
class PreparedView:
    """A view as inputs of both networks.

    Attributes:
        view: where it comes from.
        segmenter: image, prompts, points, labels.
        saliency: image at the saliency network's size.
        covered: (height, width) of the segmenter's input that the photo covers.
    """

    view: View
    segmenter: tuple[Tensor, ...]
    saliency: tuple[Tensor, ...]
    covered: tuple[int, int]


class _Tuple(nn.Module):
    """Returns a plain tuple, which every exporter understands."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        out = self.model(*inputs)
        return (out,) if isinstance(out, Tensor) else tuple(out)


def saliency_size(height: int, width: int, longest: int) -> tuple[int, int]:
    """Input size of the saliency network: the segmenter's aspect, multiples of 32."""
    scale = longest / max(height, width)
    return (max(32, round(height * scale / 32) * 32), max(32, round(width * scale / 32) * 32))


def segmenter_inputs(
    view: View, height: int, width: int
) -> tuple[tuple[Tensor, ...], tuple[int, int]]:
    """Image, planes, points and labels for a view, and the size that its photo covers."""
    image, covered = letterbox(view.rgb, height, width)
    points, labels = _scaled(view.prompts, view.rgb.shape[:2], covered)
    planes = prompt_planes(points, labels, height, width)
    return (torch.from_numpy(image), planes, points, labels), covered


def _scaled(
    prompts: Sequence[Prompt], photo: tuple[int, ...], covered: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Prompts in network pixels: 1×N×2 and 1×N, padded."""
    points = torch.zeros(1, MAX_POINTS, 2)
    labels = torch.full((1, MAX_POINTS), float(PADDING))
    for slot, (x, y, label) in enumerate(prompts[:MAX_POINTS]):
        points[0, slot, 0] = (x + 0.5) * covered[1] / photo[1] - 0.5
        points[0, slot, 1] = (y + 0.5) * covered[0] / photo[0] - 0.5
        labels[0, slot] = label
    return points, labels


@dataclass(frozen=True, eq=False)
class Networks:
    """The fp32 networks that everything is measured against."""

    segmenter: Segmenter
    saliency: SaliencyNet
    height: int
    width: int
    _outputs: WeakKeyDictionary[PreparedView, tuple[list[F32], list[F32]]] = field(
        default_factory=WeakKeyDictionary, init=False, repr=False
    )

    @property
    def saliency_input(self) -> tuple[int, int]:
        """Height and width of the saliency network's input."""
        return saliency_size(self.height, self.width, self.saliency.preset.size)

    def expected(self, prepared: PreparedView) -> tuple[list[F32], list[F32]]:
        """Outputs of segmenter (masks, scores) and saliency network; computed once per view."""
        known = self._outputs.get(prepared)
        if known is None:
            with torch.inference_mode():
                out = self.segmenter(*prepared.segmenter)
                heat = self.saliency(*prepared.saliency)
            known = ([out.masks.numpy(), out.scores.numpy()], [heat.numpy()])
            self._outputs[prepared] = known
        return known

    def prepare(self, view: View) -> PreparedView:
        """Inputs of both networks; a view without prompts gets some from its own heat map."""
        small, small_covered = letterbox(view.rgb, *self.saliency_input)
        image = torch.from_numpy(small)
        if not view.prompts:
            with torch.inference_mode():
                heat = self.saliency(image)[0, 0].numpy()
            prompts = _prompts_from_heat(heat, small_covered, image.shape[-1], view)
            view = View(view.name, view.rgb, prompts)
        inputs, covered = segmenter_inputs(view, self.height, self.width)
        return PreparedView(view, inputs, (image,), covered)

    def programs(self, calibration: Sequence[PreparedView]) -> tuple[SourceProgram, SourceProgram]:
        """Both networks, folded and fixed in size."""
        segmenter = _Tuple(fold(self.segmenter.at_size(self.height, self.width))).eval()
        example = example_inputs(self.height, self.width, MAX_POINTS)
        saliency = _Tuple(fold(self.saliency)).eval()
        small = (torch.zeros(1, 3, *self.saliency_input),)
        return (
            SourceProgram(
                "segmenter", segmenter, dict(zip(SEGMENTER_INPUTS, example, strict=True)),
                ("masks", "scores"), tuple(v.segmenter for v in calibration),
                count_macs(self.segmenter, example),
            ),
            SourceProgram(
                "saliency", saliency, {"image": small[0]}, ("heatmap",),
                tuple(v.saliency for v in calibration), count_macs(self.saliency, small),
            ),
        )  # fmt: skip


def _prompts_from_heat(
    heat: NDArray[np.float32], covered: tuple[int, int], input_width: int, view: View
) -> tuple[Prompt, ...]:
    """A click where the photo is most salient; for every other photo the salient region's box."""
    stride = input_width // heat.shape[1]
    valid = heat[: max(1, covered[0] // stride), : max(1, covered[1] // stride)]
    height, width = view.rgb.shape[:2]
    scale_y, scale_x = height / valid.shape[0], width / valid.shape[1]
    y, x = divmod(int(valid.argmax()), valid.shape[1])
    rows, columns = np.nonzero((valid > 0).any(1))[0], np.nonzero((valid > 0).any(0))[0]
    if len(rows) and view.rgb.sum() % 2:
        return (
            (float(columns[0] * scale_x), float(rows[0] * scale_y), 2),
            (float((columns[-1] + 1) * scale_x - 1), float((rows[-1] + 1) * scale_y - 1), 3),
        )
    return (((x + 0.5) * scale_x - 0.5, (y + 0.5) * scale_y - 0.5, 1),)
