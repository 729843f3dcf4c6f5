"""Packages opened by the interpreter; what it refuses is a failed export."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mil_interpreter import MilError, Program, load

from squeezesam_export.program import F32, ExportError


def opened(path: Path, function: str | None = None) -> Program:
    """The program of a package, every operator and weight of it checked.

    Raises:
        ExportError: the package is damaged, or holds what the interpreter cannot execute.
    """
    try:
        return load(path, function)
    except MilError as error:
        raise ExportError(str(error)) from error


def predicted(program: Program, inputs: Mapping[str, F32]) -> dict[str, F32]:
    """The program's outputs by name (ExportError where an operator or an input does not fit)."""
    try:
        return program.predict(inputs)
    except MilError as error:
        raise ExportError(str(error)) from error
