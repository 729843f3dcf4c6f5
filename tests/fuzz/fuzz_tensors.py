"""Weights (safetensors) and checkpoints: read, or the one error that each reader promises."""

from __future__ import annotations

import io
import pickletools
import random
import zipfile
from typing import Any

import torch
from safetensors.torch import save
from squeezesam_model import WeightsError
from squeezesam_model.metadata import read_metadata
from squeezesam_model.weights import load_weights, read_tensors
from squeezesam_train.checkpoint import CheckpointError, load_checkpoint
from targets import Target, damaged, folder, refused


def _weights(content: bytes) -> bool:
    path = folder() / "weights.safetensors"
    path.write_bytes(content)
    accepted = 0
    for read in (read_metadata, read_tensors, _load):
        try:
            read(path)
            accepted += 1
        except WeightsError as error:
            refused(error)
    return accepted > 0


def _load(path: Any) -> None:
    load_weights(torch.nn.Linear(3, 2), path, "tiny")


def _weight_seeds() -> list[bytes]:
    tensors = dict(torch.nn.Linear(3, 2).state_dict())
    notes = {"preset": "tiny", "licence": "Apache-2.0", "family": "squeezesam"}
    return [save(tensors, notes), save({"w": torch.zeros(2, dtype=torch.int8)})]


def _other_weights(content: bytes, chance: random.Random) -> bytes:
    """The header changed, with the length that it then has; or the bytes as they are."""
    length = int.from_bytes(content[:8], "little")
    if length > len(content) or chance.random() < 0.3:
        return damaged(content, chance)
    header = damaged(content[8 : 8 + length], chance)
    return len(header).to_bytes(8, "little") + header + content[8 + length :]


def _checkpoint(content: bytes) -> bool:
    path = folder() / "checkpoint.pt"
    path.write_bytes(content)
    try:
        assert isinstance(load_checkpoint(path)["step"], int)
    except CheckpointError as error:
        return refused(error)
    return True


def _checkpoint_seeds() -> list[bytes]:
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    buffer = io.BytesIO()
    torch.save({"step": 3, "model": model.state_dict(), "task": "segmenter"}, buffer)
    return [buffer.getvalue()]


def _other_checkpoint(content: bytes, chance: random.Random) -> bytes:
    """Parts of the archive changed, with the sums that they then have."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [(part.filename, archive.read(part)) for part in archive.infolist()]
    except Exception:
        parts = []
    if not parts or chance.random() < 0.2:
        return damaged(content, chance)
    which = chance.randrange(len(parts)) if chance.random() < 0.3 else 0
    name, body = parts[which]
    what = chance.randrange(6)
    if what == 0 and which == 0:
        body = _other_pickle(body, chance)
    elif what == 1:
        name = damaged(name.encode(), chance).decode("latin-1")
    elif what == 2:
        parts.insert(which, chance.choice(parts))
    else:
        body = damaged(body, chance)
    parts[which] = (name, body)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for one, content in parts:
            try:
                archive.writestr(zipfile.ZipInfo(one), content)
            except (ValueError, UserWarning):
                continue
    return buffer.getvalue()


def _other_pickle(body: bytes, chance: random.Random) -> bytes:
    """One opcode in place of another, or some left out."""
    try:
        places = [at for _, _, at in pickletools.genops(body) if at is not None]
    except Exception:
        return damaged(body, chance)
    first, last = sorted(chance.choices(places, k=2))
    if chance.random() < 0.5:
        return body[:first] + body[last:]
    code = chance.choice(pickletools.opcodes).code.encode("latin-1")
    return body[:first] + code + body[first + 1 :]


TARGETS = {
    "safetensors": Target(_weight_seeds, _weights, _other_weights, ("squeezesam_model",)),
    "checkpoint": Target(
        _checkpoint_seeds, _checkpoint, _other_checkpoint, ("squeezesam_train.checkpoint",)
    ),
}
