"""What is wrong with numbers fitted to a network, in a manifest, and what is said of it."""

from __future__ import annotations

from typing import Any


def _weights(**changed: float) -> dict[str, float]:
    """Heat weights of every kind of prompts."""
    return {"click": 0.5, "clicks": 0.25, "box": 0, "automatic": 2, **changed}


def _heads(**changed: Any) -> dict[str, Any]:
    """Score heads of every kind of prompts."""
    head = {"bias": 0.1, "weights": [0.5, 0.25]}
    kinds = ("click", "clicks", "box", "automatic")
    return {"traits": ["score", "inside"], **dict.fromkeys(kinds, head), **changed}


EDITS: list[tuple[str, Any, str]] = [
    (
        "programs/segment/outputs/0/heat_weights",
        _weights(click=-0.5),
        "programs.segment.outputs[0].heat_weights.click must be a number from 0 to 10, not -0.5",
    ),
    (
        "programs/segment/outputs/0/heat_weights",
        _weights(automatic=11),
        "programs.segment.outputs[0].heat_weights.automatic must be a number from 0 to 10, not 11",
    ),
    (
        "programs/segment/outputs/0/heat_weights",
        {"click": 1},
        "programs.segment.outputs[0].heat_weights.clicks is missing",
    ),
    (
        "programs/heat/outputs/0/heat_weights",
        _weights(),
        "programs.heat.outputs[0].heat_weights belong to the masks",
    ),
    (
        "programs/heat/outputs/0/score_heads",
        _heads(),
        "programs.heat.outputs[0].score_heads belong to the scores",
    ),
    (
        "programs/segment/outputs/1/score_heads",
        _heads(traits=["score", "beauty"]),
        'programs.segment.outputs[1].score_heads.traits[1] is "beauty", which is no trait that '
        "this runtime knows",
    ),
    (
        "programs/segment/outputs/1/score_heads",
        _heads(traits=["score", "score"]),
        "programs.segment.outputs[1].score_heads.traits[1] is there for the second time",
    ),
    (
        "programs/segment/outputs/1/score_heads",
        _heads(box={"bias": 0, "weights": [1]}),
        "programs.segment.outputs[1].score_heads.box.weights list 1 numbers for 2 traits",
    ),
    (
        "programs/segment/outputs/1/score_heads",
        _heads(clicks={"bias": 0, "weights": [1, 1e5]}),
        "programs.segment.outputs[1].score_heads.clicks.weights[1] must be a number from -10000 to "
        "10000, not 100000",
    ),
    (
        "programs/segment/outputs/1/score_heads",
        _heads(box={"bias": 0, "weights": [1, 1], "squares": [1, 1, 1]}),
        "programs.segment.outputs[1].score_heads.box.squares list 3 numbers for 2 traits",
    ),
    (
        "programs/segment/outputs/1/score_heads",
        _heads(click={"bias": 0, "weights": [1, 1], "squares": [1, -20000]}),
        "programs.segment.outputs[1].score_heads.click.squares[1] must be a number from -10000 to "
        "10000, not -20000",
    ),
    (
        "programs/segment/outputs/1/score_heads",
        _heads(automatic={"weights": [1, 1]}),
        "programs.segment.outputs[1].score_heads.automatic.bias is missing",
    ),
]
