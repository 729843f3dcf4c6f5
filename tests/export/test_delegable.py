"""Rewrites for a delegate keep every value."""

from __future__ import annotations

import pytest
import torch
from squeezesam_export.targets.executorch.delegable import PooledLayerNorm, delegable, float_scalars
from squeezesam_model import load_segmenter
from squeezesam_model.count import example_inputs
from squeezesam_model.weights import shipped_weights
from torch import Tensor, nn


@pytest.mark.parametrize("width", [4, 12, 64, 100, 256])
def test_a_pooled_layer_norm_equals_the_layer_norm(width: int) -> None:
    torch.manual_seed(width)
    norm = nn.LayerNorm(width)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    x = torch.randn(2, 9, width) * 3 + 5
    torch.testing.assert_close(PooledLayerNorm(norm)(x), norm(x), rtol=1e-5, atol=1e-5)


def test_a_pooled_layer_norm_takes_rows_of_cells_too() -> None:
    norm = nn.LayerNorm(12)
    x = torch.randn(2, 3, 5, 12)
    torch.testing.assert_close(PooledLayerNorm(norm)(x), norm(x), rtol=1e-5, atol=1e-5)


def test_a_delegable_segmenter_has_no_layer_norm_and_the_same_masks() -> None:
    model = load_segmenter(shipped_weights("squeezesam-fast")).eval()
    rewritten = delegable(model)
    kinds = {type(module) for module in rewritten.modules()}
    assert nn.LayerNorm not in kinds
    assert PooledLayerNorm in kinds
    assert any(isinstance(module, nn.LayerNorm) for module in model.modules())
    image, planes, points, labels = example_inputs(96, 64)
    points[0, 0] = torch.tensor([20.0, 30.0])
    labels[0, 0] = 1
    with torch.no_grad():
        expected = model(image, planes, points, labels)
        found = rewritten(image, planes, points, labels)
    torch.testing.assert_close(found.masks, expected.masks, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(found.scores, expected.scores, rtol=1e-4, atol=1e-4)


class _Scalars(nn.Module):
    def forward(self, x: Tensor, count: Tensor) -> tuple[Tensor, ...]:
        return (1 - (2 * x - 1) / 3 + 0.5, count + 2)


def test_whole_scalars_become_floating_point_only_beside_floating_point() -> None:
    inputs = (torch.linspace(-2, 2, 7), torch.arange(7))
    exported = torch.export.export(_Scalars(), inputs)
    wanted = exported.module()(*inputs)
    assert float_scalars(exported) == 4
    found = exported.module()(*inputs)
    for a, b in zip(wanted, found, strict=True):
        assert a.dtype == b.dtype
        assert torch.equal(a, b)
    assert float_scalars(exported) == 0
