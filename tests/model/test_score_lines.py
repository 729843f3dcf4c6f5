"""A weights file's score lines reach the manifest's words, and what is none is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from squeezesam_model import SEGMENTER_PRESETS, Segmenter, WeightsError, load_segmenter
from squeezesam_model.describe import describe
from squeezesam_model.family import FAMILY, SEGMENT
from squeezesam_model.heat import HEAT
from squeezesam_model.metadata import PLAIN_SCORES, read_metadata
from squeezesam_model.weights import save_weights

PRESET = "squeezesam-fast"
LINES = ((0.5, 0.1), (0.7, 0.2), (0.9, -0.05), (0.25, 0.5))
PLAIN = "[1, 0], [1, 0], [1, 0]"
HOSTILE = (
    "", "nonsense", "{}", "[]", "1", "null", f"[{PLAIN}]", f"[{PLAIN}, [1, 0], [1, 0]]",
    *(f"[{PLAIN}, {last}]" for last in (
        "[1]", "[1, 0, 0]", "[0, 0]", "[-1, 0]", "[11, 0]", "[NaN, 0]", "[1, NaN]",
        "[1, Infinity]", "[1e999, 0]", '["one", 0]', "[1, null]", "1", "{}", "[1, 1e30]",
        "[1, -11]", "[1" + "0" * 5000 + ", 0]",
    )),
    "[" * 100_000,
)  # fmt: skip


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "own.safetensors"
    save_weights(Segmenter(SEGMENTER_PRESETS[PRESET]), path, PRESET, {})
    return path


def with_lines(weights: Path, text: str) -> Path:
    path = weights.with_name("lined.safetensors")
    path.write_bytes(weights.read_bytes())
    describe(path, {"score_lines": text})
    return path


def scores_entry(weights: Path) -> dict[str, object]:
    files = {SEGMENT: weights, HEAT: FAMILY.shipped(PRESET, HEAT)}
    program = next(p for p in FAMILY.load(PRESET, files, 64, 64).programs if p.name == SEGMENT)
    return next(output.entry() for output in program.outputs if output.role == "scores")


def test_lines_travel_from_the_weights_to_the_manifest(weights: Path) -> None:
    path = with_lines(weights, json.dumps(LINES))
    assert load_segmenter(path, PRESET).score_lines == LINES
    entry = scores_entry(path)
    assert entry == {
        "name": "scores", "role": "scores", "score_lines": [list(line) for line in LINES],
    }  # fmt: skip


def test_weights_that_say_nothing_keep_their_scores(weights: Path) -> None:
    assert read_metadata(weights).score_lines == PLAIN_SCORES
    assert scores_entry(weights) == {"name": "scores", "role": "scores"}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_lines_that_are_none_are_one_sentence(text: str, weights: Path) -> None:
    with pytest.raises(WeightsError, match="score_lines") as caught:
        load_segmenter(with_lines(weights, text), PRESET)
    assert "\n" not in str(caught.value)
