"""The networks: sizes, counts, shapes, independence of what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from squeezesam_model import (
    SEGMENTER_PRESETS,
    SaliencyNet,
    Segmenter,
    load_segmenter,
    saliency_preset,
    segmenter_preset,
)
from squeezesam_model.count import count_macs, count_parameters, example_inputs
from squeezesam_model.encoders import load_pretrained
from squeezesam_model.segmenter import others_penalty, own_iou
from squeezesam_model.weights import shipped_weights


@pytest.fixture(scope="module")
def paper() -> Segmenter:
    torch.manual_seed(0)
    return Segmenter(segmenter_preset("paper")).eval()


@pytest.fixture(scope="module")
def pretrained() -> Segmenter:
    torch.manual_seed(0)
    model = Segmenter(segmenter_preset("squeezesam")).eval()
    load_pretrained(model.trunk.encoder)
    return model


@pytest.fixture(scope="module")
def shipped() -> Segmenter:
    torch.manual_seed(0)
    return Segmenter(segmenter_preset("squeezesam-fast")).eval()


def _prompted(height: int, width: int) -> tuple[torch.Tensor, ...]:
    image, prompts, points, labels = example_inputs(height, width)
    points[0, 0] = torch.tensor([width / 3, height / 4])
    labels[0, 0] = 1
    return torch.rand_like(image) * 255, prompts, points, labels


def test_the_paper_preset_counts_10_9_million_parameters_within_a_tenth(paper: Segmenter) -> None:
    assert 10.9e6 * 0.9 <= count_parameters(paper) <= 10.9e6 * 1.1


def test_the_paper_preset_costs_26_5_gmac_at_1024_and_a_quarter_at_512(paper: Segmenter) -> None:
    at_1024 = count_macs(paper, example_inputs(1024, 1024))
    at_512 = count_macs(paper, example_inputs(512, 512))
    assert at_1024 == pytest.approx(26.5e9, rel=0.01)
    assert at_512 == pytest.approx(at_1024 / 4, rel=0.02)


def test_the_paper_preset_has_the_channels_of_figure_4(paper: Segmenter) -> None:
    sizes = [level.convs[-1][0].out_channels for level in paper.trunk.encoder.down]
    back = [level.convs[-1][0].out_channels for level in paper.trunk.up]
    assert sizes == [64, 128, 128, 128, 128, 164, 256, 256, 256]
    assert back == [164, 128, 128, 128, 128, 128, 128, 64]


def test_at_1024_the_paper_encoder_ends_in_a_single_cell_at_stride_1024(paper: Segmenter) -> None:
    with torch.no_grad():
        maps = paper.trunk.encode(torch.zeros(1, 5, 1024, 1024))
    assert [m.shape[-1] for m in maps] == [256, 128, 64, 32, 16, 8, 4, 2, 1]


@pytest.mark.parametrize("name", sorted(SEGMENTER_PRESETS))
@pytest.mark.parametrize("size", [(512, 512), (256, 256), (384, 512), (96, 160)])
def test_the_same_weights_run_at_every_size(
    name: str, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    fixture = {"paper": "paper", "squeezesam-fast": "shipped", "squeezesam": "pretrained"}[name]
    model = request.getfixturevalue(fixture)
    previous = [torch.zeros(1, 1, *size)] if model.preset.previous_mask else []
    with torch.no_grad():
        masks, scores = model(*_prompted(*size), *previous)
    assert masks.shape == (1, 4, size[0] // 4, size[1] // 4)
    assert scores.shape == (1, 4)
    assert torch.isfinite(masks).all()


def test_a_fixed_size_copy_gives_the_same_masks(shipped: Segmenter) -> None:
    inputs = _prompted(160, 224)
    with torch.no_grad():
        free, fixed = shipped(*inputs), shipped.at_size(160, 224)(*inputs)
    torch.testing.assert_close(fixed.masks, free.masks)
    torch.testing.assert_close(fixed.scores, free.scores)


def test_the_default_network_stays_within_its_size_and_work(pretrained: Segmenter) -> None:
    inputs = example_inputs(512, 512, previous_mask=True)
    assert count_parameters(pretrained) <= 6.2e6
    assert count_macs(pretrained, inputs) <= 3.2e9


def test_the_previous_mask_is_asked_for_and_refused_by_preset(
    pretrained: Segmenter, shipped: Segmenter
) -> None:
    inputs = _prompted(64, 64)
    with pytest.raises(ValueError, match="'squeezesam' needs the previous mask"):
        pretrained(*inputs)
    with pytest.raises(ValueError, match="'squeezesam-fast' does not take the previous mask"):
        shipped(*inputs, torch.zeros(1, 1, 64, 64))


def test_the_previous_mask_changes_what_is_found(pretrained: Segmenter) -> None:
    inputs = _prompted(96, 96)
    previous = torch.zeros(1, 1, 96, 96)
    previous[..., 30:60, 20:70] = 1
    with torch.no_grad():
        without = pretrained(*inputs, torch.zeros(1, 1, 96, 96)).masks
        given = pretrained(*inputs, previous).masks
    assert not torch.allclose(without, given)


@pytest.mark.parametrize(
    ("labels", "several"),
    [([], False), ([1], False), ([0], False), ([1, 0], True), ([2, 3], True), ([1] * 5, True)],
)
def test_the_first_candidate_answers_two_and_more_prompts(
    pretrained: Segmenter, labels: list[int], several: bool
) -> None:
    image, prompts, points, free = example_inputs(64, 64)
    for slot, label in enumerate(labels):
        points[0, slot] = torch.tensor([5.0 * slot, 20.0])
        free[0, slot] = label
    with torch.no_grad():
        scores = pretrained(image, prompts, points, free, torch.zeros(1, 1, 64, 64)).scores[0]
    others = others_penalty(free, 4)[0]
    assert others.tolist() == [0, *[1.0 if several else 0.0] * 3]
    # Scores lie within 0…1 or a little beyond: less one, none beats the first.
    if several:
        assert scores[1:].max() < scores[0]


def test_padding_points_do_not_depend_on_their_coordinates(shipped: Segmenter) -> None:
    image, prompts, points, labels = _prompted(128, 128)
    moved = points.clone()
    moved[0, 5:] = 77.0
    with torch.no_grad():
        one = shipped(image, prompts, points, labels)
        other = shipped(image, prompts, moved, labels)
    assert torch.equal(one.masks, other.masks)


def test_late_fusion_sees_the_points_even_where_the_planes_are_empty(shipped: Segmenter) -> None:
    image, prompts, points, labels = _prompted(128, 128)
    with torch.no_grad():
        click = shipped(image, prompts, points, labels)
        negative = shipped(image, prompts, points, torch.where(labels == 1, 0, labels))
    assert not torch.allclose(click.masks, negative.masks)


def test_no_tensor_has_a_rank_above_four(shipped: Segmenter) -> None:
    graph = torch.export.export(shipped.at_size(128, 128), example_inputs(128, 128)).graph
    ranks = [
        len(node.meta["val"].shape)
        for node in graph.nodes
        if isinstance(node.meta.get("val"), torch.Tensor)
    ]
    assert ranks
    assert max(ranks) <= 4


def test_the_saliency_network_is_narrow() -> None:
    model = SaliencyNet(saliency_preset("saliency")).eval()
    size = model.preset.size
    assert count_parameters(model) <= 1.5e6
    assert count_macs(model, (torch.zeros(1, 3, size, size),)) <= 1e9
    assert model(torch.zeros(1, 3, size, size)).shape == (1, 1, size // 4, size // 4)


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="paper, squeezesam"):
        segmenter_preset("sam")


def test_a_mask_is_as_sure_of_itself_as_its_probabilities_say() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=6, size=(2, 4, 16, 24)).astype(np.float32)
    # No pixel in the middle of the ramp, where it is neither in nor out.
    logits[np.abs(logits) < 0.2] = 1.0
    logits[0, 0] = np.where(np.arange(24) < 9, 40.0, -40.0)
    probability = 1 / (1 + np.exp(-logits.astype(np.float64)))
    inside = logits > 0
    overlap = (probability * inside).sum((2, 3))
    expected = overlap / (inside + probability * ~inside).sum((2, 3))
    found = own_iou(torch.from_numpy(logits)).numpy()
    np.testing.assert_allclose(found, expected, atol=5e-4)
    assert found[0, 0] > 0.999
    assert own_iou(torch.full((1, 1, 8, 8), -50.0)).item() == 0


def test_scores_are_the_mean_of_head_and_mask_only_when_evaluated() -> None:
    model = load_segmenter(shipped_weights("squeezesam-fast"))
    inputs = example_inputs(64, 96)
    head: list[torch.Tensor] = []
    model.iou_head.register_forward_hook(lambda *args: head.append(args[2].flatten(1)))
    with torch.no_grad():
        evaluated = model.eval()(*inputs)
        torch.testing.assert_close(evaluated.scores, (head[0] + own_iou(evaluated.masks)) / 2)
        trained = model.train()(*inputs)
    assert torch.equal(trained.scores, head[1])
