"""Rewrites of the ONNX graph round convolutions: the same values in fewer and faster operators."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from squeezesam_export.targets.onnx.graph import (
    add_numbers,
    attribute,
    constants,
    first_convolutions,
    makers,
    readers,
    replace_nodes,
    static_shapes,
)

# Part of the name of every operator that only rearranges a raised map.
RAISING = "_raising_"


def transposed_to_plain(model: onnx.ModelProto) -> int:
    """ConvTranspose k2 s2 → Conv 1×1 to four times the channels + DepthToSpace; returns how many.

    Exactly equal: with kernel and stride 2 no two input pixels meet in an output pixel. ONNX
    Runtime has no int8 ConvTranspose, but an int8 Conv.
    """
    weights = constants(model)
    nodes: list[onnx.NodeProto] = []
    changed = 0
    for node in model.graph.node:
        if node.op_type == "ConvTranspose" and _is_k2_s2(node, weights):
            nodes += _as_conv(model, node, weights)
            changed += 1
        else:
            nodes.append(node)
    replace_nodes(model, nodes)
    return changed


def _is_k2_s2(node: onnx.NodeProto, weights: dict[str, TensorProto]) -> bool:
    shape = tuple(weights[node.input[1]].dims) if node.input[1] in weights else ()
    plain = not any(attribute(node, "pads", [0])) and not any(
        attribute(node, "output_padding", [0])
    )
    strides = list(attribute(node, "strides", []))
    return shape[2:] == (2, 2) and strides == [2, 2] and plain and attribute(node, "group", 1) == 1


def _as_conv(
    model: onnx.ModelProto, node: onnx.NodeProto, weights: dict[str, TensorProto]
) -> list[onnx.NodeProto]:
    kernel = numpy_helper.to_array(weights[node.input[1]])  # in × out × 2 × 2
    channels = kernel.shape[1]
    # DepthToSpace in DCR order takes output pixel (i, j) from the block (2·i + j)·channels.
    plain = np.ascontiguousarray(kernel.transpose(2, 3, 1, 0).reshape(4 * channels, -1, 1, 1))
    name = f"{node.output[0]}_plain"
    model.graph.initializer.append(numpy_helper.from_array(plain, f"{name}_weight"))
    inputs = [node.input[0], f"{name}_weight"]
    if len(node.input) > 2 and node.input[2]:
        bias = np.tile(numpy_helper.to_array(weights[node.input[2]]), 4)
        model.graph.initializer.append(numpy_helper.from_array(bias, f"{name}_bias"))
        inputs.append(f"{name}_bias")
    return [
        helper.make_node("Conv", inputs, [name], name=name, kernel_shape=[1, 1]),
        helper.make_node(
            "DepthToSpace", [name], [node.output[0]], name=f"{name}_space", blocksize=2, mode="DCR"
        ),
    ]


def raise_channels_last(model: onnx.ModelProto) -> int:
    """DepthToSpace by two → transposes and reshapings with channels last; returns how many.

    Exactly equal. Int8 convolutions run with channels last, and between two of them the outer
    transposes cancel; DepthToSpace exists with channels first alone. In float it stays, where that
    is the layout.
    """
    shapes = static_shapes(model)
    nodes: list[onnx.NodeProto] = []
    changed = 0
    for node in model.graph.node:
        size = shapes.get(node.input[0], ()) if node.input else ()
        plain = attribute(node, "blocksize") == 2 and attribute(node, "mode", b"DCR") == b"DCR"
        if node.op_type == "DepthToSpace" and plain and len(size) == 4:
            nodes += _raising(model, node.input[0], node.output[0], size)
            changed += 1
        else:
            nodes.append(node)
    replace_nodes(model, nodes)
    return changed


def _raising(
    model: onnx.ModelProto, source: str, target: str, size: tuple[int, ...]
) -> list[onnx.NodeProto]:
    """N×4C×H×W → N×C×2H×2W, the four blocks of channels woven into rows and columns."""
    count, blocks, height, width = size
    last, split, woven, joined = (f"{target}_{what}" for what in ("last", "split", "woven", "join"))
    cells = add_numbers(model, f"{split}_shape", [count * height, width, 2, blocks // 2])
    rows = add_numbers(model, f"{joined}_shape", [count, 2 * height, 2 * width, blocks // 4])
    steps: tuple[tuple[str, list[str], str, dict[str, list[int]]], ...] = (
        ("Transpose", [source], last, {"perm": [0, 2, 3, 1]}),
        ("Reshape", [last, cells], split, {}),
        ("Transpose", [split], woven, {"perm": [0, 2, 1, 3]}),
        ("Reshape", [woven, rows], joined, {}),
        ("Transpose", [joined], target, {"perm": [0, 3, 1, 2]}),
    )
    return [
        helper.make_node(kind, inputs, [made], name=f"{target}{RAISING}{index}", **attributes)
        for index, (kind, inputs, made, attributes) in enumerate(steps)
    ]


def pool_before_activation(model: onnx.ModelProto) -> int:
    """The first Conv → Relu → MaxPool becomes Conv → MaxPool → Relu; returns how many.

    Exactly equal: a maximum and a ReLU (or any clipping) may change places. In int8 the rounding
    behind a first convolution, which stays in float, would otherwise move before the pooling, whose
    unsigned form is slow there; and there is a quarter of the pixels to clip. A later convolution
    rounds and clips in one step and is left alone.
    """
    weights, firsts = constants(model), first_convolutions(model)
    made_by, read_by = makers(model), readers(model)
    outputs = {output.name for output in model.graph.output}
    nodes = list(model.graph.node)
    changed = 0
    for index, pool in enumerate(nodes):
        clip = made_by.get(pool.input[0]) if pool.op_type == "MaxPool" else None
        if clip is None or clip.op_type not in ("Relu", "Clip"):
            continue
        before, between = clip.input[0], clip.output[0]
        conv = made_by.get(before)
        if conv is None or conv.name not in firsts or {before, between} & outputs:
            continue
        alone = len(read_by[before]) == len(read_by[between]) == 1
        if not alone or not all(name in weights for name in clip.input[1:] if name):
            continue
        first, second = onnx.NodeProto(), onnx.NodeProto()
        first.CopyFrom(pool)
        second.CopyFrom(clip)
        second.output[0] = pool.output[0]
        first.input[0], first.output[0], second.input[0] = before, between, between
        nodes[next(i for i, node in enumerate(nodes) if node is clip)] = first
        nodes[index] = second
        changed += 1
    replace_nodes(model, nodes)
    return changed


def split_first_convolutions(model: onnx.ModelProto) -> int:
    """A first Conv over a Concat → one over its first input, one over the others, added.

    The photo is then not copied to lie beside the prompt planes. The sum is taken in another order:
    equal to the last bits of float32.

    Returns:
        how many were split.
    """
    weights, shapes, firsts = constants(model), static_shapes(model), first_convolutions(model)
    made_by, read_by = makers(model), readers(model)
    nodes: list[onnx.NodeProto] = []
    gone: set[str] = set()
    for node in model.graph.node:
        joined = made_by.get(node.input[0]) if node.name in firsts else None
        if (
            joined is not None
            and joined.op_type == "Concat"
            and attribute(joined, "axis") == 1
            and all(len(shapes.get(name, ())) == 4 for name in joined.input)
            and len(read_by[joined.output[0]]) == 1
            and node.op_type == "Conv"
            and attribute(node, "group", 1) == 1
            and node.input[1] in weights
        ):
            count = shapes[joined.input[0]][1]
            nodes += _split(model, node, list(joined.input), count, weights[node.input[1]])
            gone.add(joined.output[0])
        else:
            nodes.append(node)
    replace_nodes(model, [node for node in nodes if node.output[0] not in gone])
    return len(gone)


def _split(
    model: onnx.ModelProto, conv: onnx.NodeProto, inputs: list[str], count: int, weight: TensorProto
) -> list[onnx.NodeProto]:
    """The convolution over the first input, of ``count`` channels, and over all others."""
    nodes: list[onnx.NodeProto] = []
    name, made = conv.name, conv.output[0]
    first, *others = inputs
    rest = others[0]
    if len(others) > 1:
        rest = f"{made}_rest"
        nodes.append(helper.make_node("Concat", others, [rest], name=f"{name}_joined", axis=1))
    kernel = numpy_helper.to_array(weight)
    parts = {"first": kernel[:, :count], "rest": kernel[:, count:]}
    stored = {part: f"{weight.name.removesuffix('weight')}{part}.weight" for part in parts}
    for part, values in parts.items():
        tensor = numpy_helper.from_array(np.ascontiguousarray(values), stored[part])
        model.graph.initializer.append(tensor)
    # The photo's comes last: ONNX Runtime lets a convolution add onto what is there, and it is the
    # dearer one.
    for part, source, bias in (("rest", rest, list(conv.input[2:])), ("first", first, [])):
        new = onnx.NodeProto()
        new.CopyFrom(conv)
        new.input[:] = [source, stored[part], *bias]
        new.name, new.output[0] = f"{name}_{part}", f"{made}_{part}_part"
        nodes.append(new)
    total = helper.make_node(
        "Add", [f"{made}_rest_part", f"{made}_first_part"], [made], name=f"{name}_sum"
    )
    return [*nodes, total]
