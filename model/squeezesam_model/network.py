"""What a network is for export and training: named programs, where their inputs come from, and what
their outputs are.

A family of networks from outside is added by an entry point of the group ``squeezesam.networks``
(docs/extending.md); the words here are those of the bundle's manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from torch import nn

from squeezesam_model.sources import (
    FromProgram,
    Labels,
    MaskFlag,
    Photo,
    Planes,
    Points,
    PreviousMask,
    Source,
)

__all__ = [
    "ROLES",
    "RUNS",
    "Capabilities",
    "Family",
    "FromProgram",
    "Input",
    "Labels",
    "MaskFlag",
    "Network",
    "Origin",
    "Output",
    "Photo",
    "Planes",
    "Points",
    "PreviousMask",
    "Program",
    "Prompts",
    "Source",
    "ordered",
]

RUNS = ("photo", "prompt")
ROLES = ("heat", "masks", "scores", "embedding")


@dataclass(frozen=True)
class Input:
    """A float32 input: its name in the program, its shape and where it comes from."""

    name: str
    shape: tuple[int, ...]
    source: Source


@dataclass(frozen=True)
class Output:
    """A float32 output.

    Attributes:
        name: in the program.
        role: one of :data:`ROLES`; "" where only programs read it.
        least_peak: of a heat map, 0…255: one whose highest byte is lower shows nothing that stands
            out.
        score_heads: of the scores: what makes them of a mask's traits (docs/bundle.md); empty where
            nothing was fitted.
        heat_weights: of the masks, by kind of prompts, 0…10: how much of the heat map's logits they
            are given; empty for none.
    """

    name: str
    role: str = ""
    least_peak: int = 0
    score_heads: dict[str, Any] = field(default_factory=dict)
    heat_weights: dict[str, float] = field(default_factory=dict)

    def entry(self) -> dict[str, Any]:
        """The manifest's words for it, but for the shape."""
        said = {
            "role": self.role,
            "least_peak": self.least_peak,
            "score_heads": self.score_heads,
            "heat_weights": self.heat_weights,
        }
        return {"name": self.name, **{word: value for word, value in said.items() if value}}


@dataclass(frozen=True)
class Program:
    """A part of the network that is lowered by itself.

    Attributes:
        name: in the bundle; its file is called after it.
        runs: once a ``photo`` or at every ``prompt``.
        module: float32, evaluation mode; takes the inputs in order, returns a tensor or a tuple of
            tensors in the order of the outputs.
        inputs: in order.
        outputs: in order.
    """

    name: str
    runs: str
    module: nn.Module
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]


@dataclass(frozen=True)
class Capabilities:
    """What a person can do with the network."""

    negative_points: bool = True
    box: bool = True
    automatic: bool = False
    previous_mask: bool = False


@dataclass(frozen=True)
class Prompts:
    """How prompts reach the network.

    Attributes:
        max_points: N of points and labels.
        click_radius: of a click's disc in the planes, pixels of their size; None without planes.
    """

    max_points: int = 16
    click_radius: float | None = None


@dataclass(frozen=True)
class Origin:
    """What the weights' own metadata say.

    Attributes:
        files: program → the file that its weights came from.
        licence: of the weights; ``unspecified`` where nobody said.
        provenance: what they were made from, in the words of who made them.
        seeded: nobody gave a file for the main part: its weights are random ones, the same every
            time, and its masks mean nothing.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    licence: str = "unspecified"
    provenance: str = ""
    seeded: bool = False


class Network(Protocol):
    """Loaded, at one input size."""

    @property
    def family(self) -> str:
        """Name of its family."""

    @property
    def preset(self) -> str:
        """Name of its architecture."""

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) that it was loaded for."""

    @property
    def programs(self) -> tuple[Program, ...]:
        """In any order; those with the role ``masks`` or ``heat`` among their outputs are compared
        by what they show."""

    @property
    def prompts(self) -> Prompts:
        """How prompts reach it."""

    @property
    def capabilities(self) -> Capabilities:
        """What can be done with it."""

    @property
    def origin(self) -> Origin:
        """Where its weights come from."""


class Family(Protocol):
    """Networks that are built alike.

    Attributes:
        name: in the manifest.
        presets: the architectures that it builds.
        parts: names of the weights files that a network is made of, the main one first.

    A family whose networks are at home at another input size than 512×512 says so by an attribute
    ``size``, (height, width).
    """

    name: str
    presets: tuple[str, ...]
    parts: tuple[str, ...]

    def shipped(self, preset: str, part: str) -> Path | None:
        """The weights that come with the package; None where seeded random ones take their place.

        Raises:
            WeightsError: there are none, and the network needs a file.
        """

    def load(self, preset: str, weights: Mapping[str, Path], height: int, width: int) -> Network:
        """Build a network.

        Args:
            preset: one of the family's.
            weights: part → file, for every part but those that :meth:`shipped` has None for.
            height: of the input, pixels.
            width: of the input, pixels.

        Raises:
            WeightsError: a file does not fit, or the size does not.
        """


def ordered(programs: tuple[Program, ...]) -> Iterator[Program]:
    """Each program behind those whose outputs it reads.

    Raises:
        ValueError: a program reads of one that is not there, or of itself by a detour.
    """
    by_name = {program.name: program for program in programs}
    done: set[str] = set()
    open_: set[str] = set()

    def visit(program: Program) -> Iterator[Program]:
        if program.name in done:
            return
        if program.name in open_:
            raise ValueError(f"the programs read of each other in a circle at '{program.name}'")
        open_.add(program.name)
        for one in program.inputs:
            if isinstance(one.source, FromProgram):
                if one.source.program not in by_name:
                    raise ValueError(
                        f"'{program.name}' reads of '{one.source.program}', which is no program"
                    )
                yield from visit(by_name[one.source.program])
        done.add(program.name)
        yield program

    for program in programs:
        yield from visit(program)
