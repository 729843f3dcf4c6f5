"""What every engine checks about a program before it is allowed to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import BundleError
from .protocol import ProgramSpec, TensorSpec


def check_signature(
    spec: ProgramSpec,
    inputs: Mapping[str, tuple[Any, ...]],
    outputs: Mapping[str, tuple[Any, ...]],
) -> None:
    """Compares the tensors that a program really has with those that the manifest promises.

    Raises BundleError naming the first tensor that is missing, unknown or of another shape.
    """
    _compare(spec, "input", spec.inputs, inputs)
    _compare(spec, "output", spec.outputs, outputs)


def _compare(
    spec: ProgramSpec,
    kind: str,
    promised: tuple[TensorSpec, ...],
    found: Mapping[str, tuple[Any, ...]],
) -> None:
    for tensor in promised:
        if tensor.name not in found:
            raise BundleError(
                f"the program {spec.name!r} has no {kind} {tensor.name!r}, which the manifest lists"
            )
        if tuple(found[tensor.name]) != tensor.shape:
            raise BundleError(
                f"the {kind} {tensor.name!r} of the program {spec.name!r} has the shape "
                f"{_shape(found[tensor.name])}, the manifest says {_shape(tensor.shape)}"
            )
    unknown = sorted(set(found) - {tensor.name for tensor in promised})
    if kind == "input" and unknown:
        raise BundleError(
            f"the program {spec.name!r} needs an input {unknown[0]!r} that the manifest lacks"
        )


def _shape(shape: tuple[Any, ...]) -> str:
    return "×".join(str(size) for size in shape)


def sentence(error: BaseException) -> str:
    """The first line of an engine's error message, which may run over a page."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
