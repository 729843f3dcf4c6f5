"""Which mask, how good is it, and how much counts what stands out? docs/scores.md.

    python benchmarks/study.py honest_scores --data FOLDER [--preset NAME --weights FILE] \
        [--kind KIND …] [--limit N] [--write] [--output docs/scores]

Three things are fitted to a network on validation photos, for each kind of prompts (one click,
several, a box, the automatic clicks): how much of the heat map its masks are given, which of its
masks is chosen, and what that one's score is. Scores are made of what a mask shows of its own
worth; they are judged by heads fitted on the other half of the photos, what ships is fitted on
all. ``--write`` puts it into the weights file, from which the manifest takes it for the core.
Writes OUTPUT.json and OUTPUT.md; a preset that is in OUTPUT.json already and was not measured now
keeps its rows.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lab.candidates import PROTOCOLS, Proposal, gather
from lab.score_fit import (
    GRID,
    best_weights,
    cross_fitted,
    fit_head,
    heat_ious,
    worth,
)
from measure.machine import describe, unpublishable
from numpy.typing import NDArray
from report import origin, table
from results.result import write_text
from squeezesam_model import DEFAULT_SEGMENTER, SEGMENTER_PRESETS
from squeezesam_model.describe import describe as write_words
from squeezesam_model.fitted import PROMPT_KINDS, TRAITS, Fitted, Head, ScoreHeads
from squeezesam_model.presets import DEFAULT_SALIENCY
from squeezesam_model.weights import file_sha256, shipped_weights
from squeezesam_train.evaluation.calibration import POOR_IOU, calibration
from squeezesam_train.evaluation.torch_predictor import TorchPredictor
from squeezesam_train.photos import list_photos

# Scores below which an app might ask for a tap.
LIMITS = (0.5, 0.6, 0.7, 0.8)


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
    parser.add_argument(
        "--kind", action="append", choices=PROMPT_KINDS,
        help="only these, the others as OUTPUT.json has them",
    )  # fmt: skip
    parser.add_argument("--write", action="store_true", help="put the fit into the weights file")
    parser.add_argument("--output", type=Path, default=Path("docs/scores"))
    return parser


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


def judge(proposals: Sequence[Proposal], kind: int, weight: float) -> dict[str, Any]:
    """One kind of prompts: the head that ships, and how well such heads tell."""
    found = worth(proposals, kind, weight)
    scores, true = cross_fitted(found, kind)
    own = np.clip(np.array([one.scores.max() for one in proposals if one.kind == kind]), 0, 1)
    head = fit_head(found, kind)
    return {
        "kind": PROMPT_KINDS[kind],
        "protocol": PROTOCOLS[kind],
        "masks": len(true),
        "heat_weight": weight,
        "bias": head.bias,
        "weights": list(head.weights),
        "squares": list(head.squares),
        "iou_before": float(found.plain.mean()),
        "iou_joined": float(found.iou[np.arange(len(true)), found.traits[..., 0].argmax(1)].mean()),
        "iou": float(true.mean()),
        "best": float(found.iou.max(1).mean()),
        "before": calibration(own, found.plain),
        "after": calibration(scores, true),
        "asked": [asked(scores, true, limit) for limit in LIMITS],
    }


def measure(options: argparse.Namespace, weights: Path) -> dict[str, Any]:
    """One preset."""
    entries = list_photos(options.data, "val")
    if options.limit is not None and options.limit < len(entries):
        entries = [entries[i * len(entries) // options.limit] for i in range(options.limit)]
    predictor = TorchPredictor.load(
        weights, shipped_weights(DEFAULT_SALIENCY), options.preset, size=options.size
    )
    proposals = gather(predictor, entries)
    ious = heat_ious(proposals)
    chosen = best_weights(ious)
    kinds = [PROMPT_KINDS.index(kind) for kind in options.kind or PROMPT_KINDS]
    return describe() | {
        "preset": options.preset,
        "weights_sha256": file_sha256(weights),
        "heat_weights_sha256": file_sha256(shipped_weights(DEFAULT_SALIENCY)),
        "size": options.size,
        "photos": len(entries),
        "grid": list(GRID),
        "heat_iou": [[round(float(each), 5) for each in row] for row in ious],
        "rows": [judge(proposals, kind, chosen[kind]) for kind in kinds],
    }


def joined(result: dict[str, Any], known: dict[str, Any] | None) -> dict[str, Any]:
    """A result of some kinds of prompts with the rows that were known of the others."""
    rows = {row["kind"]: row for row in [*(known or {"rows": []})["rows"], *result["rows"]]}
    return result | {"rows": [rows[kind] for kind in PROMPT_KINDS]}


def fitted(result: dict[str, Any]) -> Fitted:
    """What the weights are given."""
    return Fitted(
        tuple(row["heat_weight"] for row in result["rows"]),
        ScoreHeads(
            TRAITS,
            tuple(
                Head(row["bias"], tuple(row["weights"]), tuple(row["squares"]))
                for row in result["rows"]
            ),
        ),
    )


def page(results: dict[str, dict[str, Any]]) -> str:
    """The whole page, from the result of each preset."""
    return "\n\n".join(
        [
            "# Which mask, and what its score is worth",
            "Written by `python benchmarks/study.py honest_scores`; no figure is typed by hand.",
            "Three things are fitted on validation photos for each kind of prompts, travel in the "
            "weights' metadata and the manifest (`heat_weights`, `score_heads`; "
            "[bundle.md](bundle.md)) and are applied by the core, so they are the same in every "
            "language. **The heat map's share**: masks get so much of the heat map's logits added, "
            "a click's masks the more the hotter it is under the click, all of them less near "
            "background clicks; the weight with the best mean IoU was taken, on all photos; a "
            "prediction that builds on a former mask gets none. **The "
            "choice**: the mask with the highest score. **The score**: a linear head over what a "
            "mask shows of its own worth, the network's own estimate among it, and over the "
            "squares of that where there are masks enough to fit them. Heads are judged "
            "on one half of the photos after a fit on the other, both ways; those that ship are "
            "fitted on all.",
            "ECE: expected calibration error, in ten steps. AUROC: the chance that a mask of an "
            f"IoU below {POOR_IOU} has a lower score than one above it. An app that asks for a "
            "tap below a score finds here how often it asks, how often rightly (precision) and "
            "how many of the poor masks it catches (recall). Before: the mask with the network's "
            "own best score, no heat map.",
            *(line for name in sorted(results) for line in _section(results[name])),
        ]
    )


def _section(result: dict[str, Any]) -> list[str]:
    head = ["prompts", "masks", "IoU before", "with the heat map", "and the choice", "best of all",
            "ECE before", "ECE", "AUROC before", "AUROC"]  # fmt: skip
    rows = [
        [
            row["protocol"],
            str(row["masks"]),
            *(f"{row[key]:.3f}" for key in ("iou_before", "iou_joined", "iou", "best")),
            *(f"{row[when]['ece']:.3f}" for when in ("before", "after")),
            *(_share(row[when]["auroc_poor"]) for when in ("before", "after")),
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
    heat = [
        [row["protocol"], *(
            f"**{value:.3f}**" if weight == row["heat_weight"] else f"{value:.3f}"
            for weight, value in zip(
                result["grid"], result["heat_iou"][PROMPT_KINDS.index(row["kind"])], strict=True
            )
        )]
        for row in result["rows"]
    ]  # fmt: skip
    return [
        f"## {result['preset']}",
        f"{result['photos']} photos; float32, input {result['size']} pixels; weights "
        f"{result['weights_sha256'][:12]}, heat map {result['heat_weights_sha256'][:12]}.",
        table(head, rows),
        "Asking for a tap below a score (precision, recall, share of all that is asked about):",
        table(["prompts", *(f"below {limit}" for limit in LIMITS)], asking),
        "Mean IoU by heat weight on the masks' plane, the network's own choice; bold: what ships.",
        table(["prompts", *(f"{weight:g}" for weight in result["grid"])], heat),
        origin(result),
    ]


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _known(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    refused = unpublishable(options.output)
    if refused:
        print(f"study.py: {refused}", file=sys.stderr)
        return 2
    weights = options.weights or shipped_weights(options.preset)
    written = options.output.with_suffix(".json")
    if options.kind and options.preset not in _known(written):
        print(f"study.py: {written} has no earlier result: leave out --kind", file=sys.stderr)
        return 2
    result = measure(options, weights)
    # Read only now: another preset may have been measured meanwhile.
    known = _known(written)
    result = joined(result, known.get(options.preset))
    if options.write:
        write_words(weights, fitted(result).metadata())
        # Of the file as it is now, with the heads in it.
        result["weights_sha256"] = file_sha256(weights)
    known[options.preset] = result
    write_text(written, json.dumps(known, indent=1) + "\n")
    write_text(options.output.with_suffix(".md"), page(known) + "\n")
    return 0
