"""Checkpoints of others, read without running anything of theirs and held against a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from squeezesam_model.archive import is_of_the_old_form, names_tensors_alone
from squeezesam_model.metadata import Metadata, read_metadata
from squeezesam_model.printable import shown
from squeezesam_model.weights import WeightsError, read_tensors

_WRAPPERS = ("model", "state_dict")
_MOST_SIDES = 8  # in a sentence


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Name → tensor of a ``.safetensors`` file or of what torch saved.

    Torch's files are unpickled with nothing but tensors allowed in them. Tensors that lie under
    ``model`` or ``state_dict`` are taken out of there.

    Raises:
        WeightsError: it is missing or damaged, of torch's form of before 1.6, or holds something
            else than named tensors.
    """
    if path.suffix == ".safetensors":
        return read_tensors(path)[1]
    damage = f"cannot read the checkpoint {path}: it is damaged, or no file of tensors alone"
    try:
        if is_of_the_old_form(path):
            raise WeightsError(
                f"cannot read the checkpoint {path}: torch saved it in its form of before 1.6; "
                "save it anew: torch.save(torch.load(FILE, weights_only=True), NEW_FILE)"
            )
        if not names_tensors_alone(path):
            raise WeightsError(damage)
        found: Any = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        reason = error.strerror or "it is damaged"
        raise WeightsError(f"cannot read the checkpoint {path}: {reason}") from error
    except WeightsError:
        raise
    except Exception as error:  # a stranger's bytes: torch raises many kinds
        raise WeightsError(damage) from error
    for word in _WRAPPERS:
        if isinstance(found, Mapping) and isinstance(found.get(word), Mapping):
            found = found[word]
    if not isinstance(found, Mapping) or not found:
        raise WeightsError(f"the checkpoint {path} holds {type(found).__name__}, not named tensors")
    for name, value in found.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            told = shown(name) if isinstance(name, str) else type(name).__name__
            raise WeightsError(f"the checkpoint {path} holds {told}, which is no named tensor")
    return dict(found)


def checkpoint_metadata(path: Path) -> Metadata:
    """What the file says of itself; torch's files say nothing."""
    return read_metadata(path) if path.suffix == ".safetensors" else Metadata()


def wanted_tensors(
    model: nn.Module, unused: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[int, ...]]:
    """Name → shape of all that a checkpoint of the network holds.

    Args:
        model: the network.
        unused: what is in the checkpoints but takes no part in a mask.
    """
    own = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    return {**own, **unused}


def load_checkpoint(
    model: nn.Module, path: Path, preset: str, unused: Mapping[str, tuple[int, ...]]
) -> None:
    """Fill ``model`` with the float32 of ``path``; every name and shape must match.

    Raises:
        WeightsError: the file cannot be read, is of another model, or lacks or adds a tensor.
    """
    tensors = read_checkpoint(path)
    wanted = wanted_tensors(model, unused)
    shared = sum(name in tensors for name in wanted)
    if 2 * shared < len(wanted):
        raise WeightsError(
            f"{path} is a checkpoint of another model: of the {len(wanted)} tensors of '{preset}' "
            f"it has {shared}"
        )
    problems = [f"lacks {name}" for name in wanted if name not in tensors]
    unknown = [shown(name)[1:-1] for name in tensors if name not in wanted]
    problems += [f"has the unknown tensor {name}" for name in unknown]
    problems += [
        f"{name} is {_shape(tensors[name].shape)}, not {_shape(shape)}"
        for name, shape in wanted.items()
        if name in tensors and tuple(tensors[name].shape) != shape
    ]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise WeightsError(f"{path} does not fit '{preset}': {problems[0]}{more}")
    own = model.state_dict()
    model.load_state_dict({name: tensors[name].to(value.dtype) for name, value in own.items()})


def _shape(shape: tuple[int, ...]) -> str:
    sides = "×".join(str(side) for side in shape[:_MOST_SIDES])
    return (f"{sides}×…" if len(shape) > _MOST_SIDES else sides) or "a single number"
