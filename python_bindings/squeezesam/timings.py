"""How long a prediction took, stage by stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of wall time; 0 for what a prediction did not need.

    decode: file to pixels, once a photo.
    open: orient and resize, once a photo.
    clicks: heat map to clicks, once a photo.
    prompts: prompts and the last mask to input tensors.
    mask: choice, enlarging, largest component, holes.
    total: of `Session.predict` alone.
    programs: of each program of the bundle, by name, in the order in which they run.
    """

    decode: float
    open: float
    clicks: float
    prompts: float
    mask: float
    total: float
    programs: Mapping[str, float]

    def stages(self) -> dict[str, float]:
        """The core's own stages by name, without the programs."""
        return {
            name: getattr(self, name)
            for name in ("decode", "open", "clicks", "prompts", "mask", "total")
        }

    def as_json(self) -> dict[str, Any]:
        """As documents hold it, rounded to microseconds: stages by name, and `programs`."""
        rounded: dict[str, Any] = {name: round(ms, 3) for name, ms in self.stages().items()}
        rounded["programs"] = {name: round(ms, 3) for name, ms in self.programs.items()}
        return rounded
