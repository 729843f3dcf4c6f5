"""Static int8 after training (PT2E of torchao), for XNNPACK and for Core ML's W8A8."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import fx

from squeezesam_export.program import ExportError, SourceProgram

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


def quantise(
    program: SourceProgram,
    exported: ExportedProgram,
    dynamic: bool,
    in_float: Collection[str] = (),
) -> ExportedProgram:
    """Static int8 after training (PT2E), calibrated on the program's real inputs.

    Args:
        program: where the inputs come from.
        exported: its module, exported.
        dynamic: linear layers quantise their activations at run time, which XNNPACK can and
            Core ML cannot; otherwise only their weights are stored in int8.
        in_float: layers (paths of their modules) that stay in float.
    """
    return Observed(program, exported, dynamic).convert(in_float)


class Observed:
    """A network that has seen its calibration inputs.

    Arguments as of :func:`quantise`; ``observer`` makes the observers of activations, the smallest
    and largest value seen where it is None.
    """

    def __init__(
        self,
        program: SourceProgram,
        exported: ExportedProgram,
        dynamic: bool,
        observer: Any = None,
    ) -> None:
        self._example = program.example
        self._exported, self._settings = exported, (dynamic, observer)
        self._module = self._prepare()
        with torch.inference_mode(), _one_thread():
            for inputs in program.calibration:
                self._module(*inputs)

    def convert(self, in_float: Collection[str] = ()) -> ExportedProgram:
        """Round to int8 where observers stand, except before the layers named (ExportError).

        As often as is wanted: each time with a new graph, since converting uses one up (and its
        annotations do not survive a copy), and with what the observers have seen.
        """
        from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e

        module = self._prepare()
        for name, child in self._module.named_children():
            if name.startswith("activation_post_process"):
                setattr(module, name, copy.deepcopy(child))
        _unhook(module, set(in_float))
        return torch.export.export(convert_pt2e(module), self._example)

    def _prepare(self) -> fx.GraphModule:
        from torchao.quantization.pt2e.quantize_pt2e import prepare_pt2e

        prepared: fx.GraphModule = prepare_pt2e(
            self._exported.module(), _quantizer(*self._settings)
        )
        return prepared


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Sums whose last bits depend on how they are split among threads would change the ranges."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def layer_name(node: fx.Node) -> str | None:
    """Path of the module that a convolution or linear layer's weight belongs to."""
    for source in node.all_input_nodes[1:]:
        # An observer may stand in between.
        while source.op == "call_module" and source.all_input_nodes:
            source = source.all_input_nodes[0]
        if source.op == "get_attr" and "weight" in str(source.target):
            return str(source.target).removeprefix("model.").removesuffix(".weight")
    return None


def _unhook(module: fx.GraphModule, in_float: set[str]) -> None:
    """Let these layers read data and weights past their observers."""
    known = set()
    for node in module.graph.nodes:
        if node.target not in (*_CONVOLUTIONS, _MATRICES):
            continue
        name = layer_name(node)
        if name not in in_float:
            continue
        known.add(name)
        for observer in [n for n in node.all_input_nodes if n.op == "call_module"]:
            node.replace_input_with(observer, observer.all_input_nodes[0])
        node.meta.pop("quantization_annotation", None)
    if known != in_float:
        raise ExportError(f"there is no layer '{min(in_float - known)}' to keep in float")
    module.graph.eliminate_dead_code()
    module.recompile()


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
