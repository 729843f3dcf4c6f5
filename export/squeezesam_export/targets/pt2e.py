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
# Padding and cropping, where the encoder's pooling rounds up: XNNPACK demands one range for both
# sides, and its quantizer knows neither.
_SAME_RANGE = (torch.ops.aten.pad.default, torch.ops.aten.slice.Tensor)
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
    from executorch.backends.xnnpack.quantizer.xnnpack_quantizer_utils import propagate_annotation
    from torchao.quantization.pt2e import MinMaxObserver
    from torchao.quantization.pt2e.quantizer import (
        QuantizationAnnotation,
        SharedQuantizationSpec,
    )
    from torchao.quantization.pt2e.quantizer.quantizer import Q_ANNOTATION_KEY

    class Selective(XNNPACKQuantizer):
        def annotate(self, model: fx.GraphModule) -> fx.GraphModule:
            for node in model.graph.nodes:
                if _stays_float(node):
                    node.meta[Q_ANNOTATION_KEY] = QuantizationAnnotation(_annotated=True)
                elif node.target is _MATRICES and not dynamic:
                    node.meta[Q_ANNOTATION_KEY] = QuantizationAnnotation(
                        input_qspec_map={node.args[1]: static.weight}, _annotated=True
                    )
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

    static = get_symmetric_quantization_config(is_per_channel=True)
    activation = dataclasses.replace(
        static.input_activation,
        observer_or_fake_quant_ctr=observer or MinMaxObserver.with_args(eps=_EPSILON),
    )
    static = dataclasses.replace(static, input_activation=activation, output_activation=activation)
    at_run_time = get_symmetric_quantization_config(is_per_channel=True, is_dynamic=True)
    quantizer = Selective()
    for kind in (*_CONVOLUTIONS, _CONCATENATION):
        quantizer.set_operator_type(kind, static)
    return quantizer.set_operator_type(_MATRICES, at_run_time) if dynamic else quantizer


def _stays_float(node: fx.Node) -> bool:
    """Whether a node is the stem's convolution, or joins anything but the decoder's skips.

    The stem sees pixels of 0…255 beside planes of −1…1 (the normalisation is folded into its
    weights): one scale for both would leave the photo a handful of levels.
    """
    if node.target is _CONVOLUTIONS[0]:
        return any(".stem" in path for path, _ in node.meta.get("nn_module_stack", {}).values())
    if node.target is _CONCATENATION:
        return not any(_is_raised(source) for source in node.all_input_nodes)
    return False


def _is_raised(node: fx.Node) -> bool:
    """Whether a tensor comes from an upsampling, cropped or not."""
    while node.target in (torch.ops.aten.slice.Tensor,) and node.all_input_nodes:
        node = node.all_input_nodes[0]
    return node.target is _CONVOLUTIONS[1]
