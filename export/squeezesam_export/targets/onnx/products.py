"""Products with the stored weights of a small transformer, in int8 like the convolutions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from squeezesam_export.program import F32
from squeezesam_export.targets.onnx.graph import (
    attribute,
    constants,
    readers,
    replace_nodes,
    sort_operators,
    static_shapes,
)
from squeezesam_export.targets.onnx.rounded_weights import observer

# A product of fewer rows costs the reading of its weights, in float as in int8; and as few numbers
# decide a whole mask.
_FEWEST_ROWS = 16
# Below it int8 gains nothing.
_SMALLEST_MATRIX = 4096
# Where matrices do a larger share of a program's work it is a vision transformer, whose activations
# have outliers that one range of int8 does not bear.
_LARGEST_SHARE = 0.1


@dataclass(frozen=True)
class _Inputs:
    """What a product is given: the mean of its rows (K), and the range of all, 0 within it."""

    mean: NDArray[np.float64]
    least: float
    most: float


def join_biases(model: onnx.ModelProto) -> int:
    """MatMul with stored weights and the Add of a stored row → Gemm, in place; returns how many.

    ONNX Runtime does the same in float. Written down, both can be rounded together.
    """
    weights, shapes, read_by = constants(model), static_shapes(model), readers(model)
    outputs = {output.name for output in model.graph.output}
    gone: set[str] = set()
    for node in model.graph.node:
        made = node.output[0]
        if node.op_type != "MatMul" or node.input[1] not in weights or made in outputs:
            continue
        add = read_by[made][0]
        width = [weights[node.input[1]].dims[-1]]
        row = [name for name in add.input if name in weights and weights[name].dims == width]
        alone = len(read_by[made]) == 1 and len(shapes.get(node.input[0], ())) == 2
        if alone and add.op_type == "Add" and row and len(weights[node.input[1]].dims) == 2:
            node.op_type, node.output[0] = "Gemm", add.output[0]
            node.input.append(row[0])
            gone.add(made)
    replace_nodes(model, [n for n in model.graph.node if not gone.intersection(n.input)])
    return len(gone)


def multiply_in_int8(
    quantised: onnx.ModelProto,
    plain: onnx.ModelProto,
    feeds: Iterable[Mapping[str, F32]],
    bits: int = 7,
) -> int:
    """Let products of many rows with stored weights run in int8, in place; returns how many.

    Their inputs uint8 in one range, the weights int8 per column, the mean of what rounding them
    does to the results back in the bias; the results float32. In a vision transformer nothing is
    changed.

    Args:
        quantised: QDQ, with its convolutions in int8.
        plain: the same graph before, in float32.
        feeds: inputs of real photos.
        bits: that the weights may use.

    Raises:
        ExportError: ``plain`` cannot be run.
    """
    chosen = _products(plain)
    if not chosen:
        return 0
    stored = constants(plain)
    seen = _observed(plain, sorted({node.input[0] for node in chosen}), feeds)
    there = {node.name: node for node in quantised.graph.node}
    made: dict[str, onnx.NodeProto] = {}
    for node in chosen:
        weights = numpy_helper.to_array(stored[node.input[1]]).astype(np.float64)
        bias = numpy_helper.to_array(stored[node.input[2]]) if len(node.input) > 2 else None
        _round(quantised, there[node.name], weights, bias, seen[node.input[0]], bits, made)
    replace_nodes(quantised, [*quantised.graph.node, *made.values()])
    sort_operators(quantised)
    return len(chosen)


def _products(plain: onnx.ModelProto) -> list[onnx.NodeProto]:
    stored, shapes = constants(plain), static_shapes(plain)
    in_convolutions = in_matrices = 0
    found = []
    for node in plain.graph.node:
        if node.op_type not in ("Conv", "MatMul", "Gemm") or node.input[1] not in stored:
            continue
        shape, dims = shapes.get(node.output[0], ()), stored[node.input[1]].dims
        results = int(np.prod(shape))
        if node.op_type == "Conv":
            in_convolutions += results * int(np.prod(dims[1:]))
            continue
        turned = attribute(node, "transA", 0) or attribute(node, "transB", 0)
        in_matrices += results * int(dims[-1 if turned else -2])
        large = len(dims) == 2 and int(np.prod(dims)) >= _SMALLEST_MATRIX
        if large and not turned and len(shape) == 2 and shape[0] >= _FEWEST_ROWS:
            found.append(node)
    return found if in_matrices <= _LARGEST_SHARE * (in_matrices + in_convolutions) else []


def _observed(
    plain: onnx.ModelProto, names: list[str], feeds: Iterable[Mapping[str, F32]]
) -> dict[str, _Inputs]:
    session = observer(plain, names)
    limits = dict.fromkeys(names, (0.0, 0.0))
    sums: dict[str, NDArray[np.float64]] = {}
    sets = 0
    for feed in feeds:
        sets += 1
        for name, rows in zip(names, session.run(names, dict(feed)), strict=True):
            least, most = limits[name]
            limits[name] = min(least, float(rows.min())), max(most, float(rows.max()))
            sums[name] = sums.get(name, 0.0) + rows.mean(0, dtype=np.float64)
    return {name: _Inputs(sums[name] / sets, *limits[name]) for name in names}


def _round(
    model: onnx.ModelProto,
    node: onnx.NodeProto,
    weights: NDArray[np.float64],
    bias: F32 | None,
    seen: _Inputs,
    bits: int,
    made: dict[str, onnx.NodeProto],
) -> None:
    """Let one product read rounded inputs, weights and bias; what rounds goes to ``made``."""
    most = 2 ** (bits - 1) - 1
    steps = np.maximum(np.abs(weights).max(0), 1e-12) / most
    whole = np.clip(np.rint(weights / steps), -most, most)
    step = max((seen.most - seen.least) / 255, 1e-12)
    zero = np.uint8(np.clip(np.rint(-seen.least / step), 0, 255))
    data, name = node.input[0], f"{node.name}_rounded"
    scale = np.float32(step)
    node.input[0] = _through(model, made, data, {f"{data}_step": scale, f"{data}_zero": zero})
    node.input[1] = _expanded(model, made, f"{name}_weight", whole.astype(np.int8), steps, 1)
    if bias is not None:
        mended = bias + seen.mean @ (weights - whole * steps)
        units = steps * step
        limit = float(2**31 - 1)
        numbers = np.clip(np.rint(mended / units), -limit, limit).astype(np.int32)
        node.input[2] = _expanded(model, made, f"{name}_bias", numbers, units, 0)


def _through(
    model: onnx.ModelProto,
    made: dict[str, onnx.NodeProto],
    data: str,
    numbers: Mapping[str, np.generic],
) -> str:
    """The tensor rounded and expanded again, once for all that read it."""
    whole, again = f"{data}_whole_steps", f"{data}_in_steps"
    if again not in made:
        for name, value in numbers.items():
            model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
        made[whole] = helper.make_node("QuantizeLinear", [data, *numbers], [whole], name=whole)
        made[again] = helper.make_node("DequantizeLinear", [whole, *numbers], [again], name=again)
    return again


def _expanded(
    model: onnx.ModelProto,
    made: dict[str, onnx.NodeProto],
    name: str,
    whole: NDArray[np.signedinteger],
    steps: NDArray[np.float64],
    axis: int,
) -> str:
    """Stored whole numbers behind a DequantizeLinear."""
    parts = {
        name: whole,
        f"{name}_step": steps.astype(np.float32),
        f"{name}_zero": np.zeros(steps.shape, whole.dtype),
    }
    for part, values in parts.items():
        model.graph.initializer.append(numpy_helper.from_array(values, part))
    again = f"{name}_float"
    made[again] = helper.make_node("DequantizeLinear", [*parts], [again], name=again, axis=axis)
    return again
