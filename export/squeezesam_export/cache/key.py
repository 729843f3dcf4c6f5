"""The key of a lowered program: a hash of everything that decides its bytes."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from squeezesam_export.program import SourceProgram
from squeezesam_export.targets.protocol import Lowering, Target
from squeezesam_export.toolchain.versions import toolchain

# What every lowering goes through, beside the package that the target comes from.
_OWN = ("squeezesam_model", "squeezesam_export", "mil_interpreter")


def lowering_key(source: SourceProgram, target: Target, how: Lowering) -> str:
    """SHA-256 over network, weights, calibration inputs, settings, code, tools and processor."""
    digest = hashlib.sha256()
    facts = {
        "target": target.name,
        "settings": asdict(how),
        "name": source.name,
        "network": repr(source.module),
        "inputs": {name: list(tensor.shape) for name, tensor in source.inputs.items()},
        "outputs": list(source.outputs),
        "tools": toolchain(target.tools),
        "python": platform.python_version(),
        # Calibration runs the network in float: other instructions, other last bits.
        "processor": [platform.machine(), torch.backends.cpu.get_cpu_capability()],
        "code": [_code_sha256(name) for name in (*_OWN, type(target).__module__)],
    }
    digest.update(json.dumps(facts, sort_keys=True).encode())
    tensors = [*source.module.named_parameters(), *source.module.named_buffers()]
    for name, tensor in sorted(tensors, key=lambda pair: pair[0]):
        _add(digest, name, tensor)
    for index, inputs in enumerate(source.calibration if _calibrates(how) else ()):
        for tensor in inputs:
            _add(digest, str(index), tensor)
    return digest.hexdigest()


def _add(digest: Any, name: str, tensor: Tensor) -> None:
    digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
    digest.update(tensor.detach().contiguous().numpy())


def _calibrates(how: Lowering) -> bool:
    """Whether real inputs can decide the bytes: in all but the floating-point precisions."""
    return how.precision not in ("fp32", "fp16")


@cache
def _code_sha256(module: str) -> str:
    """Of the sources of the package that a module belongs to; of its file where it has none."""
    found = find_spec(module.partition(".")[0])
    if found is None or found.origin is None:
        return "unknown"
    origin = Path(found.origin)
    inside = origin.name == "__init__.py"
    root = origin.parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")) if inside else [origin]:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()
