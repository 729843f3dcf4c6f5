"""Our own family: a segmenter with early and late fusion, and the saliency network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from squeezesam_model.fitted import Fitted
from squeezesam_model.heat import HEAT, folded_photo, heat_program
from squeezesam_model.metadata import read_metadata
from squeezesam_model.network import (
    Capabilities,
    Input,
    Labels,
    Origin,
    Output,
    Planes,
    Points,
    PreviousMask,
    Program,
    Prompts,
)
from squeezesam_model.planes import click_radius
from squeezesam_model.presets import DEFAULT_SALIENCY, SEGMENTER_PRESETS
from squeezesam_model.saliency import SaliencyNet
from squeezesam_model.segmenter import Segmenter
from squeezesam_model.weights import WeightsError, load_saliency, load_segmenter, shipped_weights

MAX_POINTS = 16
SEGMENT = "segment"


@dataclass(frozen=True, eq=False)
class SqueezeSam:
    """Both networks at one input size; a :class:`squeezesam_model.network.Network`."""

    segmenter: Segmenter
    saliency: SaliencyNet
    height: int
    width: int
    trained: Capabilities = field(default_factory=lambda: Capabilities(automatic=True))
    origin: Origin = field(default_factory=Origin)

    @property
    def family(self) -> str:
        """``squeezesam``."""
        return FAMILY.name

    @property
    def preset(self) -> str:
        """Of the segmenter."""
        return self.segmenter.preset.name

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the segmenter's input."""
        return self.height, self.width

    @property
    def prompts(self) -> Prompts:
        """Sixteen slots, and discs that grow with the input."""
        return Prompts(MAX_POINTS, click_radius(self.height, self.width))

    @property
    def capabilities(self) -> Capabilities:
        """As the weights say."""
        return self.trained

    @property
    def programs(self) -> tuple[Program, ...]:
        """``segment`` and ``heat``."""
        return (
            Program(
                SEGMENT, "prompt", self.segmenter.at_size(self.height, self.width),
                self._segment_inputs(), (self._masks(), self._scores()),
            ),
            heat_program(self.saliency, self.height, self.width),
        )  # fmt: skip

    def _masks(self) -> Output:
        return Output("masks", "masks", heat_weights=self._fitted.heat_entry())

    def _scores(self) -> Output:
        return Output("scores", "scores", score_heads=self._fitted.head_entry())

    @property
    def _fitted(self) -> Fitted:
        return getattr(self.segmenter, "fitted", Fitted())

    def _segment_inputs(self) -> tuple[Input, ...]:
        size = (self.height, self.width)
        inputs = (
            Input("image", (1, 3, *size), folded_photo(self.segmenter.normalise)),
            Input("prompts", (1, 2, *size), Planes()),
            Input("points", (1, MAX_POINTS, 2), Points()),
            Input("labels", (1, MAX_POINTS), Labels()),
        )
        if not getattr(self.segmenter.preset, "previous_mask", False):
            return inputs
        return (*inputs, Input("previous", (1, 1, *size), PreviousMask("probability")))


class SqueezeSamFamily:
    """A :class:`squeezesam_model.network.Family`."""

    name = "squeezesam"
    presets = tuple(SEGMENTER_PRESETS)
    parts = (SEGMENT, HEAT)

    def shipped(self, preset: str, part: str) -> Path:
        """The weights that come with the package (WeightsError where there are none)."""
        return shipped_weights(preset if part == SEGMENT else DEFAULT_SALIENCY)

    def load(self, preset: str, weights: Mapping[str, Path], height: int, width: int) -> SqueezeSam:
        """Build both networks (WeightsError where a file or the size does not fit)."""
        for part in self.parts:
            if part not in weights:
                raise WeightsError(f"the preset '{preset}' needs weights for '{part}'")
        if height % 32 or width % 32:
            raise WeightsError(
                f"the preset '{preset}' takes sides that are multiples of 32, not {height}×{width}"
            )
        segmenter = load_segmenter(weights[SEGMENT], preset)
        saliency = load_saliency(weights[HEAT])
        return SqueezeSam(
            segmenter, saliency, height, width, _trained(segmenter, weights), _origin(weights)
        )


def _trained(segmenter: nn.Module, weights: Mapping[str, Path]) -> Capabilities:
    """What the weights were trained for; where they do not say, all that has an input."""
    preset = getattr(segmenter, "preset", None)
    possible = {
        "negative_points": True,
        "box": True,
        "automatic": True,
        "previous_mask": bool(getattr(preset, "previous_mask", False)),
    }
    said: dict[str, bool] = {}
    for part in (HEAT, SEGMENT):
        said.update(read_metadata(weights[part]).capabilities)
    return Capabilities(**{name: able and said.get(name, True) for name, able in possible.items()})


def _origin(weights: Mapping[str, Path]) -> Origin:
    """One licence where all parts have the same, else all of them, by part."""
    known = {part: read_metadata(path) for part, path in weights.items()}
    licences = {part: one.licence for part, one in known.items()}
    same = len(set(licences.values())) == 1
    licence = (
        next(iter(licences.values()))
        if same
        else "; ".join(f"{part}: {licence}" for part, licence in licences.items())
    )
    provenance = "; ".join(one.provenance for one in known.values() if one.provenance)
    return Origin(dict(weights), licence, provenance)


FAMILY = SqueezeSamFamily()
