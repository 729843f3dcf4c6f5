"""What a weights file says of itself: preset, licence, capabilities, provenance."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import safe_open

from squeezesam_model.errors import WeightsError, first_line

UNSPECIFIED = "unspecified"
# (scale, shift) of a segmenter's scores: after one click, after several, with a box, after the
# automatic clicks. They bring scores to what came true; the core applies them.
ScoreLines = tuple[tuple[float, float], ...]
PLAIN_SCORES: ScoreLines = ((1.0, 0.0),) * 4


@dataclass(frozen=True)
class Metadata:
    """Of a weights file.

    Attributes:
        preset: name of the architecture; empty where it does not say.
        licence: ``unspecified`` where it does not say.
        capabilities: what the weights were trained for, by the manifest's names; empty where it
            does not say.
        provenance: free words.
        least_peak: of a saliency network, 0…255: a heat map whose highest byte is lower shows
            nothing that stands out; 0 where it does not say.
        score_lines: of a segmenter: what brings its scores to the IoU that came true on photos that
            it was not trained on; PLAIN_SCORES where it does not say.
    """

    preset: str = ""
    licence: str = UNSPECIFIED
    capabilities: dict[str, bool] = field(default_factory=dict)
    provenance: str = ""
    least_peak: int = 0
    score_lines: ScoreLines = PLAIN_SCORES


def read_metadata(path: Path) -> Metadata:
    """Read the head of a safetensors file.

    Raises:
        WeightsError: it cannot be read, its capabilities are no table of true and false, its least
            peak is no byte, or its score lines are not four pairs of a scale and a shift.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            found = file.metadata() or {}
    except Exception as error:  # a stranger's file
        raise WeightsError(f"cannot read the weights {path}: {first_line(error)}") from error
    try:
        capabilities = json.loads(found.get("capabilities", "{}"))
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{path}: the capabilities in its metadata are no JSON") from error
    if not isinstance(capabilities, dict) or not all(
        isinstance(value, bool) for value in capabilities.values()
    ):
        raise WeightsError(f"{path}: the capabilities in its metadata are no table of yes and no")
    return Metadata(
        found.get("preset", ""),
        found.get("licence", UNSPECIFIED),
        capabilities,
        found.get("provenance", ""),
        _byte(path, found.get("least_peak", "0")),
        _score_lines(path, found.get("score_lines")),
    )


def _byte(path: Path, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255):
        raise WeightsError(f"{path}: the least_peak in its metadata is no whole number up to 255")
    return int(text)


def _score_lines(path: Path, text: str | None) -> ScoreLines:
    if text is None:
        return PLAIN_SCORES
    try:
        lines = tuple(_line(pair) for pair in json.loads(text))
        if len(lines) != len(PLAIN_SCORES):
            raise ValueError(len(lines))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise WeightsError(
            f"{path}: the score_lines in its metadata are not four pairs of a positive scale and a "
            "shift"
        ) from error
    return lines


def _line(pair: Any) -> tuple[float, float]:
    scale, shift = (float(number) for number in pair)
    # The manifest's limits.
    if not (1e-3 <= scale <= 10 and abs(shift) <= 10):
        raise ValueError(pair)
    return scale, shift
