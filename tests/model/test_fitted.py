"""What is fitted to weights reaches the manifest's words, and what is no such thing is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from squeezesam_model import SEGMENTER_PRESETS, Segmenter, WeightsError, load_segmenter
from squeezesam_model.describe import describe
from squeezesam_model.family import FAMILY, SEGMENT
from squeezesam_model.fitted import PROMPT_KINDS, TRAITS, Fitted, Head, ScoreHeads
from squeezesam_model.heat import HEAT
from squeezesam_model.metadata import read_metadata
from squeezesam_model.weights import save_weights, shipped_weights

PRESET = "squeezesam-fast"
HEADS = ScoreHeads(
    ("score", "inside"),
    tuple(Head(0.1 * i, (0.5, -0.25 * i), (0.125 * i, -1.0) if i % 2 else ()) for i in range(4)),
)
FITTED = Fitted((0.5, 0.25, 0.0, 4.0), HEADS)
DEEP = "[" * 100_000


def heads(**changed: Any) -> str:
    return json.dumps({**HEADS.entry(), **changed})


def head(*weights: Any, bias: Any = 0.5) -> dict[str, Any]:
    return {"bias": bias, "weights": list(weights)}


def heat(**changed: Any) -> str:
    return json.dumps({**FITTED.heat_entry(), **changed})


HOSTILE_HEADS = (
    "", "nonsense", "[]", "1", "null", '"score"', DEEP, '{"traits": []}',
    heads(traits="score"), heads(traits=["score", "score"]), heads(traits=["score", "beauty"]),
    heads(traits=["score"]), heads(traits=[["score"], "inside"]), heads(traits=None),
    heads(box=None), heads(box={}), heads(box=[0.5, 0.5]), heads(box=head(1)),
    heads(box=head(1, 1, 1)), heads(box=head(1, "1")), heads(box=head(1, None)),
    heads(box=head(1, True)), heads(box=head(1, float("nan"))), heads(box=head(1, float("inf"))),
    heads(box=head(1, 1e5)), heads(box=head(1, 10**400)), heads(box=head(1, 1, bias="0")),
    heads(box={**head(1, 1), "squares": [1]}), heads(box={**head(1, 1), "squares": [1, "1"]}),
    heads(box={**head(1, 1), "squares": None}), heads(box={**head(1, 1), "squares": [1, 1e5]}),
    heads(box={**head(1, 1), "squares": []}),
    heads(box={"weights": [1, 1]}), heads(box={"bias": 1}),
)  # fmt: skip
HOSTILE_HEAT = (
    "", "much", "4", "[1, 1, 1, 1]", "null", DEEP, '{"click": 1}', heat(box=-0.5),
    heat(box=10.5), heat(box="1"), heat(box=None), heat(box=float("nan")), heat(box=True),
    heat(box=[1]),
)  # fmt: skip


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "own.safetensors"
    save_weights(Segmenter(SEGMENTER_PRESETS[PRESET]), path, PRESET, {})
    return path


def described(weights: Path, words: dict[str, str]) -> Path:
    path = weights.with_name("described.safetensors")
    path.write_bytes(weights.read_bytes())
    describe(path, words)
    return path


def entries(weights: Path) -> dict[str, dict[str, object]]:
    files = {SEGMENT: weights, HEAT: FAMILY.shipped(PRESET, HEAT)}
    program = next(p for p in FAMILY.load(PRESET, files, 64, 64).programs if p.name == SEGMENT)
    return {output.role: output.entry() for output in program.outputs}


def test_what_is_fitted_travels_from_the_weights_to_the_manifest(weights: Path) -> None:
    path = described(weights, FITTED.metadata())
    assert load_segmenter(path, PRESET).fitted == FITTED
    found = entries(path)
    assert found["masks"] == {
        "name": "masks", "role": "masks",
        "heat_weights": dict(zip(PROMPT_KINDS, FITTED.heat_weights, strict=True)),
    }  # fmt: skip
    assert found["scores"] == {
        "name": "scores", "role": "scores",
        "score_heads": {
            "traits": ["score", "inside"],
            **{
                kind: {
                    "bias": head.bias, "weights": list(head.weights),
                    **({"squares": list(head.squares)} if head.squares else {}),
                }
                for kind, head in zip(PROMPT_KINDS, HEADS.heads, strict=True)
            },
        },
    }  # fmt: skip


def test_weights_that_say_nothing_keep_their_scores_and_masks(weights: Path) -> None:
    for path in (weights, described(weights, Fitted().metadata())):
        assert read_metadata(path).fitted == Fitted()
        assert entries(path) == {role: {"name": role, "role": role} for role in ("masks", "scores")}


@pytest.mark.parametrize("text", HOSTILE_HEADS, ids=lambda text: text[:60])
def test_score_heads_that_are_none_are_one_sentence(text: str, weights: Path) -> None:
    with pytest.raises(WeightsError, match="the score_heads in its metadata are not") as caught:
        load_segmenter(described(weights, {"score_heads": text}), PRESET)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", HOSTILE_HEAT, ids=lambda text: text[:60])
def test_heat_weights_that_are_none_are_one_sentence(text: str, weights: Path) -> None:
    with pytest.raises(WeightsError, match="the heat_weights in its metadata are not") as caught:
        load_segmenter(described(weights, {"heat_weights": text}), PRESET)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("preset", ["squeezesam", "squeezesam-fast"])
def test_the_shipped_weights_bring_theirs(preset: str) -> None:
    fitted = read_metadata(shipped_weights(preset)).fitted
    assert fitted.score_heads is not None
    assert fitted.score_heads.traits == TRAITS
    assert fitted.heat_weights[PROMPT_KINDS.index("automatic")] > 0


def test_the_core_knows_the_same_traits_in_the_same_order() -> None:
    header = Path(__file__).parents[2] / "runtime/core/src/mask/trait.h"
    names = header.read_text("utf-8").split("kTraitNames")[-1].split("{", 1)[1].split("}")[0]
    assert tuple(name.strip().strip('"') for name in names.split(",") if name.strip()) == TRAITS
