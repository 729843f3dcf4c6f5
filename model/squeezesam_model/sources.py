"""Where a program's input comes from, in the words of the bundle's manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Photo:
    """The photo, resized to the input with its aspect kept, padded bottom and right.

    Attributes:
        range: what the bytes 0 and 255 become, before the normalisation.
        mean: taken off each channel of ``range``; None: the network does it itself.
        std: what the difference is divided by; None with ``mean``.
        padding: colour of the rest, 0…255, fractions allowed.
    """

    range: tuple[float, float] = (0.0, 255.0)
    mean: tuple[float, float, float] | None = None
    std: tuple[float, float, float] | None = None
    padding: tuple[float, float, float] = (124, 116, 104)

    def entry(self) -> dict[str, Any]:
        """The manifest's `source`."""
        folded = self.mean is None or self.std is None
        return {
            "kind": "photo",
            "channels": "rgb",
            "range": list(self.range),
            "normalisation": "folded"
            if folded
            else {"mean": list(self.mean or ()), "std": list(self.std or ())},
            "padding": {"side": "bottom_right", "value": list(self.padding)},
        }


@dataclass(frozen=True)
class Planes:
    """Clicks and box drawn as planes, 1×2×H×W (:mod:`squeezesam_model.planes`)."""

    def entry(self) -> dict[str, Any]:
        """The manifest's `source`."""
        return {"kind": "planes"}


@dataclass(frozen=True)
class Points:
    """Coordinates of the prompts in pixels of the photo's input, 1×N×2; a box is its corners.

    Attributes:
        normalised: divided by the input's width and height.
    """

    normalised: bool = False

    def entry(self) -> dict[str, Any]:
        """The manifest's `source`."""
        return {"kind": "points", "normalised": self.normalised}


@dataclass(frozen=True)
class Labels:
    """Labels of the prompts, 1×N: 1 and 0, 2 and 3 for a box's corners, −1 for free slots."""

    def entry(self) -> dict[str, Any]:
        """The manifest's `source`."""
        return {"kind": "labels"}


@dataclass(frozen=True)
class PreviousMask:
    """The last mask that the network gave, 1×1×H×W; zeros where there is none.

    Attributes:
        values: ``logits`` or ``probability``.
    """

    values: str = "logits"

    def entry(self) -> dict[str, Any]:
        """The manifest's `source`."""
        return {"kind": "mask", "values": self.values}


@dataclass(frozen=True)
class MaskFlag:
    """One number: 1 where there is a last mask, else 0."""

    def entry(self) -> dict[str, Any]:
        """The manifest's `source`."""
        return {"kind": "mask_flag"}


@dataclass(frozen=True)
class FromProgram:
    """An output of another program."""

    program: str
    output: str

    def entry(self) -> dict[str, Any]:
        """The manifest's `source`."""
        return {"kind": "program", "program": self.program, "output": self.output}


Source = Photo | Planes | Points | Labels | PreviousMask | MaskFlag | FromProgram
