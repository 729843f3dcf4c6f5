"""Folding is exact, whatever the BatchNorm statistics, and at the border too."""

from __future__ import annotations

import pytest
import torch
from squeezesam_export.networks.folding import fold
from squeezesam_model import (
    SaliencyNet,
    Segmenter,
    saliency_preset,
    segmenter_preset,
)
from torch import nn


def _randomised(model: nn.Module, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.3)
    return model.eval()


def _inputs(model: Segmenter, height: int, width: int) -> tuple[torch.Tensor, ...]:
    points = torch.zeros(1, 16, 2)
    labels = torch.full((1, 16), -1.0)
    points[0, 0], labels[0, 0] = torch.tensor([3.0, 4.0]), 1
    planes = torch.randint(-1, 2, (1, 2, height, width)).float()
    image = torch.randint(0, 256, (1, 3, height, width)).float()
    previous = (torch.rand(1, 1, height, width),) if model.preset.previous_mask else ()
    return (image, planes, points, labels, *previous)


@pytest.mark.parametrize("preset", ["squeezesam-fast", "squeezesam", "paper"])
@pytest.mark.parametrize("size", [(128, 128), (96, 160)])
def test_a_folded_segmenter_gives_the_same_logits_border_included(
    preset: str, size: tuple[int, int]
) -> None:
    model = _randomised(Segmenter(segmenter_preset(preset)), 0)
    inputs = _inputs(model, *size)
    with torch.no_grad():
        expected, found = model(*inputs), fold(model)(*inputs)
    # Of the largest logit: untrained, the networks differ in scale.
    difference = (expected.masks - found.masks).abs() / expected.masks.abs().max()
    assert difference.max() < 2e-5
    ring = torch.ones_like(difference, dtype=torch.bool)
    ring[..., 1:-1, 1:-1] = False
    assert difference[ring].max() < 2e-5
    assert (expected.scores - found.scores).abs().max() < 1e-4


def test_a_stem_that_pads_keeps_the_subtraction_and_no_other_part_of_the_normalisation() -> None:
    model = _randomised(Segmenter(segmenter_preset("squeezesam")), 0)
    folded = fold(model)
    image = torch.randint(0, 256, (1, 3, 32, 32)).float()
    assert torch.equal(folded.normalise(image), image - 127)
    stem, before = folded.trunk.encoder.stem, model.trunk.encoder.stem
    planes = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        wanted = before(torch.cat([model.normalise(image), planes], 1))
        found = stem(torch.cat([folded.normalise(image), planes], 1))
    assert (wanted - found).abs().max() < 1e-5 * wanted.abs().max()


def test_a_folded_saliency_network_gives_the_same_heat_map() -> None:
    model = _randomised(SaliencyNet(saliency_preset("saliency")), 1)
    image = torch.rand(1, 3, 128, 96) * 255
    with torch.no_grad():
        assert (model(image) - fold(model)(image)).abs().max() < 1e-4


def test_nothing_to_fold_is_left_and_the_original_is_untouched() -> None:
    model = _randomised(SaliencyNet(saliency_preset("saliency")), 2)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    folded = fold(model)
    assert not [m for m in folded.modules() if isinstance(m, nn.BatchNorm2d)]
    assert isinstance(folded.normalise, nn.Identity)
    after = model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_network_in_training_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="evaluation mode"):
        fold(SaliencyNet(saliency_preset("saliency")).train())


def test_a_batchnorm_after_the_activation_is_refused() -> None:
    model = _randomised(SaliencyNet(saliency_preset("saliency")), 3)
    block = model.trunk.up[0].convs[0]
    block[1], block[2] = block[2], block[1]
    with pytest.raises(ValueError, match="does not directly follow a convolution"):
        fold(model)
