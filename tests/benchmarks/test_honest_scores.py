"""docs/scores.md is what was measured; heads tell what masks are worth; asking counts rightly."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from lab import honest_scores
from lab.candidates import Proposal, gather
from lab.score_fit import (
    GRID,
    RIDGE,
    UNBOUNDED,
    Worth,
    best_weights,
    cross_fitted,
    fit_head,
    heat_ious,
    told,
    worth,
)
from sklearn.linear_model import Ridge
from squeezesam_model.fitted import PROMPT_KINDS, TRAITS
from squeezesam_model.metadata import read_metadata
from squeezesam_model.presets import DEFAULT_SALIENCY
from squeezesam_model.weights import file_sha256, shipped_weights
from squeezesam_train.evaluation.calibration import POOR_IOU
from squeezesam_train.evaluation.run import Settings, evaluate
from squeezesam_train.evaluation.torch_predictor import TorchPredictor
from squeezesam_train.photos import list_photos

sys.path.append(str(Path(__file__).parents[1] / "evaluation"))

from scored_sample import write_sample

DOCS = Path(__file__).resolve().parents[2] / "docs"
PRESET = "squeezesam-fast"
CLICK, CLICKS, BOX, AUTOMATIC = range(4)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def predictor() -> TorchPredictor:
    return TorchPredictor.load(
        shipped_weights(PRESET), shipped_weights(DEFAULT_SALIENCY), PRESET, size=128
    )


@pytest.fixture(scope="module")
def proposals(photos: Path, predictor: TorchPredictor) -> list[Proposal]:
    return gather(predictor, list_photos(photos, "val"))


def made(seed: int, objects: int = 400) -> Worth:
    """Masks whose IoU is a line of two traits and a little noise."""
    rng = np.random.default_rng(seed)
    traits = rng.random((objects, 4, len(TRAITS)))
    iou = 0.2 + 0.5 * traits[..., 0] + 0.2 * traits[..., 7] + rng.normal(0, 0.01, (objects, 4))
    return Worth(np.arange(objects) // 2, iou[:, 0], traits, iou)


def test_the_page_is_written_from_the_json() -> None:
    results = json.loads((DOCS / "scores.json").read_text("utf-8"))
    assert (DOCS / "scores.md").read_text("utf-8") == honest_scores.page(results) + "\n"


def test_the_shipped_weights_carry_what_the_page_says() -> None:
    results = json.loads((DOCS / "scores.json").read_text("utf-8"))
    assert results
    for preset, result in results.items():
        assert read_metadata(shipped_weights(preset)).fitted == honest_scores.fitted(result)
        assert file_sha256(shipped_weights(preset)) == result["weights_sha256"]
        assert file_sha256(shipped_weights(DEFAULT_SALIENCY)) == result["heat_weights_sha256"]


@pytest.mark.parametrize("kind", range(4))
def test_without_a_choice_a_head_is_the_ridge_regression_of_scikit_learn(
    kind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lab.score_fit.ROUNDS", 0)
    found = made(kind)
    flat = found.traits.reshape(-1, len(TRAITS))
    middle = flat - flat.mean(0)
    bounded = [i for i, name in enumerate(TRAITS) if name not in UNBOUNDED]
    squares = middle[:, bounded] ** 2 if kind != AUTOMATIC else middle[:, :0]
    features = np.concatenate([middle, squares - squares.mean(0)], axis=1)
    standard = features / features.std(0)
    oracle = Ridge(RIDGE).fit(standard, found.iou.ravel())
    scores = told(fit_head(found, kind), found.traits)
    expected = oracle.predict(standard).reshape(found.iou.shape).clip(0, 1)
    np.testing.assert_allclose(scores, expected, atol=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_a_head_finds_the_best_mask_where_its_traits_show_it(seed: int) -> None:
    found = made(seed)
    scores, ious = cross_fitted(found, CLICK)
    assert ious.mean() > found.iou.max(1).mean() - 0.01
    assert ious.mean() > found.iou.mean() + 0.1
    assert np.abs(scores - ious).mean() < 0.03


def test_heads_are_judged_on_photos_that_they_were_not_fitted_to() -> None:
    found = made(0)
    lying = found.iou.copy()
    lying[found.photo % 2 == 1] = 1 - lying[found.photo % 2 == 1]
    scores, _ = cross_fitted(Worth(found.photo, found.plain, found.traits, lying), CLICK)
    # Each half was told the contrary of what is true of it.
    halves = [found.photo % 2 == 1, found.photo % 2 == 0]
    own = [lying[half].max(1) for half in halves]
    for half, best in zip(halves, own, strict=True):
        assert np.corrcoef(scores[half], best)[0, 1] < 0.5


def test_traits_that_are_all_alike_leave_the_mean() -> None:
    found = made(1)
    same = Worth(found.photo, found.plain, np.ones_like(found.traits), found.iou)
    head = fit_head(same, CLICK)
    assert not any(head.weights)
    assert not any(head.squares)
    assert found.iou.min() < head.bias < found.iou.max()


@pytest.mark.parametrize("seed", range(10))
def test_the_heat_weight_has_the_best_mean_the_lowest_of_equals(seed: int) -> None:
    ious = np.random.default_rng(seed).integers(0, 5, (4, len(GRID))).astype(float)
    found = best_weights(ious)
    for kind in (CLICK, CLICKS, BOX, AUTOMATIC):
        best = [w for w, iou in zip(GRID, ious[kind], strict=True) if iou == ious[kind].max()]
        assert found[kind] == best[0]


def test_proposals_are_what_the_evaluation_asks_and_judges(
    photos: Path, predictor: TorchPredictor, proposals: list[Proposal]
) -> None:
    assert {one.kind for one in proposals} == set(range(4))
    ious = heat_ious(proposals)
    assert ious.shape == (4, len(GRID))
    fitted = predictor.segmenter.fitted
    records = evaluate(
        list_photos(photos, "val"), [predictor], Settings(("point", "points3", "box", "automatic"))
    ).masks
    assert fitted.score_heads is not None
    for kind, protocol in enumerate(("point", "points3", "box", "automatic")):
        found = worth(proposals, kind, fitted.heat_weights[kind])
        scores = told(fitted.score_heads.heads[kind], found.traits)
        chosen = scores.argmax(1)
        # In a photo in which nothing stands out there is nothing to propose.
        asked = {one.target.key for one in proposals if one.kind == kind}
        mine = [
            r
            for r in records
            if (r.protocol, r.predictor) == (protocol, predictor.name) and r.target in asked
        ]
        assert len(mine) == len(chosen)
        rows = np.arange(len(chosen))
        # Half precision of the kept masks moves a pixel here and there.
        np.testing.assert_allclose(
            found.iou[rows, chosen], [record.iou for record in mine], atol=0.02
        )
        np.testing.assert_allclose(
            scores[rows, chosen], [record.estimate for record in mine], atol=0.02
        )


def test_kinds_that_were_not_measured_again_keep_their_rows() -> None:
    known = {"rows": [{"kind": kind, "iou": 0.5} for kind in PROMPT_KINDS]}
    result = honest_scores.joined({"rows": [{"kind": "automatic", "iou": 0.7}]}, known)
    assert [row["kind"] for row in result["rows"]] == list(PROMPT_KINDS)
    assert [row["iou"] for row in result["rows"]] == [0.5, 0.5, 0.5, 0.7]


@pytest.mark.parametrize("seed", range(20))
def test_asking_counts_poor_masks_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, true = rng.random((2, int(rng.integers(1, 60))))
    limit = float(rng.random())
    found = honest_scores.asked(scores, true, limit)
    rightly = sum(t < limit and u < POOR_IOU for t, u in zip(scores, true, strict=True))
    asked, poor = sum(t < limit for t in scores), sum(u < POOR_IOU for u in true)
    assert found["asked"] == pytest.approx(asked / len(scores))
    assert found["precision"] == pytest.approx(rightly / asked if asked else 1)
    assert found["recall"] == pytest.approx(rightly / poor if poor else 1)
