"""Calling a target: whatever it does wrong becomes one sentence that names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from squeezesam_export.program import (
    F32,
    Execute,
    ExportError,
    LoweredProgram,
    SourceProgram,
    output_shapes,
)
from squeezesam_export.targets.protocol import Lowering, Target


def lower(target: Target, program: SourceProgram, how: Lowering, folder: Path) -> LoweredProgram:
    """Lower a program and look at what came back; its ``execute`` is looked at as well.

    Raises:
        ExportError: the target failed, gave something else than a lowered program, or wrote no
            file into ``folder``.
    """
    try:
        made = target.lower(program, how, folder)
    except ExportError:
        raise
    except Exception as error:
        raise ExportError(
            f"the target '{target.name}' could not lower '{program.name}': {_sentence(error)}"
        ) from error
    if not isinstance(made, LoweredProgram):
        raise ExportError(
            f"the target '{target.name}' gave {type(made).__name__} for '{program.name}', not a "
            "LoweredProgram"
        )
    path = Path(made.path)
    if not path.exists() or path.resolve().parent != folder.resolve():
        raise ExportError(
            f"the target '{target.name}' wrote no file for '{program.name}' into the bundle"
        )
    return replace(made, path=path, execute=checked(target.name, program, made.execute))


def execute(target: Target, path: Path, backend: str, program: SourceProgram) -> Execute | None:
    """A function that runs the written program, its outputs looked at; None where nothing can.

    Raises:
        ExportError: the target's engine does not accept the file.
    """
    try:
        run = target.execute(path, backend, tuple(program.inputs), program.outputs)
    except ExportError:
        raise
    except Exception as error:
        raise ExportError(
            f"the target '{target.name}' cannot run {path.name}: {_sentence(error)}"
        ) from error
    return checked(target.name, program, run)


def checked(name: str, program: SourceProgram, run: Execute | None) -> Execute | None:
    """``run`` with its failures and wrong outputs in sentences (ExportError)."""
    if run is None:
        return None
    wanted: list[tuple[int, ...]] = []

    def looked_at(inputs: Sequence[F32]) -> list[F32]:
        try:
            found = [np.asarray(output) for output in run(inputs)]
        except ExportError:
            raise
        except Exception as error:
            raise ExportError(
                f"the target '{name}' failed to run '{program.name}': {_sentence(error)}"
            ) from error
        if not wanted:
            wanted.extend(output_shapes(program))
        shapes = [output.shape for output in found]
        if shapes != wanted:
            raise ExportError(
                f"the target '{name}' gives outputs of shape {_shapes(shapes)} for "
                f"'{program.name}', not {_shapes(wanted)}"
            )
        return found

    return looked_at


def _shapes(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join("×".join(map(str, shape)) or "a number" for shape in shapes) or "nothing"


def _sentence(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
