from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import distance_transform_edt
from scored_sample import random_mask, small_photo, target_of
from squeezesam_model import SaliencyNet, Segmenter, saliency_preset, segmenter_preset
from squeezesam_model.fitted import Fitted, Head, ScoreHeads
from squeezesam_train.evaluation.prompts import (
    Click,
    Prompts,
    centre_click,
    goes_on,
    random_clicks,
    tight_box,
)
from squeezesam_train.evaluation.targets import (
    choose_instances,
    instance_labels,
    piece_class,
    size_class,
    whole_target,
)
from squeezesam_train.evaluation.torch_predictor import TorchPredictor
from squeezesam_train.photos import PhotoEntry, list_photos, read_photo


def _entry(sample: Path, name: str) -> PhotoEntry:
    return next(entry for entry in list_photos(sample, "val") if entry.id == name)


def test_prompts_depend_on_photo_instance_and_seed_alone() -> None:
    rng = np.random.default_rng(0)
    mask = random_mask(rng, 50, 60)
    one, again = target_of(mask), target_of(mask.copy())
    assert random_clicks(one, 3, 7) == random_clicks(again, 3, 7)
    assert random_clicks(one, 3, 7) != random_clicks(one, 3, 8)
    assert random_clicks(one, 3, 7) != random_clicks(target_of(mask, name="made/two"), 3, 7)


def test_random_clicks_are_different_pixels_of_the_object_and_begin_with_the_single_click() -> None:
    mask = random_mask(np.random.default_rng(1), 50, 60)
    clicks = random_clicks(target_of(mask), 3, 0).clicks
    assert len({(c.x, c.y) for c in clicks}) == 3
    assert all(mask[int(c.y), int(c.x)] and c.foreground for c in clicks)
    assert clicks[:1] == random_clicks(target_of(mask), 1, 0).clicks


def test_random_clicks_reach_every_part_of_the_object_alike() -> None:
    mask = np.zeros((20, 40), bool)
    mask[5:15, 10:30] = True
    xs = [random_clicks(target_of(mask, name=f"made/{i}"), 1, 0).clicks[0].x for i in range(400)]
    counts = np.histogram(xs, bins=4, range=(9.5, 29.5))[0]
    assert counts.min() > 70
    assert counts.max() < 130


def test_an_object_of_two_pixels_gets_two_clicks_when_three_are_asked_for() -> None:
    mask = np.zeros((9, 9), bool)
    mask[4, 4:6] = True
    assert len(random_clicks(target_of(mask), 3, 0).clicks) == 2


def test_the_centre_click_lies_where_scipys_distance_transform_is_largest() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        mask = random_mask(rng, 41, 57)
        (click,) = centre_click(target_of(mask)).clicks
        depth = distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
        assert depth[int(click.y), int(click.x)] == pytest.approx(depth.max(), abs=1e-4)


def test_the_tight_box_touches_the_outermost_pixels_and_is_never_empty() -> None:
    mask = np.zeros((30, 40), bool)
    mask[4:9, 11:20] = True
    assert tight_box(target_of(mask)).box == (11, 4, 19, 8)
    mask[:] = False
    mask[4, 11] = True
    assert tight_box(target_of(mask)).box == (10.5, 3.5, 11.5, 4.5)


