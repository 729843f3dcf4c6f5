"""Weights on disk: safetensors in fp16 with the preset's name inside, loaded strictly."""

from __future__ import annotations

import hashlib
import os
import tempfile
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from squeezesam_model.errors import WeightsError, first_line
from squeezesam_model.metadata import read_metadata
from squeezesam_model.presets import (
    DEFAULT_SALIENCY,
    DEFAULT_SEGMENTER,
    SALIENCY_PRESETS,
    saliency_preset,
    segmenter_preset,
)
from squeezesam_model.printable import shown
from squeezesam_model.saliency import SaliencyNet
from squeezesam_model.segmenter import Segmenter


def save_weights(model: nn.Module, path: Path, preset: str, notes: dict[str, str]) -> None:
    """Write ``model`` as fp16 safetensors beside ``path``, then rename into place.

    Integer buffers keep their type. ``notes`` are free strings for the file's metadata.
    """
    tensors = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in model.state_dict().items()
    }
    write_tensors(tensors, path, {"preset": preset, **notes})


def write_tensors(tensors: dict[str, torch.Tensor], path: Path, metadata: dict[str, str]) -> None:
    """Write safetensors beside ``path``, then rename into place.

    Raises:
        OSError: it cannot be written; ``path`` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    os.close(handle)
    try:
        save_file(tensors, temporary, metadata=metadata)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_tensors(path: Path) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    """Metadata and tensors of a safetensors file, whatever they are.

    Raises:
        WeightsError: the file is missing, damaged, or something else.
    """
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return file.metadata() or {}, tensors
    except Exception as error:  # a stranger's file: safetensors and torch raise many kinds
        raise WeightsError(f"cannot read the weights {path}: {first_line(error)}") from error


def load_weights(model: nn.Module, path: Path, preset: str) -> None:
    """Fill ``model`` with the float32 of ``path``; every name and shape must match.

    Raises:
        WeightsError: the file is missing or damaged, was made for another preset, or lacks or
            adds a tensor.
    """
    metadata, tensors = read_tensors(path)
    if is_of_0_1(tensors):
        raise WeightsError(
            f"{path} was made by squeezesam 0.1, whose narrow 'squeezesam' is now called "
            "'squeezesam-fast': bring it to today's names with "
            "python -m squeezesam_model.convert OLD NEW"
        )
    found = metadata.get("preset")
    if found != preset:
        raise WeightsError(f"{path} holds weights of preset {shown(found)}, not of '{preset}'")
    _check_names_and_shapes(model, tensors, path)
    wanted = model.state_dict()
    complex_ = [name for name, value in tensors.items() if value.is_complex()]
    if complex_:
        raise WeightsError(f"{path} does not fit the network: {complex_[0]} is complex")
    model.load_state_dict({k: v.to(wanted[k].dtype) for k, v in tensors.items()}, strict=True)


def is_of_0_1(tensors: dict[str, torch.Tensor]) -> bool:
    """Whether a file's tensors bear the names of squeezesam 0.1."""
    return any(name.startswith(("trunk.stem.", "trunk.down.")) for name in tensors)


def _check_names_and_shapes(model: nn.Module, tensors: dict[str, torch.Tensor], path: Path) -> None:
    wanted = model.state_dict()
    problems = [f"lacks {name}" for name in wanted if name not in tensors]
    problems += [
        f"has the unknown tensor {shown(name)[1:-1]}" for name in tensors if name not in wanted
    ]
    problems += [
        f"{name} is {shown(tuple(tensors[name].shape))}, not {tuple(wanted[name].shape)}"
        for name in wanted
        if name in tensors and tensors[name].shape != wanted[name].shape
    ]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise WeightsError(f"{path} does not fit the network: {problems[0]}{more}")


def shipped_weights(preset: str) -> Path:
    """The weights of a preset that come with the package.

    Raises:
        WeightsError: this preset has none.
    """
    here = resources.files("squeezesam_weights") if find_spec("squeezesam_weights") else None
    folder = Path(str(here)) if here else Path(__file__).parents[2] / "weights"
    path = folder / f"{preset}.safetensors"
    if not path.is_file():
        raise WeightsError(f"no weights of the preset '{preset}' come with squeezesam: give a file")
    return path


def load_segmenter(path: Path, preset: str = DEFAULT_SEGMENTER) -> Segmenter:
    """The segmenter of ``preset`` with what ``path`` holds and says, in evaluation mode."""
    model = Segmenter(segmenter_preset(preset))
    load_weights(model, path, preset)
    model.fitted = read_metadata(path).fitted
    return model.eval()


def load_saliency(path: Path, preset: str | None = None) -> SaliencyNet:
    """The saliency network of ``path``, in evaluation mode.

    Args:
        path: its weights.
        preset: that they have to be of; None: the one that the file names.
    """
    known = read_metadata(path)
    if preset is None:
        preset = known.preset if known.preset in SALIENCY_PRESETS else DEFAULT_SALIENCY
    model = SaliencyNet(saliency_preset(preset))
    load_weights(model, path, preset)
    model.least_peak = known.least_peak
    return model.eval()


def file_sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
