"""Torch weights as a predictor, with the geometry that every runtime keeps."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
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
from squeezesam_model.fitted import TRAITS
from squeezesam_model.planes import prompt_planes
from torch import Tensor

from squeezesam_train.evaluation.encoding import encode
from squeezesam_train.evaluation.heat_maps import (
    clicks_from_heat,
    heat_on_masks,
    heat_plane,
    heat_share,
    to_heat,
    to_input,
)
from squeezesam_train.evaluation.letterbox import Letterbox
from squeezesam_train.evaluation.mask_traits import traits_of
from squeezesam_train.evaluation.predictor import Prediction, PredictorError
from squeezesam_train.evaluation.prompts import Prompts, asks_nothing_new, goes_on, kind_of
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
            previous_mask: whether a prediction goes on from the last one, as in an app: a network
                that takes its last mask is shown it, and what asks for nothing new changes nothing.
        """
        self.name = name
        self.size = size
        self.segmenter = segmenter.eval()
        self.saliency = saliency if saliency is None else saliency.eval()
        self._origin = origin or {}
        self.goes_on = previous_mask
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

    @property
    def heat_side(self) -> int:
        """Longer side of the saliency network's input, pixels, as the export has it."""
        return 0 if self.saliency is None else min(self.saliency.preset.size, self.size)

    def open(self, photo: U8) -> OpenTorchPhoto:
        """Prepare an H×W×3 uint8 RGB photo."""
        return OpenTorchPhoto(self, photo)

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
            side = self.heat_side
            facts["saliency_preset"] = self.saliency.preset.name
            facts["saliency_size"] = side
            facts["saliency_parameters"] = count_parameters(self.saliency)
            facts["saliency_macs"] = count_macs(self.saliency, (torch.zeros(1, 3, side, side),))
        return facts


class OpenTorchPhoto:
    """One photo, resized once."""

    def __init__(self, predictor: TorchPredictor, photo: U8) -> None:
        self._predictor = predictor
        self._photo = photo
        self.letterbox = Letterbox.of(photo, predictor.size, predictor.size)
        self._image = to_input(self.letterbox.image(photo))
        self._heat: NDArray[np.float32] | None = None
        # What was asked last, the logits h×w that were chosen, and the whole answer.
        self._last: tuple[Prompts, Tensor, Prediction] | None = None

    def predict(self, prompts: Prompts) -> Prediction:
        """Four candidates and their scores.

        A network that takes the previous mask gets the last one where these prompts go on from it:
        the same clicks and box, and one click more. One that asks for nothing new gets the last
        answer again.
        """
        going_on = self._predictor.goes_on and self._last and goes_on(self._last[0], prompts)
        if self._last is not None and going_on:
            answer = self._last[2]
            if asks_nothing_new(prompts.clicks[-1], answer.mask):
                self._last = (prompts, *self._last[1:])
                return answer
        previous = self._previous(prompts)
        masks, scores = self.candidates(prompts, previous)
        if previous is None:  # a mask to build on has its share of the heat map already
            masks = self._with_heat(prompts, masks)
        # Where the share is in the former mask alone, masks are like those of clicks by hand.
        bare = dataclasses.replace(prompts, automatic=prompts.automatic and previous is None)
        honest = self._honest(bare, masks, scores)
        answer = Prediction(self.letterbox.upsample(masks) > 0, honest)
        self._last = (prompts, torch.from_numpy(masks[int(honest.argmax())]), answer)
        return answer

    def candidates(
        self, prompts: Prompts, previous: Tensor | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What the network itself gives: masks K×h×w, logits, and scores K.

        Args:
            prompts: in photo pixels.
            previous: 1×1×H×W probabilities of a mask to build on, for a network that takes one.
        """
        size = self._predictor.size
        # All clicks are drawn; of those that get a token only the newest find room.
        drawn = encode(prompts, self.letterbox, None)
        points, labels = encode(prompts, self.letterbox, MAX_POINTS)
        planes = prompt_planes(*drawn, size, size)
        built_on: tuple[Tensor, ...] = ()
        if self._predictor.segmenter.preset.previous_mask:
            built_on = (no_mask(self._image) if previous is None else previous,)
        with torch.inference_mode():
            masks, scores = self._predictor.segmenter(
                self._image, planes, points, labels, *built_on
            )
        return masks[0].numpy(), scores[0].numpy()

    def heat_on(self, masks: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Logits of the heat map where masks K×h×w lie, h×w; None without a saliency network."""
        found = self._saliency()
        return None if found is None else heat_on_masks(*found, masks.shape[1:], self.letterbox)

    def _with_heat(self, prompts: Prompts, masks: NDArray[np.float32]) -> NDArray[np.float32]:
        weights = self._predictor.segmenter.fitted.heat_weights
        weight = weights[kind_of(prompts)] if weights else 0.0
        if weight == 0 or (heat := self.heat_on(masks)) is None:
            return masks
        joined: NDArray[np.float32] = masks + heat_share(heat, weight, prompts, self.letterbox)
        return joined

    def _honest(
        self, prompts: Prompts, masks: NDArray[np.float32], scores: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        # As the core does it.
        heads = self._predictor.segmenter.fitted.score_heads
        if heads is None:
            return np.clip(scores, 0, 1)
        bias, weights, squares = heads.heads[kind_of(prompts)]
        columns = [TRAITS.index(name) for name in heads.traits]
        found = traits_of(prompts, masks, scores, self.heat_on(masks), self.letterbox)
        worth = found[:, columns] @ np.array(weights) + bias
        if squares:
            worth += found[:, columns] ** 2 @ np.array(squares)
        worth[found[:, TRAITS.index("largest")] == 0] = 0.0  # nothing is inside
        honest: NDArray[np.float32] = np.clip(worth, 0, 1).astype(np.float32)
        return honest

    def _previous(self, prompts: Prompts) -> Tensor | None:
        if not self._predictor.previous_mask:
            return None
        if self._last is None or not goes_on(self._last[0], prompts):
            return None
        return enlarged_probability(self._last[1][None])

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
        side = self._predictor.heat_side
        box = Letterbox.of(self._photo, side, side)
        if self._heat is None:
            self._heat = heat_plane(net, self._photo, box)
        return self._heat, box
