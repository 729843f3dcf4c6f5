"""Where windows (kernels) lie over an input: padding, as convolutions and pools share it."""

from __future__ import annotations

from collections.abc import Sequence

from mil_interpreter.operators.arguments import (
    Array,
    BadArgumentError,
    integers,
    one_of,
)
from mil_interpreter.types import MOST_DIMENSIONS

PAD_TYPES = ("valid", "custom", "same", "same_lower")
Padding = list[tuple[int, int]]


def padding(
    pad_type: str,
    pad: Array | None,
    sizes: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
) -> Padding:
    """Elements added before and after each spatial dimension.

    Args:
        pad_type: ``valid`` (none), ``custom`` (from ``pad``), ``same`` (so many that the output
            has ceil(size / stride); an odd one at the end) or ``same_lower`` (at the beginning).
        pad: before and after, dimension by dimension; only ``custom`` reads it.
        sizes: of the input.
        kernel: extent of the window, dilation included.
        strides: of the window.

    Raises:
        BadArgumentError: an unknown type, or ``custom`` with a wrong number of sizes.
    """
    one_of("pad_type", pad_type, PAD_TYPES)
    if pad_type == "valid":
        return [(0, 0)] * len(sizes)
    if pad_type == "custom":
        return custom_padding(pad, len(sizes))
    found: Padding = []
    for size, extent, stride in zip(sizes, kernel, strides, strict=True):
        outputs = -(-size // stride)
        total = max(0, (outputs - 1) * stride + extent - size)
        less, more = total // 2, total - total // 2
        found.append((less, more) if pad_type == "same" else (more, less))
    return found


def custom_padding(pad: Array | None, dimensions: int) -> Padding:
    """``pad`` as pairs; none at all stands for zeros.

    Raises:
        BadArgumentError: a wrong number of sizes, or a negative one.
    """
    flat = (0,) * (2 * dimensions) if pad is None else integers(pad, 2 * MOST_DIMENSIONS)
    if len(flat) != 2 * dimensions or min(flat) < 0:
        raise BadArgumentError(f"pad is {list(flat)} for {dimensions} dimensions")
    return list(zip(flat[::2], flat[1::2], strict=True))


def extents(kernel: Sequence[int], dilations: Sequence[int]) -> list[int]:
    """Sizes of a dilated kernel from its first to its last element."""
    return [(size - 1) * step + 1 for size, step in zip(kernel, dilations, strict=True)]


def ones_or(value: Array | None, count: int) -> tuple[int, ...]:
    """Strides or dilations; none at all stands for ones.

    Raises:
        BadArgumentError: a wrong number of them, or one below 1.
    """
    found = (1,) * count if value is None else integers(value)
    if len(found) != count or min(found) < 1:
        raise BadArgumentError(f"strides or dilations are {list(found)} for {count} dimensions")
    return found


def torch_order(pairs: Padding) -> list[int]:
    """Padding as ``torch.nn.functional.pad`` takes it: last dimension first."""
    return [size for pair in reversed(pairs) for size in pair]
