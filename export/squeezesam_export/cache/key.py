"""The key of a lowered program: a hash of everything that decides its bytes."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from pathlib import Path
from typing import Any

import squeezesam_model
import torch
from torch import Tensor

import squeezesam_export
from squeezesam_export.bundle.manifest import toolchain
from squeezesam_export.program import SourceProgram


def lowering_key(source: SourceProgram, settings: dict[str, Any]) -> str:
    """SHA-256 over network, weights, calibration inputs, settings, code, tools and processor.

    Args:
        source: what is lowered.
        settings: target, precision, backend and whatever else the lowering is asked for; plain
            values that JSON can hold.
    """
    digest = hashlib.sha256()
    facts = {
        "settings": settings,
        "name": source.name,
        "network": repr(source.module),
        "inputs": {name: list(tensor.shape) for name, tensor in source.inputs.items()},
        "outputs": list(source.outputs),
        "tools": toolchain(),
        "python": platform.python_version(),
        # Calibration runs the network in float: other instructions, other last bits.
        "processor": [platform.machine(), torch.backends.cpu.get_cpu_capability()],
        "code": _code_sha256(),
    }
    digest.update(json.dumps(facts, sort_keys=True).encode())
    tensors = [*source.module.named_parameters(), *source.module.named_buffers()]
    for name, tensor in sorted(tensors, key=lambda pair: pair[0]):
        _add(digest, name, tensor)
    for index, inputs in enumerate(source.calibration if settings["precision"] == "int8" else ()):
        for tensor in inputs:
            _add(digest, str(index), tensor)
    return digest.hexdigest()


def _add(digest: Any, name: str, tensor: Tensor) -> None:
    digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
    digest.update(tensor.detach().contiguous().numpy())


@cache
def _code_sha256() -> str:
    """Of the sources of the networks and of the export."""
    digest = hashlib.sha256()
    for package in (squeezesam_model, squeezesam_export):
        root = Path(str(package.__file__)).parent
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()
