"""Static int8 after training (PT2E of torchao), for XNNPACK and for Core ML's W8A8."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import fx

from squeezesam_export.program import SourceProgram

if TYPE_CHECKING:
    from torch.export import ExportedProgram

_CONVOLUTIONS = (torch.ops.aten.conv2d.default, torch.ops.aten.conv_transpose2d.input)
_CONCATENATION = torch.ops.aten.cat.default
_MATRICES = torch.ops.aten.linear.default
_SUM = torch.ops.aten.add.Tensor
# ReLU6 and the like, which XNNPACK's quantizer does not know behind a convolution.
_CLIPPING = (
    torch.ops.aten.hardtanh.default, torch.ops.aten.hardtanh_.default,
    torch.ops.aten.relu6.default, torch.ops.aten.relu6_.default,
)  # fmt: skip
_RECTIFYING = (torch.ops.aten.relu.default, torch.ops.aten.relu_.default, *_CLIPPING)
# Padding and cropping, where the encoder's pooling rounds up: XNNPACK demands one range for both
# sides, and its quantizer knows neither.
_SAME_RANGE = (torch.ops.aten.pad.default, torch.ops.aten.slice.Tensor)
# What stays among convolutions if all that it reads does.
_FOLLOWING = (
    *_RECTIFYING, *_SAME_RANGE, _CONCATENATION, _SUM, torch.ops.aten.max_pool2d.default,
)  # fmt: skip
# The smallest scale, as in XNNPACK's own configuration.
_EPSILON = 2**-12


def quantise(program: SourceProgram, exported: ExportedProgram, dynamic: bool) -> ExportedProgram:
    """Static int8 after training (PT2E), calibrated on the program's real inputs.

    Args:
        program: where the inputs come from.
        exported: its module, exported.
        dynamic: linear layers quantise their activations at run time, which XNNPACK can and
            Core ML cannot; otherwise only their weights are stored in int8.
    """
    return quantise_with(None, program, exported, dynamic)


def quantise_with(
    observer: Any, program: SourceProgram, exported: ExportedProgram, dynamic: bool
) -> ExportedProgram:
    """The same with another observer of activations; None takes the extremes that were seen."""
    from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

    observed = prepare_pt2e(exported.module(), _quantizer(dynamic, observer))
    with torch.inference_mode(), _one_thread():
        for inputs in program.calibration:
            observed(*inputs)
    return torch.export.export(convert_pt2e(observed), program.example)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Sums whose last bits depend on how they are split among threads would change the ranges."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _quantizer(dynamic: bool, observer: Any = None) -> Any:
    """XNNPACK's quantizer without the stem, and with ranges as they were seen.

    The histogram observer, XNNPACK's own choice, clips the rare strong activations that decide a
    mask.
    """
    from executorch.backends.xnnpack.quantizer.xnnpack_quantizer import (
        XNNPACKQuantizer,
        get_symmetric_quantization_config,
    )
    from executorch.backends.xnnpack.quantizer.xnnpack_quantizer_utils import (
        get_bias_qspec,
        propagate_annotation,
    )
    from torchao.quantization.pt2e import MinMaxObserver
    from torchao.quantization.pt2e.quantizer import (
        QuantizationAnnotation,
        SharedQuantizationSpec,
    )
    from torchao.quantization.pt2e.quantizer.quantizer import Q_ANNOTATION_KEY

    class Selective(XNNPACKQuantizer):
        def annotate(self, model: fx.GraphModule) -> fx.GraphModule:
            inside = among_convolutions(model.graph)
            for node in model.graph.nodes:
                if node.target in (*_CONVOLUTIONS, _CONCATENATION, _SUM) and node not in inside:
                    node.meta[Q_ANNOTATION_KEY] = QuantizationAnnotation(_annotated=True)
                elif node.target is _MATRICES and not dynamic:
                    node.meta[Q_ANNOTATION_KEY] = QuantizationAnnotation(
                        input_qspec_map={node.args[1]: static.weight}, _annotated=True
                    )
                elif node.target in _CLIPPING and node in inside:
                    clipped(node)
            annotated: fx.GraphModule = super().annotate(model)
            for node in annotated.graph.nodes:
                source = node.all_input_nodes[0] if node.target in _SAME_RANGE else None
                known = source.meta.get(Q_ANNOTATION_KEY) if source is not None else None
                if known is not None and known.output_qspec is not None:
                    same = SharedQuantizationSpec(source)
                    node.meta[Q_ANNOTATION_KEY] = QuantizationAnnotation(
                        input_qspec_map={source: same}, output_qspec=same, _annotated=True
                    )
            # Again: the pooling behind a padding takes its range over.
            propagate_annotation(annotated)
            return annotated

    def clipped(node: fx.Node) -> None:
        """Let a convolution and the clipping behind it be rounded once, at the end."""
        (conv,) = node.all_input_nodes
        if conv.target is not _CONVOLUTIONS[0] or len(conv.users) > 1:
            return
        data, weight, *bias = conv.args[:3]
        specs = {data: static.input_activation, weight: static.weight}
        specs |= {one: get_bias_qspec(static) for one in bias if isinstance(one, fx.Node)}
        conv.meta[Q_ANNOTATION_KEY] = QuantizationAnnotation(input_qspec_map=specs, _annotated=True)
        node.meta[Q_ANNOTATION_KEY] = QuantizationAnnotation(
            output_qspec=static.output_activation, _annotated=True
        )

    static = get_symmetric_quantization_config(is_per_channel=True)
    activation = dataclasses.replace(
        static.input_activation,
        observer_or_fake_quant_ctr=observer or MinMaxObserver.with_args(eps=_EPSILON),
    )
    static = dataclasses.replace(static, input_activation=activation, output_activation=activation)
    at_run_time = get_symmetric_quantization_config(is_per_channel=True, is_dynamic=True)
    quantizer = Selective()
    for kind in (*_CONVOLUTIONS, _CONCATENATION, _SUM):
        quantizer.set_operator_type(kind, static)
    return quantizer.set_operator_type(_MATRICES, at_run_time) if dynamic else quantizer


def among_convolutions(graph: fx.Graph) -> set[fx.Node]:
    """The convolutions that run in int8, and what only they feed: ReLU, pooling, joining, sums.

    The stem's stays in float: it sees pixels of 0…255 beside planes of −1…1 (the normalisation is
    folded into its weights), and one scale for both would leave the photo a handful of levels. So
    do the sums and joinings of the transformer and the tokens.
    """
    inside: set[fx.Node] = set()
    for node in graph.nodes:
        if node.target in _CONVOLUTIONS:
            modules = node.meta.get("nn_module_stack", {}).values()
            if not any(".stem" in path for path, _ in modules):
                inside.add(node)
        elif node.target in _FOLLOWING and set(node.all_input_nodes) <= inside:
            inside.add(node)
    return inside
