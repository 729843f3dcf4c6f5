"""Torch weights as a predictor, with the geometry that every runtime keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from squeezesam.geometry import heat_to_clicks
from squeezesam_model import (
    DEFAULT_SEGMENTER,
    MAX_POINTS,
    SaliencyNet,
    Segmenter,
    WeightsError,
    file_sha256,
    load_saliency,
    load_segmenter,
)
from squeezesam_model.count import count_macs, count_parameters, example_inputs
from squeezesam_model.planes import prompt_planes
from squeezesam_model.points import (
    BACKGROUND,
    BOX_BOTTOM_RIGHT,
    BOX_TOP_LEFT,
    FOREGROUND,
    PADDING,
)
from torch import Tensor

from squeezesam_train.evaluation.letterbox import Letterbox
from squeezesam_train.evaluation.predictor import Prediction, PredictorError
from squeezesam_train.evaluation.prompts import Click, Prompts, goes_on
from squeezesam_train.photos import U8
from squeezesam_train.steps import enlarged_probability, no_mask


class TorchPredictor:
    """The segmenter and, where its weights are given, the saliency network, in float32."""

    boxes = True
    clicks = True

    def __init__(
        self,
        segmenter: Segmenter,
        saliency: SaliencyNet | None = None,
        size: int = 512,
        name: str = "torch",
        origin: dict[str, Any] | None = None,
        previous_mask: bool = True,
    ) -> None:
        """Weights as a predictor.

        Args:
            segmenter: the network.
            saliency: likewise.
            size: longer side of the segmenter's input, pixels.
            name: for the tables.
            origin: what is known of the weights.
            previous_mask: whether a network that takes its last mask is shown it.
        """
        self.name = name
        self.size = size
        self.segmenter = segmenter.eval()
        self.saliency = saliency if saliency is None else saliency.eval()
        self._origin = origin or {}
        self.previous_mask = previous_mask and segmenter.preset.previous_mask

    @classmethod
    def load(
        cls,
        weights: Path,
        saliency_weights: Path | None,
        preset: str = DEFAULT_SEGMENTER,
        saliency_preset_name: str | None = None,
        size: int = 512,
        previous_mask: bool = True,
    ) -> TorchPredictor:
        """From safetensors files; without a name the saliency preset is what its file says.

        Raises:
            PredictorError: unknown preset, unreadable weights, or weights of another preset.
        """
        try:
            segmenter = load_segmenter(weights, preset)
            saliency = None
            origin = {"weights": str(weights), "weights_sha256": file_sha256(weights)}
            if saliency_weights is not None:
                saliency = load_saliency(saliency_weights, saliency_preset_name)
                origin["saliency_weights"] = str(saliency_weights)
                origin["saliency_weights_sha256"] = file_sha256(saliency_weights)
        except (WeightsError, ValueError) as error:
            raise PredictorError(str(error)) from error
        return cls(segmenter, saliency, size, origin=origin, previous_mask=previous_mask)

    def open(self, photo: U8) -> _OpenTorchPhoto:
        """Prepare an H×W×3 uint8 RGB photo."""
        return _OpenTorchPhoto(self, photo)

    def describe(self) -> dict[str, Any]:
        """Weights, presets, input sizes, parameters and multiply-accumulates."""
        facts: dict[str, Any] = {
            "kind": "torch",
            "precision": "fp32",
            "preset": self.segmenter.preset.name,
            "size": self.size,
            "previous_mask": self.previous_mask,
            "parameters": count_parameters(self.segmenter),
            "macs": count_macs(
                self.segmenter,
                example_inputs(
                    self.size,
                    self.size,
                    previous_mask=self.segmenter.preset.previous_mask,
                ),
            ),
            **self._origin,
        }
        if self.saliency is not None:
            side = self.saliency.preset.size
            facts["saliency_preset"] = self.saliency.preset.name
            facts["saliency_size"] = side
            facts["saliency_parameters"] = count_parameters(self.saliency)
            facts["saliency_macs"] = count_macs(self.saliency, (torch.zeros(1, 3, side, side),))
        return facts


class _OpenTorchPhoto:
    """One photo, resized once."""

    def __init__(self, predictor: TorchPredictor, photo: U8) -> None:
        self._predictor = predictor
        self._photo = photo
        self._box = Letterbox.of(photo, predictor.size, predictor.size)
        self._image = _to_input(self._box.image(photo))
        self._heat_plane: NDArray[np.float32] | None = None
        # What the last prediction was asked, and the logits h×w that were chosen.
        self._last: tuple[Prompts, Tensor] | None = None

    def predict(self, prompts: Prompts) -> Prediction:
        """Four candidates and their scores.

        A network that takes the previous mask gets the last one where these prompts go on from it:
        the same clicks and box, and more clicks.
        """
        size = self._predictor.size
        # All clicks are drawn; of those that get a token only the newest find room.
        drawn = encode(prompts, self._box, None)
        points, labels = encode(prompts, self._box, MAX_POINTS)
        planes = prompt_planes(*drawn, size, size)
        with torch.inference_mode():
            masks, scores = self._predictor.segmenter(
                self._image, planes, points, labels, *self._previous(prompts)
            )
        self._last = (prompts, masks[0, int(scores[0].argmax())])
        logits = self._box.upsample(masks[0].numpy())
        return Prediction(logits > 0, self._honest(prompts, scores[0].numpy()))

    def _honest(self, prompts: Prompts, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        # As the core does it.
        one_click, clicks, with_box, automatic = self._predictor.segmenter.score_lines
        line = clicks if len(prompts.clicks) > 1 else one_click
        if prompts.automatic:
            line = automatic
        elif prompts.box is not None:
            line = with_box
        return np.clip(np.float32(line[0]) * scores + np.float32(line[1]), 0, 1)

    def _previous(self, prompts: Prompts) -> tuple[Tensor, ...]:
        if not self._predictor.segmenter.preset.previous_mask:
            return ()
        shown = self._predictor.previous_mask
        if not shown or self._last is None or not goes_on(self._last[0], prompts):
            return (no_mask(self._image),)
        return (enlarged_probability(self._last[1][None]),)

    def heat(self) -> NDArray[np.uint8] | None:
        """Saliency at photo size."""
        found = self._saliency()
        if found is None:
            return None
        plane, box = found
        return to_heat(box.upsample(plane[None])[0])

    def automatic_clicks(self) -> Prompts | None:
        """The sampler's clicks on the part of the heat map that the photo covers."""
        found = self._saliency()
        if found is None:
            return None
        net = self._predictor.saliency
        return clicks_from_heat(*found, 0 if net is None else net.least_peak)

    def _saliency(self) -> tuple[NDArray[np.float32], Letterbox] | None:
        net = self._predictor.saliency
        if net is None:
            return None
        box = Letterbox.of(self._photo, net.preset.size, net.preset.size)
        if self._heat_plane is None:
            self._heat_plane = _heat_plane(net, self._photo, box)
        return self._heat_plane, box


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


