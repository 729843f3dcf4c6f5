"""The weights and biases of an int8 ONNX program, rounded anew from what its layers are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import numpy_helper

from squeezesam_export.program import F32, ExportError
from squeezesam_export.targets.onnx.graph import attribute, constants, makers
from squeezesam_export.targets.onnx.rounding import least_error, moments, nearest

Feed = dict[str, F32]
# Windows of a layer's input that are looked at in each set of inputs.
_WINDOWS = 512
# A layer of more inputs a result errs little, and costs the cube of them; only its bias is mended.
MOST_INPUTS = 640
# As many of the sets of inputs are looked at.
MOST_INPUT_SETS = 12


@dataclass(frozen=True)
class _Layer:
    """An int8 convolution: its fp32 weights and where the int8 ones are kept."""

    input: str
    kernel: F32
    whole: str
    steps: str
    bias: str
    bias_steps: str
    groups: int
    strides: tuple[int, int]
    pads: tuple[int, int, int, int]


def round_anew(
    quantised: onnx.ModelProto, plain: onnx.ModelProto, feeds: Iterable[Feed], bits: int = 7
) -> int:
    """Choose the whole numbers of ``quantised``'s convolutions again, in place; returns how many.

    Args:
        quantised: QDQ, weights int8 per channel without zero points, biases int32.
        plain: the same graph before, in float32.
        feeds: inputs of real photos.
        bits: that the weights may use.

    Raises:
        ExportError: ``plain`` cannot be run.
    """
    layers = list(_layers(quantised, plain))
    if not layers:
        # Of a plain vision transformer: the patches' convolution stays in float.
        return 0
    stored = constants(quantised)
    most = 2 ** (bits - 1)
    for layer, patches in _observed(plain, layers, feeds):
        results, count = layer.kernel.shape[0], int(np.prod(layer.kernel.shape[1:]))
        shape = (layer.groups, results // layer.groups, count)
        weights = layer.kernel.reshape(shape).astype(np.float64)
        steps = numpy_helper.to_array(stored[layer.steps]).astype(np.float64).reshape(shape[:2])
        seen = moments(patches, count <= MOST_INPUTS)
        if seen.covariance is None:
            whole = nearest(weights, steps, -most, most - 1)
        else:
            whole = least_error(weights, steps, seen.covariance, -most, most - 1)
        _write(stored[layer.whole], whole.reshape(layer.kernel.shape).astype(np.int8))
        off = weights - whole * steps[..., None]
        shift = np.einsum("gok,gk->go", off, seen.mean).reshape(results)
        units = numpy_helper.to_array(stored[layer.bias_steps]).astype(np.float64)
        bias = numpy_helper.to_array(stored[layer.bias]).astype(np.float64) + shift / units
        limit = float(2**31 - 1)
        _write(stored[layer.bias], np.clip(np.rint(bias), -limit, limit).astype(np.int32))
    return len(layers)


def _write(tensor: onnx.TensorProto, values: NDArray[np.generic]) -> None:
    tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


def _layers(quantised: onnx.ModelProto, plain: onnx.ModelProto) -> Iterator[_Layer]:
    """Convolutions with int8 weights per channel and an int32 bias."""
    floats, made_by = constants(plain), makers(quantised)
    before = {node.name: node for node in plain.graph.node}
    stored = constants(quantised)
    for node in quantised.graph.node:
        expanded = [made_by.get(name) for name in node.input]
        if node.op_type != "Conv" or len(expanded) < 3:
            continue
        weight, bias = expanded[1], expanded[2]
        if weight is None or bias is None or weight.input[0] not in stored:
            continue
        original = before[node.name]
        kernel = numpy_helper.to_array(floats[original.input[1]])
        groups = int(attribute(node, "group", 1))
        yield _Layer(
            original.input[0], kernel, weight.input[0], weight.input[1], bias.input[0],
            bias.input[1], groups, tuple(attribute(node, "strides", [1, 1])),
            tuple(attribute(node, "pads", [0, 0, 0, 0])),
        )  # fmt: skip


def _observed(
    plain: onnx.ModelProto, layers: list[_Layer], feeds: Iterable[Feed]
) -> Iterator[tuple[_Layer, F32]]:
    """Each layer with windows of its inputs, G×N×K."""
    names = sorted({layer.input for layer in layers})
    session = observer(plain, names)
    draw = np.random.default_rng(0)
    kept: list[list[F32]] = [[] for _ in layers]
    for _, feed in zip(range(MOST_INPUT_SETS), feeds, strict=False):
        seen = dict(zip(names, session.run(names, feed), strict=True))
        for layer, found in zip(layers, kept, strict=True):
            found.append(_windows(seen[layer.input], layer, draw))
    for layer, found in zip(layers, kept, strict=True):
        yield layer, np.concatenate(found, axis=1)
        found.clear()


def observer(plain: onnx.ModelProto, names: list[str]) -> onnxruntime.InferenceSession:
    """A session that gives these tensors of ``plain`` beside its outputs.

    Raises:
        ExportError: ONNX Runtime cannot run it.
    """
    watched = onnx.ModelProto()
    watched.CopyFrom(plain)
    present = {output.name for output in watched.graph.output}
    watched.graph.output.extend(onnx.ValueInfoProto(name=n) for n in names if n not in present)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            watched.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise ExportError(
            f"ONNX Runtime cannot run the program to be quantised: {error}"
        ) from error


def _windows(values: F32, layer: _Layer, draw: np.random.Generator) -> F32:
    """Windows that the layer sees at random places: 1×C×H×W → G×N×K."""
    height, width = layer.kernel.shape[2:]
    top, left, bottom, right = layer.pads
    padded = np.pad(values[0], ((0, 0), (top, bottom), (left, right)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (1, height, width))
    windows = windows[:, :: layer.strides[0], :: layer.strides[1], 0]
    rows, columns = windows.shape[1:3]
    places = draw.choice(rows * columns, min(rows * columns, _WINDOWS), replace=False)
    chosen = windows[:, places // columns, places % columns]  # C×N×kh×kw
    channels, count = chosen.shape[:2]
    split = chosen.reshape(layer.groups, channels // layer.groups, count, height, width)
    return np.ascontiguousarray(split.transpose(0, 2, 1, 3, 4)).reshape(layer.groups, count, -1)