@pytest.mark.parametrize(
    ("side", "longer", "expected"),
    [(31, 640, "S"), (32, 640, "M"), (95, 640, "M"), (96, 640, "L"), (25, 512, "S"), (26, 512, "M"),
     (76, 512, "M"), (77, 512, "L")],
)  # fmt: skip
def test_size_classes_are_cocos_once_the_photo_is_640_pixels_long(
    side: int, longer: int, expected: str
) -> None:
    mask = np.zeros((longer // 2, longer), bool)
    mask[:side, :side] = True
    assert size_class(mask) == expected


def test_an_object_is_in_pieces_when_two_parts_that_stand_apart_are_worth_counting() -> None:
    mask = np.zeros((60, 80), bool)
    mask[10:40, 10:40] = True
    mask[50, 70] = True  # a speck
    assert piece_class(mask) == "whole"
    mask[40, 40] = True  # touches the corner
    assert piece_class(mask) == "whole"
    mask[45:60, 60:75] = True
    assert piece_class(mask) == "pieces"


def test_tiny_instances_and_the_ignore_label_are_never_targets() -> None:
    labels = np.zeros((100, 100), np.uint8)
    labels[:3, :3] = 1  # 9 pixels: less than a thousandth
    labels[10:12, 10:15] = 2  # 10 pixels: just enough
    labels[50:] = 255
    assert instance_labels(labels) == [2]


def test_of_many_instances_a_fixed_few_are_chosen(sample: Path) -> None:
    entry = _entry(sample, "coffee")
    labels = np.zeros((100, 100), np.uint8)
    for label in range(1, 9):
        labels[10 * label : 10 * label + 8, :50] = label
    chosen = [target.instance for target in choose_instances(entry, labels, 0, 3)]
    assert chosen == [target.instance for target in choose_instances(entry, labels, 0, 3)]
    assert len(chosen) == 3
    others = {tuple(t.instance for t in choose_instances(entry, labels, s, 3)) for s in range(9)}
    assert len(others) > 1
    assert len(choose_instances(entry, labels, 0, None)) == 8


def test_the_automatic_mask_is_judged_against_everything_labelled(sample: Path) -> None:
    entry = _entry(sample, "coffee")
    _, labels = read_photo(entry)
    whole = whole_target(entry, labels)
    assert whole is not None
    np.testing.assert_array_equal(whole.mask, (labels == 1) | (labels == 2))
    np.testing.assert_array_equal(whole.ignore, labels == 255)
    assert whole_target(entry, np.zeros_like(labels)) is None


def test_prompts_go_on_from_others_only_by_more_clicks_after_the_same() -> None:
    one, two, three = Click(1, 1), Click(2, 2, False), Click(3, 3)
    box = (0.0, 0.0, 5.0, 5.0)
    # Three at once owe nothing to the answer to the first.
    assert not goes_on(Prompts((one,)), Prompts((one, two, one)))
    assert goes_on(Prompts((one,)), Prompts((one, two)))
    assert goes_on(Prompts((), box), Prompts((one,), box))
    by_heat = Prompts((one,), automatic=True)
    assert not goes_on(Prompts(), by_heat)
    assert not goes_on(by_heat, Prompts((one, two)))
    assert goes_on(by_heat, Prompts((one, two), automatic=True))
    assert not goes_on(Prompts((one, two)), Prompts((one,)))
    assert not goes_on(Prompts((one,)), Prompts((one,)))
    assert not goes_on(Prompts((one,)), Prompts((two, one, three)))
    assert not goes_on(Prompts((one,)), Prompts((one, two), box))


def test_the_last_mask_is_shown_to_a_network_that_takes_it_unless_that_is_switched_off() -> None:
    torch.manual_seed(0)
    network = Segmenter(segmenter_preset("squeezesam"))
    shown: list[float] = []
    network.register_forward_pre_hook(lambda _, inputs: shown.append(float(inputs[4].sum())))
    first, second = Prompts((Click(30, 40),)), Prompts((Click(30, 40), Click(50, 60)))
    other = Prompts((Click(9, 9), Click(50, 60)))
    for switched_on in (True, False):
        shown.clear()
        predictor = TorchPredictor(network, size=64, previous_mask=switched_on)
        view = predictor.open(small_photo("chelsea"))
        for prompts in (first, second, other):
            view.predict(prompts)
        assert [value > 0 for value in shown] == [False, switched_on, False]
        assert predictor.describe()["previous_mask"] == switched_on


@pytest.mark.parametrize("switched_on", [True, False])
def test_a_mask_that_is_built_on_has_its_share_of_the_heat_map_already(switched_on: bool) -> None:
    torch.manual_seed(0)
    network = Segmenter(segmenter_preset("squeezesam"))
    # Heads that tell their kind of prompts, whatever the mask.
    heads = tuple(Head(bias, (0.0,)) for bias in (0.1, 0.2, 0.3, 0.4))
    network.fitted = Fitted((2.0, 2.0, 2.0, 2.0), ScoreHeads(("score",), heads))
    heat = SaliencyNet(saliency_preset("saliency"))
    # No mask is empty: that would be worth nothing.
    network.register_forward_hook(lambda _, __, out: out._replace(masks=out.masks + 500))
    view = TorchPredictor(network, heat, size=64, previous_mask=switched_on).open(
        small_photo("chelsea")
    )
    first = Prompts((Click(30, 40),), automatic=True)
    second = Prompts((*first.clicks, Click(80, 10, False)), automatic=True)
    joined: list[int] = []
    given = view.heat_on
    view.heat_on = lambda masks: joined.append(1) or given(masks)  # type: ignore[method-assign]
    scores = []
    shares = []
    for prompts in (first, second):
        joined.clear()
        scores.append(view.predict(prompts).scores.max())
        # Once for the traits, once more for the share.
        shares.append(len(joined) - 1)
    assert shares == [1, 0 if switched_on else 1]
    assert scores == pytest.approx([0.4, 0.2 if switched_on else 0.4])
