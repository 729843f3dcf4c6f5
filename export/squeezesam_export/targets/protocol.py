"""What a target is: the one thing that the exporter knows of ONNX, ExecuTorch, Core ML and others.

A package from outside adds a target with an entry point of the group ``squeezesam.targets``
(docs/extending.md); nothing in here changes for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from squeezesam_export.errors import ExportError

if TYPE_CHECKING:
    from squeezesam_export.program import Execute, LoweredProgram, SourceProgram
    from squeezesam_export.tracing.layers import F32, LayerReport, Tracer


@dataclass(frozen=True)
class Option:
    """Something that can be chosen for one target alone, as ``--TARGET-NAME`` on the command line.

    Attributes:
        name: lower case, such as ``format``.
        choices: what it can be; the first is the default.
        help: for ``--help``.
    """

    name: str
    choices: tuple[str, ...]
    help: str


@dataclass(frozen=True)
class Lowering:
    """How a program is to be lowered.

    Attributes:
        precision: one of the target's.
        backend: one of the target's.
        options: a choice for each of the target's options.
        in_float: layers that stay in float where the rest is quantised.
    """

    precision: str
    backend: str
    options: Mapping[str, str] = field(default_factory=dict)
    in_float: tuple[str, ...] = ()


class Mixable(Protocol):
    """A quantised program of which single layers can be taken back to float."""

    def layers(self, inputs: Sequence[tuple[F32, ...]]) -> list[LayerReport]:
        """Its quantised layers, measured on these inputs, the one that adds most noise first."""

    def execute(self, in_float: frozenset[str]) -> Execute:
        """The program with the named layers in float, ready to be run."""


class Target(Protocol):
    """A form that programs are lowered to, and the toolchain that lowers them.

    Inherit from this class to get what has a default. The object is made when the command lists
    its options: toolchains are imported inside of :meth:`lower` and :meth:`execute`, not before.

    Attributes:
        name: what users type after ``--target``, and the manifest's ``target``.
        engine: what executes its programs at run time.
        backends: the first is the default.
        precisions: the first is no default: the command's is int8.
        options: its own, beside precision and backend.
        mixed_precisions: those in which single layers can stay in float (:meth:`mixable`).
        tools: distributions that take part, noted in the manifest with their versions.
        install: the command that brings them.
    """

    name: str
    engine: str
    backends: tuple[str, ...]
    precisions: tuple[str, ...]
    options: tuple[Option, ...] = ()
    mixed_precisions: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    install: str = "pip install 'squeezesam[export]'"

    def lower(self, program: SourceProgram, how: Lowering, folder: Path) -> LoweredProgram:
        """Write ``folder/NAME.…``, NAME being the program's, and say how it is executed here.

        Raises:
            ExportError: it cannot be done; a sentence for the person who asked for it.
        """

    def execute(
        self, path: Path, backend: str, inputs: Sequence[str], outputs: Sequence[str]
    ) -> Execute | None:
        """A function that runs a written program; None where this machine cannot.

        Args:
            path: the program's file or folder.
            backend: that it was lowered for.
            inputs: names in the order of the function's arguments.
            outputs: names in the order that it returns them in.

        Raises:
            ExportError: the engine does not accept the file.
        """

    def label(self, how: Lowering) -> tuple[str, str]:
        """Words for target and precision in the bundle's name."""
        own = how.backend == self.backends[0]
        return self.name if own else f"{self.name}-{how.backend}", how.precision

    def trace(self, program: SourceProgram, how: Lowering, made: LoweredProgram) -> Tracer | None:
        """What shows the inside of a lowered program; None where nothing does."""
        return None

    def mixable(self, program: SourceProgram) -> Mixable:
        """The quantised program, layer by layer; asked for ``mixed_precisions`` alone."""
        raise ExportError(f"the target '{self.name}' cannot mix precisions")

    def missing(self) -> str | None:
        """The first of its tools that is not installed; None where all are."""
        for tool in self.tools:
            try:
                version(tool)
            except PackageNotFoundError:
                return tool
        return None
