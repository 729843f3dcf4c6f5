"""Whether a predictor leaves alone what was right and obeys each click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scored_sample import ellipse, target_of
from squeezesam_train.evaluation.manners import STARTS, manners_summary, observe
from squeezesam_train.evaluation.predictor import Prediction
from squeezesam_train.evaluation.prompts import Prompts

Mask = NDArray[np.bool_]
TRUTH = ellipse(60, 80, (0.5, 0.5, 0.3, 0.3))


class Answering:
    """A photo whose masks are given by a rule, and what it was asked."""

    def __init__(self, rule: Callable[[Prompts], Mask]) -> None:
        self.rule = rule
        self.asked: list[Prompts] = []

    def predict(self, prompts: Prompts) -> Prediction:
        self.asked.append(prompts)
        return Prediction.single(self.rule(prompts))

    def heat(self) -> None:
        return None

    def automatic_clicks(self) -> None:
        return None


def summary(rule: Callable[[Prompts], Mask], ignore: Mask | None = None) -> dict[str, Any]:
    target = target_of(TRUTH, ignore)
    return manners_summary([observe("a", Answering(rule), target, seed) for seed in range(20)])


def kept(found: dict[str, Any], key: str = "kept") -> list[float]:
    return [found["idle"][str(s)][k][key] for s in STARTS for k in ("foreground", "background")]


def test_a_mask_that_is_right_and_stays_has_perfect_manners() -> None:
    found = summary(lambda _: TRUTH)
    assert kept(found) == [1.0] * 4
    assert found["obeyed"] == 1.0
    assert found["miou_per_click"] == [1.0] * 10
    assert found["largest_fall"] == 0.0


def test_a_mask_that_shrinks_with_each_click_is_told_apart_from_itself_by_its_iou() -> None:
    def shrinking(prompts: Prompts) -> Mask:
        mask = TRUTH.copy()
        mask[:, : 20 + 5 * len(prompts.clicks)] = False
        return mask

    found = summary(shrinking)
    one, two = shrinking(Prompts((None,))), shrinking(Prompts((None, None)))  # type: ignore[arg-type]
    assert kept(found)[:2] == pytest.approx([two.sum() / one.sum()] * 2, abs=1e-6)
    assert found["largest_fall"] > 0


def test_the_worst_tenth_is_the_mean_of_the_lowest_scores() -> None:
    calls = 0

    def failing(prompts: Prompts) -> Mask:
        nonlocal calls
        # From one click, foreground: in two of the twenty observations all is lost.
        if len(prompts.clicks) == 1:
            calls += 1
        lost = len(prompts.clicks) == 2 and prompts.clicks[1].foreground and calls % 30 == 1
        return np.zeros_like(TRUTH) if lost else TRUTH

    part = summary(failing)["idle"]["1"]["foreground"]
    lost = round(part["n"] * (1 - part["kept"]))
    assert 1 <= lost <= 2
    assert part["worst_tenth"] == pytest.approx(1 - lost / 2)


def test_idle_clicks_lie_where_mask_and_truth_agree_and_never_on_ignored_pixels() -> None:
    mask = np.roll(TRUTH, 12, axis=1)
    ignore = np.zeros_like(TRUTH)
    ignore[:, 45:] = True
    view = Answering(lambda _: mask)
    for seed in range(20):
        observe("a", view, target_of(TRUTH, ignore), seed)
    idle = [p.clicks[-1] for p, q in zip(view.asked[1:], view.asked, strict=False)
            if p.clicks[:-1] == q.clicks and len(p.clicks) in (2, 4) and q.clicks[0].foreground
            and not (TRUTH ^ mask)[int(p.clicks[-1].y), int(p.clicks[-1].x)]]  # fmt: skip
    assert {c.foreground for c in idle} == {True, False}
    for click in idle:
        at = int(click.y), int(click.x)
        assert mask[at] == TRUTH[at] == click.foreground
        assert not ignore[at]


def test_a_network_that_goes_on_from_its_last_mask_is_asked_for_the_start_before_each_click() -> (
    None
):
    view = Answering(lambda _: TRUTH)
    observe("a", view, target_of(TRUTH), 0)
    counts = [len(p.clicks) for p in view.asked[:8]]
    assert counts == [1, 2, 1, 2, 3, 4, 3, 4]
    assert view.asked[0] == view.asked[2] == Prompts(view.asked[3].clicks[:1])


def test_clicks_that_a_mask_ignores_are_counted() -> None:
    found = summary(lambda _: np.zeros_like(TRUTH))
    # An empty mask disobeys every foreground click and leaves no place for an idle one inside.
    assert found["idle"]["1"]["foreground"] is None
    assert found["idle"]["1"]["background"]["kept"] == 1.0
    assert found["obeyed"] < 0.25
