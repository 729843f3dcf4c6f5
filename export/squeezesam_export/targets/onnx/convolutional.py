"""Which operators of an ONNX graph belong to its convolutional part, and so run in int8."""

from __future__ import annotations

import onnx

from squeezesam_export.targets.onnx.convolutions import RAISING
from squeezesam_export.targets.onnx.graph import first_convolutions

# What can run in int8. ReLU and Clip (ReLU6) are among them so that a convolution is rounded once,
# behind its activation, and not before it too.
OPERATORS = ("Conv", "Relu", "Clip", "MaxPool", "Concat", "Add", "Transpose", "Reshape")
# Of these, what has its place behind a convolution only; cropping and padding move with them.
_FOLLOWING = ("Relu", "Clip", "MaxPool", "Concat", "Add", "Slice", "Pad")


def kept_in_float(model: onnx.ModelProto) -> list[str]:
    """Names of the operators among :data:`OPERATORS` that stay in float.

    These are the first convolutions and what works on their results, and the norms, attention,
    token logic and scores of a transformer: quantising them costs accuracy, and they are under a
    hundredth of the work (its products with stored weights: :mod:`.products`). A first convolution
    sees pixels of 0…255 and planes of −1…1 (the normalisation is folded into its weights): one
    scale for both would leave the photo a handful of levels.
    """
    weights = {tensor.name for tensor in model.graph.initializer}
    firsts = first_convolutions(model)
    inside: set[str] = set()
    for node in model.graph.node:
        if node.op_type == "Conv":
            if node.name not in firsts:
                inside.update(node.output)
        elif node.op_type in _FOLLOWING or RAISING in node.name:
            # The limits of a Clip and the shape of a Reshape are constants, and no data.
            data = [name for name in node.input if name and name not in weights]
            if data and all(name in inside for name in data):
                inside.update(node.output)
    return [
        node.name
        for node in model.graph.node
        if node.op_type in OPERATORS and not set(node.output) <= inside
    ]
