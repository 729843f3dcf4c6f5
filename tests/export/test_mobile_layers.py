"""Static int8 of ReLU6, depthwise convolutions and residual sums, as XNNPACK gets it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from mobile_network import mobile_program
from squeezesam_export.program import reference
from squeezesam_export.targets.executorch import lowering as target_executorch
from squeezesam_export.targets.pt2e import quantise


def _names(node: torch.fx.Node) -> set[str]:
    return {str(one.target).split(".")[-2] for one in node.users}


def test_relu6_and_residual_sums_are_rounded_once_with_their_convolutions() -> None:
    source = mobile_program()
    exported = torch.export.export(source.module, source.example)
    graph = quantise(source, exported, dynamic=True).graph
    clipped = [node for node in graph.nodes if "hardtanh" in str(node.target)]
    convolutions = [node for node in graph.nodes if "conv2d" in str(node.target)]
    assert len(clipped) == 3
    assert len(convolutions) == 6
    # The stem's convolution reads the pixels as they are; all others read rounded features.
    for node in convolutions[1:]:
        assert "dequantize" in str(node.args[0].target)
    for node in clipped[1:]:
        assert "conv2d" in str(node.args[0].target)
        assert _names(node) == {"quantize_per_tensor"}
    (total,) = [n for n in graph.nodes if str(n.target) == "aten.add.Tensor"]
    assert all("dequantize" in str(source.target) for source in total.all_input_nodes)
    assert _names(total) == {"quantize_per_tensor"}


def test_xnnpack_takes_them_in_one_delegate_and_they_stay_near_fp32(tmp_path: Path) -> None:
    source = mobile_program()
    lowered = target_executorch.lower(source, "int8", "xnnpack", tmp_path)
    assert lowered.delegated == 1
    assert lowered.execute is not None
    for image in source.calibration:
        wanted = reference(source, image)[0]
        np.testing.assert_allclose(lowered.execute([image[0].numpy()])[0], wanted, atol=0.02)
