"""Numbers fitted to a segmenter's weights on photos that they were not trained on.

They travel in the weights' metadata and the manifest; the runtime's core applies them.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

# Kinds of prompts, each with numbers of its own: one click, several, a box, the automatic clicks.
PROMPT_KINDS = ("click", "clicks", "box", "automatic")
# What a mask shows of its own worth: the core's names (runtime/core/src/mask/trait.h).
TRAITS = (
    "score", "lead", "mean_score", "stability_1", "stability_2", "stability_4", "area", "inside",
    "leak", "border", "roundness", "fill", "largest", "agreement", "least_agreement",
    "most_agreement", "logit_inside", "logit_outside", "heat_inside", "heat_stability", "box_iou",
    "click_spread",
)  # fmt: skip
MOST_HEAT, MOST_WEIGHT = 10.0, 1e4


class Head(NamedTuple):
    """A mask's score for one kind of prompts: bias + Σ weight·trait + Σ square·trait².

    Attributes:
        weights: of each trait.
        squares: of each trait's square; () for none.
    """

    bias: float
    weights: tuple[float, ...]
    squares: tuple[float, ...] = ()

    def entry(self) -> dict[str, Any]:
        """The manifest's words."""
        squares = {"squares": list(self.squares)} if self.squares else {}
        return {"bias": self.bias, "weights": list(self.weights), **squares}


@dataclass(frozen=True)
class ScoreHeads:
    """What a mask's score is, within 0…1.

    Attributes:
        traits: names among TRAITS, each once.
        heads: by PROMPT_KINDS, with a number for each of ``traits``.
    """

    traits: tuple[str, ...]
    heads: tuple[Head, ...]

    def entry(self) -> dict[str, Any]:
        """The manifest's words."""
        heads = {kind: head.entry() for kind, head in zip(PROMPT_KINDS, self.heads, strict=True)}
        return {"traits": list(self.traits), **heads}


@dataclass(frozen=True)
class Fitted:
    """What weights bring along.

    Attributes:
        heat_weights: by PROMPT_KINDS, 0…10: how much of the heat map's logits the masks are given,
            of a click's the more the hotter the heat map is under it; () for none.
        score_heads: None: scores are the network's own.
    """

    heat_weights: tuple[float, ...] = ()
    score_heads: ScoreHeads | None = None

    def heat_entry(self) -> dict[str, float]:
        """The manifest's words for the heat weights; empty for none."""
        if not any(self.heat_weights):
            return {}
        return dict(zip(PROMPT_KINDS, self.heat_weights, strict=True))

    def head_entry(self) -> dict[str, Any]:
        """The manifest's words for the score heads; empty for none."""
        return {} if self.score_heads is None else self.score_heads.entry()

    def metadata(self) -> dict[str, str]:
        """The words of a weights file."""
        return {
            "heat_weights": json.dumps(self.heat_entry()),
            "score_heads": json.dumps(self.head_entry()),
        }


def read_fitted(metadata: dict[str, str]) -> Fitted:
    """What a weights file's metadata says.

    Raises:
        ValueError: with the name of the word that is not what it should be.
    """
    return Fitted(
        _read("heat_weights", metadata, _heat_weights) or (),
        _read("score_heads", metadata, _score_heads),
    )


def _read(word: str, metadata: dict[str, str], read: Any) -> Any:
    try:
        found = json.loads(metadata.get(word, "{}"))
        return read(found) if found != {} else None
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise ValueError(word) from error


def _heat_weights(found: Any) -> tuple[float, ...]:
    return tuple(_number(found[kind], 0, MOST_HEAT) for kind in PROMPT_KINDS)


def _score_heads(found: Any) -> ScoreHeads:
    traits = tuple(found["traits"])
    if len(set(traits)) != len(traits) or not set(traits) <= set(TRAITS):
        raise ValueError(traits)
    heads = []
    for kind in PROMPT_KINDS:
        weights = tuple(_number(each) for each in found[kind]["weights"])
        squares = tuple(_number(each) for each in found[kind].get("squares", weights))
        if not len(weights) == len(squares) == len(traits):
            raise ValueError(kind)
        given = squares if "squares" in found[kind] else ()
        heads.append(Head(_number(found[kind]["bias"]), weights, given))
    return ScoreHeads(traits, tuple(heads))


def _number(value: Any, least: float = -MOST_WEIGHT, most: float = MOST_WEIGHT) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(value)
    number = float(value)
    if not (math.isfinite(number) and least <= number <= most):
        raise ValueError(value)
    return number
