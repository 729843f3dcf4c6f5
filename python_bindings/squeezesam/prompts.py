"""Typed prompts: what a person points at, in pixels of the upright photo.

Origin top left, x to the right, y down, pixel centres at integers. The networks' integer labels
never appear here; the core translates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ForegroundPoint:
    """A click on what belongs to the object. automatic: found in the heat map."""

    x: float
    y: float
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class BackgroundPoint:
    """A click on what does not belong to the object."""

    x: float
    y: float
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle round the object: (x0, y0) top left, (x1, y1) bottom right, x0 < x1, y0 < y1."""

    x0: float
    y0: float
    x1: float
    y1: float
    automatic: bool = False


Prompt: TypeAlias = ForegroundPoint | BackgroundPoint | Box