def heat_of_photo(net: SaliencyNet, photo: U8) -> NDArray[np.uint8]:
    """The heat map of an H×W×3 uint8 RGB photo, h×w in 0…255, where the photo covers it."""
    box = Letterbox.of(photo, net.preset.size, net.preset.size)
    return _on_photo(_heat_plane(net, photo, box), box)


def _heat_plane(net: SaliencyNet, photo: U8, box: Letterbox) -> NDArray[np.float32]:
    with torch.inference_mode():
        plane: NDArray[np.float32] = net(_to_input(box.image(photo)))[0, 0].numpy()
    return plane


def _on_photo(plane: NDArray[np.float32], box: Letterbox) -> NDArray[np.uint8]:
    rows, columns = box.covered(*plane.shape)
    return np.ascontiguousarray(to_heat(plane)[:rows, :columns])


def to_heat(logits: NDArray[np.float32]) -> NDArray[np.uint8]:
    """round(255 · sigmoid) as uint8."""
    return np.floor(255 / (1 + np.exp(-logits.astype(np.float64))) + 0.5).astype(np.uint8)


def encode(prompts: Prompts, box: Letterbox, slots: int | None) -> tuple[Tensor, Tensor]:
    """Points 1×N×2 in input pixels and labels 1×N: box corners first, then clicks.

    Args:
        prompts: in photo pixels.
        box: of the network's input.
        slots: N; the newest clicks are kept where there are more. None: as many as needed.
    """
    rows: list[tuple[float, float, float]] = []
    if prompts.box is not None:
        x0, y0, x1, y1 = prompts.box
        rows.append((*box.point(x0, y0), BOX_TOP_LEFT))
        rows.append((*box.point(x1, y1), BOX_BOTTOM_RIGHT))
    clicks = prompts.clicks
    if slots is not None:
        clicks = clicks[max(0, len(clicks) - (slots - len(rows))) :]
    rows += [(*box.point(c.x, c.y), FOREGROUND if c.foreground else BACKGROUND) for c in clicks]
    rows += [(0.0, 0.0, PADDING)] * ((slots or 0) - len(rows))
    table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 3)
    return table[None, :, :2].contiguous(), table[None, :, 2].contiguous()


def _to_input(image: U8) -> Tensor:
    planar = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    return planar.contiguous(memory_format=torch.channels_last)
