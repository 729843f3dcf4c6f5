"""Do the scores come true? Their lines, fitted and judged: docs/scores.md.

    python benchmarks/study.py honest_scores --data FOLDER [--preset NAME --weights FILE] \
        [--limit N] [--write] [--output docs/scores]

A network's score is its own estimate of a mask's IoU. Photos that it was trained on make it promise
too much, most after a single click. One line for each kind of prompts (one click, several, a box,
the automatic clicks) is fitted by least squares on every other validation photo and judged on the
rest, where the same table says how well a low score tells which masks want another tap. ``--write``
puts the lines into the weights file, from which the manifest takes them for the core. Writes
OUTPUT.json and OUTPUT.md; a preset that is in OUTPUT.json already and was not measured now keeps
its rows.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from measure.machine import describe, unpublishable
from numpy.typing import NDArray
from report import origin, table
from results.result import write_text
from squeezesam_model import DEFAULT_SEGMENTER, SEGMENTER_PRESETS
from squeezesam_model.describe import describe as write_words
from squeezesam_model.metadata import PLAIN_SCORES
from squeezesam_model.presets import DEFAULT_SALIENCY
from squeezesam_model.weights import file_sha256, shipped_weights
from squeezesam_train.evaluation.calibration import POOR_IOU, calibration
from squeezesam_train.evaluation.run import MaskRecord, Settings, evaluate
from squeezesam_train.evaluation.torch_predictor import TorchPredictor
from squeezesam_train.photos import PhotoEntry, list_photos
from tqdm import tqdm

# The protocol of each line, in the order of the weights' score_lines.
KINDS = ("point", "points3", "box", "automatic")
# Scores below which an app might ask for a tap.
LIMITS = (0.5, 0.6, 0.7, 0.8)
# A line may not turn the order of the candidates round.
LEAST_SCALE = 0.05


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--preset", default=DEFAULT_SEGMENTER, choices=list(SEGMENTER_PRESETS))
    parser.add_argument("--weights", type=Path, help="of that preset (shipped ones)")
    parser.add_argument("--size", type=int, default=512, help="longer side of the input, pixels")
    parser.add_argument("--limit", type=int, help="so many photos, spread over the split")
    parser.add_argument("--write", action="store_true", help="put the fit into the weights file")
    parser.add_argument("--output", type=Path, default=Path("docs/scores"))
    return parser


def fitted(told: NDArray[np.float64], true: NDArray[np.float64]) -> tuple[float, float]:
    """(scale, shift) of the least-squares line from scores to IoU, rounded to four places.

    Where the scores say nothing, or the contrary, nearly the mean IoU.
    """
    spread = float(told.var())
    scale = float(((told - told.mean()) * (true - true.mean())).mean()) / spread if spread else 0.0
    scale = round(min(max(scale, LEAST_SCALE), 10), 4)
    return scale, round(float(true.mean() - scale * told.mean()), 4)


def asked(told: NDArray[np.float64], true: NDArray[np.float64], limit: float) -> dict[str, float]:
    """Asking for a tap below a score, against the masks of an IoU below POOR_IOU.

    Returns:
        ``limit``; ``precision``, the poor ones' share of those asked about; ``recall``, the share
        of the poor ones that is asked about; ``asked``, the share of all. 1 where there is none.
    """
    below, poor = told < limit, true < POOR_IOU
    both = float((below & poor).sum())
    return {
        "limit": limit,
        "precision": both / float(below.sum()) if below.any() else 1.0,
        "recall": both / float(poor.sum()) if poor.any() else 1.0,
        "asked": float(below.mean()),
    }


Pairs = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]


def pairs(records: Sequence[MaskRecord]) -> Pairs:
    """(scores, IoU) of the chosen masks of each protocol."""
    found: dict[str, list[tuple[float, float]]] = {}
    for record in records:
        found.setdefault(record.protocol, []).append((record.estimate, record.iou))
    return {name: (np.array(both).T[0], np.array(both).T[1]) for name, both in found.items()}


def fit_lines(found: Pairs) -> list[tuple[float, float]]:
    """The line of each kind of prompts."""
    return [fitted(*found[kind]) for kind in KINDS]


def judge(found: Pairs, lines: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
    """Calibration of each protocol before and after, and what asking for a tap would catch."""
    rows = []
    for kind, (scale, shift) in zip(KINDS, lines, strict=True):
        told, true = found[kind]
        after = np.clip(scale * told + shift, 0, 1)
        rows.append(
            {
                "protocol": kind,
                "masks": len(true),
                "iou": float(true.mean()),
                "before": calibration(told, true),
                "after": calibration(after, true),
                "asked": [asked(after, true, limit) for limit in LIMITS],
            }
        )
    return rows


def masks_of(
    predictor: TorchPredictor, entries: list[PhotoEntry], title: str
) -> Sequence[MaskRecord]:
    """Every protocol of KINDS on these photos."""
    settings = Settings(protocols=KINDS)
    with tqdm(total=len(entries), desc=title, unit="photo") as bar:
        records = evaluate(
            entries, [predictor], settings, progress=lambda done, _: bar.update(done - bar.n)
        )
    return [one for one in records.masks if one.predictor == predictor.name]


def measure(options: argparse.Namespace, weights: Path) -> dict[str, Any]:
    """One preset: its lines, and the judgement on the other photos."""
    entries = list_photos(options.data, "val")
    if options.limit is not None and options.limit < len(entries):
        entries = [entries[i * len(entries) // options.limit] for i in range(options.limit)]
    predictor = TorchPredictor.load(
        weights, shipped_weights(DEFAULT_SALIENCY), options.preset, size=options.size
    )
    predictor.segmenter.score_lines = PLAIN_SCORES
    lines = fit_lines(pairs(masks_of(predictor, entries[::2], "fit")))
    rows = judge(pairs(masks_of(predictor, entries[1::2], "judge")), lines)
    return describe() | {
        "preset": options.preset,
        "weights_sha256": file_sha256(weights),
        "size": options.size,
        "fitted_on": len(entries[::2]),
        "judged_on": len(entries[1::2]),
        "lines": lines,
        "rows": rows,
    }


def page(results: dict[str, dict[str, Any]]) -> str:
    """The whole page, from the result of each preset."""
    return "\n\n".join(
        [
            "# Scores that come true",
            "Written by `python benchmarks/study.py honest_scores`; no figure is typed by hand.",
            "`score` is the predicted IoU of a mask. One line for each kind of prompts "
            "(`score_lines` in the weights' metadata and the manifest), applied by the core and so "
            "the same in every language, brings it to what came true on every other validation "
            "photo; the tables judge it on the rest. ECE: expected calibration error, in ten "
            f"steps. AUROC: the chance that a mask of an IoU below {POOR_IOU} has a lower score "
            "than one above it. An app that asks for a tap below a score finds here how often it "
            "asks, how often rightly (precision) and how many of the poor masks it catches "
            "(recall).",
            *(line for name in sorted(results) for line in _section(results[name])),
        ]
    )


def _section(result: dict[str, Any]) -> list[str]:
    head = ["prompts", "masks", "mean IoU", "ECE before", "ECE", "AUROC"]
    rows = [
        [
            row["protocol"],
            str(row["masks"]),
            f"{row['iou']:.3f}",
            f"{row['before']['ece']:.3f}",
            f"{row['after']['ece']:.3f}",
            "" if row["after"]["auroc_poor"] is None else f"{row['after']['auroc_poor']:.3f}",
        ]
        for row in result["rows"]
    ]
    asking = [
        [row["protocol"]]
        + [
            f"{one['precision']:.0%}, {one['recall']:.0%}, {one['asked']:.0%}"
            for one in row["asked"]
        ]
        for row in result["rows"]
    ]
    return [
        f"## {result['preset']}",
        f"Fitted on {result['fitted_on']} photos, judged on {result['judged_on']}; input "
        f"{result['size']} pixels; weights {result['weights_sha256'][:12]}.",
        table(head, rows),
        "Asking for a tap below a score (precision, recall, share of all that is asked about):",
        table(["prompts", *(f"below {limit}" for limit in LIMITS)], asking),
        origin(result),
    ]


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    refused = unpublishable(options.output)
    if refused:
        print(f"study.py: {refused}", file=sys.stderr)
        return 2
    weights = options.weights or shipped_weights(options.preset)
    result = measure(options, weights)
    if options.write:
        write_words(weights, {"score_lines": json.dumps(result["lines"])})
        # Of the file as it is now, with the lines in it.
        result["weights_sha256"] = file_sha256(weights)
    written = options.output.with_suffix(".json")
    known = json.loads(written.read_text("utf-8")) if written.exists() else {}
    known[options.preset] = result
    write_text(written, json.dumps(known, indent=1) + "\n")
    write_text(options.output.with_suffix(".md"), page(known) + "\n")
    return 0
