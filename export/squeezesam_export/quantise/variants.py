"""Other ways to quantise a program, to be measured against the one that ships."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn

from squeezesam_export.program import F32, Execute, SourceProgram

PT2E_OBSERVERS = ("minmax", "moving average", "histogram (MSE)", "percentile 99.99")
ONNX_OBSERVERS = ("minmax", "percentile 99.99", "entropy")
CORRECTIONS = ("none", "equalised", "bias corrected")
_PERCENTILE = 0.9999


def pt2e_variant(source: SourceProgram, observer: str, correction: str, folder: Path) -> Execute:
    """The int8 graph that XNNPACK would get, run by torch.

    Args:
        source: what to quantise.
        observer: one of :data:`PT2E_OBSERVERS`.
        correction: one of :data:`CORRECTIONS`.
        folder: not used: nothing is written.
    """
    from squeezesam_export.targets.pt2e import quantise_with

    if correction == "equalised":
        source = dataclasses.replace(source, module=equalised(source.module))
    exported = torch.export.export(source.module, source.example)
    converted = quantise_with(_observer(observer), source, exported, dynamic=True)
    module = converted.module()
    if correction == "bias corrected":
        correct_biases(exported.module(), module, source)

    def run(inputs: Sequence[F32]) -> list[F32]:
        with torch.inference_mode():
            return [out.numpy() for out in module(*map(torch.from_numpy, inputs))]

    return run


def onnx_variant(source: SourceProgram, observer: str, correction: str, folder: Path) -> Execute:
    """The int8 file, run by ONNX Runtime; arguments as of :func:`pt2e_variant`."""
    from onnxruntime.quantization import CalibrationMethod

    from squeezesam_export.targets.onnx import lowering as target_onnx

    if correction == "equalised":
        source = dataclasses.replace(source, module=equalised(source.module))
    method, options = {
        "minmax": (CalibrationMethod.MinMax, {}),
        "percentile 99.99": (CalibrationMethod.Percentile, {"CalibPercentile": 100 * _PERCENTILE}),
        "entropy": (CalibrationMethod.Entropy, {}),
    }[observer]
    lowered = target_onnx.lower(source, "int8", folder, method=method, options=options)
    assert lowered.execute is not None
    return lowered.execute


def equalised(module: nn.Module) -> nn.Module:
    """A copy in which consecutive convolutions share their ranges channel by channel.

    Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction",
    section 4.1: with s = √(r₁/r₂), where r₁ and r₂ are the largest weights that make and read a
    channel, the first is divided by s and the second multiplied. Exact in float, since ReLU keeps
    positive factors. Only pairs that nothing else reads: the two convolutions of a level.
    """
    made = copy.deepcopy(module)
    for level in made.modules():
        convs = getattr(level, "convs", None)
        if isinstance(convs, nn.Sequential) and len(convs) == 2:
            first, second = (next(part.children()) for part in convs)
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.Conv2d):
                _share_ranges(first, second)
    return made


@torch.no_grad()
def _share_ranges(first: nn.Conv2d, second: nn.Conv2d) -> None:
    makes = first.weight.abs().amax((1, 2, 3)).clamp_min(1e-8)
    reads = second.weight.abs().amax((0, 2, 3)).clamp_min(1e-8)
    factor = (makes / reads).sqrt()
    first.weight /= factor[:, None, None, None]
    if first.bias is not None:
        first.bias /= factor
    second.weight *= factor[None, :, None, None]


def correct_biases(reference: fx.GraphModule, found: fx.GraphModule, source: SourceProgram) -> None:
    """Take the mean error of each convolution's channels out of its bias, in place.

    Source: the same paper, section 4.2, with means over the calibration photos; all layers in one
    pass, so that errors from further up are part of what is corrected.

    Args:
        reference: the fp32 graph.
        found: the int8 graph.
        source: gives the photos.
    """
    from squeezesam_export.targets.executorch.layers import run_watched

    pairs = list(zip(_convolutions(reference), _convolutions(found), strict=True))
    errors: dict[fx.Node, Tensor] = {}
    for inputs in source.calibration:
        wanted = run_watched(reference, list(inputs), {a for a, _ in pairs})
        made = run_watched(found, list(inputs), {b for _, b in pairs})
        for a, b in pairs:
            error = torch.from_numpy(made[b] - wanted[a]).mean((0, 2, 3))
            errors[b] = errors.get(b, torch.zeros_like(error)) + error / len(source.calibration)
    with torch.no_grad():
        for node, error in errors.items():
            bias = node.args[2]
            if isinstance(bias, fx.Node) and bias.op == "get_attr":
                value: Any = found
                for part in str(bias.target).split("."):
                    value = getattr(value, part)
                value -= error


def _convolutions(graph: fx.GraphModule) -> list[fx.Node]:
    kinds = (torch.ops.aten.conv2d.default, torch.ops.aten.conv_transpose2d.input)
    return [node for node in graph.graph.nodes if node.target in kinds]


def _observer(name: str) -> Any:
    """A constructor for activations; None takes the shipped one."""
    from torchao.quantization.pt2e import (
        HistogramObserver,
        MinMaxObserver,
        MovingAverageMinMaxObserver,
    )

    class Percentile(MinMaxObserver):  # type: ignore[misc]
        """Ranges between the extreme hundredths of a percent of each photo, then their extremes."""

        def forward(self, x_orig: Tensor) -> Tensor:
            flat = x_orig.detach().reshape(-1).numpy()
            cut = max(0, round((1 - _PERCENTILE) * flat.size) - 1)
            low = np.partition(flat, cut)[cut]
            high = np.partition(flat, flat.size - 1 - cut)[flat.size - 1 - cut]
            super().forward(torch.tensor([low, high]))
            return x_orig

    made = {
        "minmax": MinMaxObserver,
        "moving average": MovingAverageMinMaxObserver,
        "histogram (MSE)": HistogramObserver,
        "percentile 99.99": Percentile,
    }[name]
    return made.with_args(eps=2**-12)
