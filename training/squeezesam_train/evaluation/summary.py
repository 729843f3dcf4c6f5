"""From single scores to the figures of a report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

import numpy as np

from squeezesam_train.evaluation.calibration import calibration
from squeezesam_train.evaluation.clicker import NOC_LEVELS, number_of_clicks
from squeezesam_train.evaluation.manners import WATCHED_CLICKS, largest_fall, manners_summary
from squeezesam_train.evaluation.run import CurveRecord, MaskRecord, Records, SaliencyRecord


def summarise(records: Records, unseen: Collection[str] = ()) -> dict[str, Any]:
    """All scores, by protocol and predictor.

    Args:
        records: what was measured.
        unseen: sources that are reported apart as those that no training saw.

    Returns:
        ``masks``: protocol → predictor → scores; ``same_instances``: likewise, over the instances
        that every predictor of the protocol was given, only where some were given fewer;
        ``noc``, ``manners`` and ``saliency``: predictor → scores.
    """

    def mask_scores(rows: list[MaskRecord]) -> dict[str, Any]:
        return mask_summary(rows, unseen)

    masks: dict[str, Any] = {}
    same: dict[str, Any] = {}
    for protocol in _names(r.protocol for r in records.masks):
        rows = [r for r in records.masks if r.protocol == protocol]
        masks[protocol] = _by_predictor(rows, mask_scores)
        common = on_common_targets(rows)
        if len(common) < len(rows):
            same[protocol] = _by_predictor(common, mask_scores)
    noc_common = on_common_targets(records.curves)
    return {
        "masks": masks,
        "same_instances": same,
        "noc": _by_predictor(records.curves, curve_summary),
        "noc_same_instances": (
            _by_predictor(noc_common, curve_summary)
            if len(noc_common) < len(records.curves)
            else {}
        ),
        "manners": _by_predictor(records.manners, manners_summary),
        "saliency": {
            kind: _by_predictor([r for r in records.saliency if r.kind in kinds], saliency_summary)
            for kind, kinds in _kind_groups(records.saliency).items()
        },
    }


def on_common_targets(rows: list[Any]) -> list[Any]:
    """The rows whose target every predictor among them was given."""
    seen: dict[str, set[str]] = {}
    for row in rows:
        seen.setdefault(row.predictor, set()).add(row.target)
    common = set.intersection(*seen.values()) if seen else set()
    return [row for row in rows if row.target in common]


def mask_summary(rows: list[MaskRecord], unseen: Collection[str] = ()) -> dict[str, Any]:
    """Means over instances; ``miou_of_sources`` gives every source the same weight.

    ``unseen_sources`` holds those of the instances whose source is among ``unseen``; None where
    there are none.
    """
    apart = [row for row in rows if row.source in unseen]
    by_source = _grouped(rows, lambda r: r.source)
    return {
        **_means(rows),
        "standard_error": _standard_error([r.iou for r in rows]),
        "miou_of_sources": _mean(group["miou"] for group in by_source.values()),
        "boundary_iou": _mean(r.boundary_iou for r in rows),
        "unseen_sources": _means(apart) if apart else None,
        "mean_estimate": _mean(r.estimate for r in rows),
        "calibration": calibration([r.estimate for r in rows], [r.iou for r in rows]),
        "mean_milliseconds": _mean(r.milliseconds for r in rows),
        "by_source": by_source,
        "by_kind": _grouped(rows, lambda r: r.kind),
        "by_size": _grouped(rows, lambda r: r.size),
        "by_pieces": _grouped(rows, lambda r: r.pieces),
    }


def curve_summary(rows: list[CurveRecord]) -> dict[str, Any]:
    """NoC at each level, instances that never reach it, and the mean IoU after each click."""
    curve = np.mean([r.ious for r in rows], axis=0)
    found: dict[str, Any] = {"n": len(rows), "clicks_at_most": len(curve)}
    for level in NOC_LEVELS:
        name = f"{round(100 * level)}"
        found[f"noc{name}"] = _mean(number_of_clicks(r.ious, level) for r in rows)
        found[f"failures{name}"] = sum(int(max(r.ious) < level) for r in rows)
    found["miou_per_click"] = [round(float(v), 6) for v in curve]
    found["largest_fall_up_to_10"] = largest_fall(curve[:WATCHED_CLICKS])
    return found


def saliency_summary(rows: list[SaliencyRecord]) -> dict[str, Any]:
    """MAE, maximum F-measure and S-measure of a set of photos."""
    return {
        "n": len(rows),
        "mae": _mean(r.scores.mae for r in rows),
        "max_f": round(float(np.mean([r.scores.f_curve for r in rows], axis=0).max()), 6),
        "s_measure": _mean(r.scores.s_measure for r in rows),
    }


def _kind_groups(rows: list[SaliencyRecord]) -> dict[str, set[str]]:
    kinds = _names(r.kind for r in rows)
    return {"all": set(kinds), **{kind: {kind} for kind in kinds}} if kinds else {}


def _by_predictor(
    rows: list[Any], summary: Callable[[list[Any]], dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    names = _names(r.predictor for r in rows)
    return {name: summary([r for r in rows if r.predictor == name]) for name in names}


def _grouped(rows: list[MaskRecord], key: Callable[[MaskRecord], str]) -> dict[str, dict[str, Any]]:
    return {
        name: _means([r for r in rows if key(r) == name]) for name in sorted({key(r) for r in rows})
    }


def _means(rows: list[MaskRecord]) -> dict[str, Any]:
    return {
        "n": len(rows),
        "miou": _mean(r.iou for r in rows),
        "best_candidate_miou": _mean(r.best for r in rows),
    }


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 6)


def _standard_error(values: list[float]) -> float | None:
    """Of the mean; None for a single value."""
    if len(values) < 2:
        return None
    return round(float(np.std(values, ddof=1) / np.sqrt(len(values))), 6)


def _names(values: Iterable[str]) -> list[str]:
    """Each once, in the order of first appearance."""
    return list(dict.fromkeys(values))
