"""Checkpoints: written beside and renamed, so that a crash or a full disk loses none."""

from __future__ import annotations

import os
import warnings
import zipfile
from pathlib import Path
from typing import Any

import torch
from squeezesam_model.archive import names_tensors_alone
from squeezesam_model.printable import shown
from torch import Tensor

# Ours are six deep and have some thousand tensors, names and numbers.
_DEEPEST, _MOST_THINGS = 12, 1 << 20


class CheckpointError(Exception):
    """A checkpoint that cannot be written, read or used."""


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write ``state`` to ``path``; the previous file stays until the new one is complete.

    Raises:
        CheckpointError: the disk is full or the folder cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(partial, state)
        os.replace(partial, path)
    except (OSError, RuntimeError) as error:
        partial.unlink(missing_ok=True)
        raise CheckpointError(
            f"cannot write the checkpoint {path}: {_reason(error)} (the previous one is untouched)"
        ) from error


def _write(path: Path, state: dict[str, Any]) -> None:
    # What a killed run left, or somebody's link, goes; a new file is made, none is followed.
    path.unlink(missing_ok=True)
    # Through a file of our own: torch's writer hides why the system refused to write.
    with path.open("xb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())


def _reason(error: BaseException) -> str:
    """The system's words where there are any, else the first line of torch's."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return str(error).strip().split("\n")[0]


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU.

    Raises:
        CheckpointError: it is missing, cut off, damaged, or something else.
    """
    try:
        if path.exists() and not zipfile.is_zipfile(path):
            # The directory of torch's archive stands at its end: a file that was cut off lacks it.
            raise CheckpointError(
                f"cannot read the checkpoint {path}: it is cut off or damaged "
                "(give --restart to begin anew, or --init with the weights beside it)"
            )
        if path.exists():
            _check_archive(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what damage looks like
            state = torch.load(path, map_location="cpu", weights_only=True)
    except CheckpointError:
        raise
    except Exception as error:  # a stranger's bytes: torch raises many kinds
        raise CheckpointError(f"cannot read the checkpoint {path}: {_reason(error)}") from error
    if not isinstance(state, dict) or not isinstance(state.get("step"), int):
        raise CheckpointError(f"{path} is not a checkpoint of squeezesam-train")
    if not _holds_no_more_than(path.stat().st_size, state):
        raise CheckpointError(f"{path} is not a checkpoint of squeezesam-train: it unfolds")
    return state


def _holds_no_more_than(size: int, state: object) -> bool:
    """Whether whoever walks through a state, or copies it, meets no more than its file has.

    A pickle names a list or a storage once and may hold it a billion times over: lists of the list
    before them, tensors that are one number expanded.
    """
    level, things, held = [state], 0, 0
    for _ in range(_DEEPEST):
        inner: list[object] = []
        for one in level:
            things += 1
            if isinstance(one, Tensor):
                held += one.numel() * one.element_size()
            elif isinstance(one, dict):
                inner += one.keys()
                inner += one.values()
            elif isinstance(one, list | tuple):
                inner += one
            elif isinstance(one, str):
                held += len(one)
            if held > 2 * size or things + len(inner) > _MOST_THINGS:
                return False
        level = inner
    return not level


def _check_archive(path: Path) -> None:
    """Everything in it is there, unpacked and as its checksum says: torch does not look.

    Raises:
        CheckpointError: it is not, or not an archive of torch's.
        OSError, zipfile.BadZipFile: it cannot be read.
    """
    if not names_tensors_alone(path):
        raise CheckpointError(f"{path} is not a checkpoint of squeezesam-train")
    with zipfile.ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged is not None:
        raise CheckpointError(f"cannot read the checkpoint {path}: {damaged} in it is damaged")


def check_owner(state: dict[str, Any], expected: dict[str, str], path: Path) -> None:
    """Refuse a checkpoint of another task, preset or optimiser.

    Raises:
        CheckpointError: naming what differs. Checkpoints without these notes (those made before
            they existed) pass: their weights are compared by name and shape later.
    """
    for key, wanted in expected.items():
        found = state.get(key, wanted)
        found = found if isinstance(found, str) else shown(found)
        if found != wanted:
            raise CheckpointError(
                f"{path} was made with {key}={found}, this run has {key}={wanted}: "
                "choose another --output, or give --restart to begin anew"
            )
