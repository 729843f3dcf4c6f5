"""Lint of a saved Core ML package: what a conversion on Linux can check without a Mac."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from squeezesam_export.program import ExportError
from squeezesam_export.toolchain.quiet import quiet

# Core ML refuses tensors of more dimensions when it loads a model.
LARGEST_RANK = 5
# What our networks need, and no more: an operator that turns up beside these came from a change
# that nobody has looked at on a device.
ALLOWED = frozenset(
    {
        "const", "cast",
        "conv", "conv_transpose", "max_pool", "pad", "relu",
        "linear", "matmul", "softmax", "layer_norm",
        "add", "sub", "mul", "real_div", "abs", "sin", "cos", "sigmoid", "clip", "reduce_mean",
        # Of other families: coremltools makes the last of a scale and a shift for each channel.
        "gelu", "rsqrt", "split", "batch_norm",
        "equal", "not_equal", "greater", "greater_equal", "less", "less_equal",
        "concat", "stack", "reshape", "transpose", "expand_dims", "squeeze", "slice_by_index",
        "quantize", "dequantize",
        "constexpr_affine_dequantize", "constexpr_blockwise_shift_scale", "constexpr_lut_to_dense",
    }
)  # fmt: skip


@dataclass(frozen=True)
class LintReport:
    """What a package consists of.

    Attributes:
        operators: MIL operator → count, over all functions and nested blocks, without constants.
        largest_rank: dimensions of the tensor that has most.
        problems: one sentence each; empty for a package that passes.
    """

    operators: dict[str, int]
    largest_rank: int
    problems: list[str] = field(default_factory=list)


def lint(path: Path) -> LintReport:
    """Read the specification of ``path`` (.mlpackage) from disk and walk through it.

    Raises:
        ExportError: the package cannot be read, or holds no ML program.
    """
    try:
        with quiet():
            import coremltools

            specification = coremltools.utils.load_spec(str(path))
    except Exception as error:
        raise ExportError(f"{path.name} cannot be read as a Core ML package: {error}") from error
    if specification.WhichOneof("Type") != "mlProgram":
        raise ExportError(f"{path.name} holds no ML program")
    operators: Counter[str] = Counter()
    problems: list[str] = []
    largest = 0
    for function in specification.mlProgram.functions.values():
        for value in function.inputs:
            largest = max(largest, _rank(value, problems))
        for operation in _operations(function.block_specializations.values()):
            operators[operation.type] += 1
            if operation.type not in ALLOWED:
                problems.append(
                    f"the operator {operation.type} ({_name(operation)}) is not among those that "
                    "squeezesam's Core ML programs may use"
                )
            for value in operation.outputs:
                largest = max(largest, _rank(value, problems))
    operators.pop("const", None)
    return LintReport(dict(sorted(operators.items())), largest, problems)


def _operations(blocks: Any) -> Iterator[Any]:
    """Every operation of ``blocks``, those of nested blocks (branches, loops) included."""
    for block in blocks:
        for operation in block.operations:
            yield operation
            yield from _operations(operation.blocks)


def _name(operation: Any) -> str:
    return str(operation.outputs[0].name) if operation.outputs else "without output"


def _rank(value: Any, problems: list[str]) -> int:
    """Dimensions of a tensor (0 for anything else); one above the limit becomes a problem."""
    kind = value.type
    rank = int(kind.tensorType.rank) if kind.WhichOneof("type") == "tensorType" else 0
    if rank > LARGEST_RANK:
        problems.append(
            f"the tensor {value.name} has {rank} dimensions; Core ML takes {LARGEST_RANK} at most"
        )
    return rank
