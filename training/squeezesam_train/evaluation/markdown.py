"""The report as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from squeezesam.terminal import printable

from squeezesam_train.evaluation.calibration import POOR_IOU
from squeezesam_train.evaluation.manners import STARTS, WATCHED_CLICKS
from squeezesam_train.evaluation.protocols import NOTES, OTHER_PROTOCOLS, PROMPT_PROTOCOLS

TITLES = {
    **{name: protocol.title for name, protocol in PROMPT_PROTOCOLS.items()},
    **{name: title for name, (title, _) in OTHER_PROTOCOLS.items()},
    "paper-1": "paper's saliency evaluation, 1 point",
    "paper-3": "paper's saliency evaluation, 3 points",
}
SHOWN_CLICKS = (1, 2, 3, 5, 10, 15, 20)


def to_markdown(report: dict[str, Any]) -> str:
    """The whole report."""
    scores = report["scores"]
    parts = [_head(report), _overview(scores["masks"])]
    if scores["masks"]:
        parts.append(_at_a_glance(scores["masks"], report["data"]["unseen_sources"]))
    if scores["masks"]:
        parts.append(_honesty(scores["masks"]))
    if scores["same_instances"]:
        parts.append("## On the instances that every method was given\n")
        parts.append(_overview(scores["same_instances"]))
    if scores["noc"]:
        parts.append(_clicks(scores["noc"], "## Number of clicks\n"))
    if scores["noc_same_instances"]:
        parts.append(
            _clicks(scores["noc_same_instances"], "### On the instances that every method got\n")
        )
    if scores["manners"]:
        parts.append(_manners(scores["manners"]))
    if scores["saliency"]:
        parts.append(_saliency(scores["saliency"]))
    if report["efficiency"]:
        parts.append(_efficiency(report["efficiency"], scores["masks"]))
    parts += [_breakdown(name, rows) for name, rows in scores["masks"].items()]
    parts.append(_protocols(report))
    # Names of data, bundles and weights are strangers'; a cell or a line is theirs, no more.
    return "\n".join(printable(line) for line in "\n".join(parts).split("\n"))


def _head(report: dict[str, Any]) -> str:
    run, data = report["run"], report["data"]
    machine = run["machine"]
    lines = [
        "# squeezesam-eval",
        "",
        printable(f"`{run['command']}`"),
        "",
        f"{run['date']}, commit {run['commit'] or 'unknown'}, {machine['cpu']}, "
        f"{run['threads']} thread(s), {run['minutes']:.1f} minutes. "
        f"{data['photos']} photos of the split '{data['split']}', {data['instances']} instances, "
        f"seed {data['seed']}. {data['rule']}.",
        "",
        *(
            printable(f"- **{name}**: {_facts(facts)}")
            for name, facts in report["predictors"].items()
        ),
        "",
    ]
    return "\n".join(lines)


def _facts(facts: dict[str, Any]) -> str:
    return ", ".join(
        f"{key} {value[:12] if key.endswith('sha256') else value}"
        for key, value in facts.items()
        if not isinstance(value, dict)
    )


def _overview(masks: dict[str, Any]) -> str:
    """Protocols down, predictors across: mean IoU in points."""
    predictors = _names(masks.values())
    rows = []
    for protocol, found in masks.items():
        cells = [_cell(found.get(name)) for name in predictors]
        rows.append([TITLES[protocol], *cells])
    return (
        "Mean IoU ± standard error over instances (boundary IoU; instances), in points.\n\n"
        + table(["protocol", *predictors], rows)
    )


def _at_a_glance(masks: dict[str, Any], unseen: list[str]) -> str:
    """What is asked first: all, sources that no training saw, the best of the candidates, sizes."""
    rows = []
    for protocol, found in masks.items():
        for name, scores in found.items():
            parts = [scores["unseen_sources"], scores, *(scores["by_size"].get(s) for s in "SML")]
            fields = ["miou", "best_candidate_miou", "miou", "miou", "miou"]
            cells = [_points(part, key) for part, key in zip(parts, fields, strict=True)]
            rows.append([TITLES[protocol], name, _points(scores, "miou"), *cells])
    named = printable(", ".join(unseen)) or "none in this split"
    header = ["protocol", "", "all", "unseen sources", "best candidate", "S", "M", "L"]
    return (
        "## At a glance\n\nMean IoU in points (instances). Unseen sources, of which training has "
        f"no photo: {named}.\n\n" + table(header, rows)
    )


def _honesty(masks: dict[str, Any]) -> str:
    """The predictors' own estimates against the true IoU."""
    rows = []
    for protocol, found in masks.items():
        for name, scores in found.items():
            told = scores["calibration"]
            poor = "–" if told["auroc_poor"] is None else f"{told['auroc_poor']:.3f}"
            cells = [f"{scores['mean_estimate']:.3f}", f"{scores['miou']:.3f}"]
            rows.append([TITLES[protocol], name, *cells, f"{told['ece']:.3f}", poor])
    header = ["protocol", "", "mean estimate", "mean IoU", "calibration error ↓"]
    return "## Honest estimates\n\n" + table([*header, f"AUROC of IoU < {POOR_IOU}"], rows)


def _points(part: dict[str, Any] | None, key: str) -> str:
    return f"{100 * part[key]:.1f} ({part['n']})" if part else "–"


def _manners(found: dict[str, Any]) -> str:
    """One table of clicks that ask for nothing new, one of the curve."""
    header = ["", "n"]
    header += [
        f"{kind} click after {start}: {what}"
        for start in STARTS
        for kind in ("foreground", "background")
        for what in ("kept", "worst tenth")
    ]
    rows = []
    for name, scores in found.items():
        idle = [scores["idle"][str(start)][k] for start in STARTS
                for k in ("foreground", "background")]  # fmt: skip
        cells = [f"{100 * part[key]:.1f}" if part else "–" for part in idle
                 for key in ("kept", "worst_tenth")]  # fmt: skip
        rows.append([name, str(scores["n"]), *cells, f"{100 * scores['obeyed']:.2f}"])
    clicks = [f"IoU@{k}" for k in range(1, WATCHED_CLICKS + 1)]
    curves = [
        [name, *(f"{100 * v:.1f}" for v in scores["miou_per_click"]),
         f"{100 * scores['largest_fall']:.2f}"]
        for name, scores in found.items()
    ]  # fmt: skip
    return (
        "## Manners\n\nIoU of the mask with itself after a click that asks for nothing new, and "
        "the share of all clicks obeyed at their pixel, in points.\n\n"
        + table([*header, "obeyed"], rows)
        + "\n"
        + table(["", *clicks, "largest fall"], curves)
    )


def _cell(found: dict[str, Any] | None) -> str:
    if found is None:
        return "–"
    error = found["standard_error"]
    spread = "" if error is None else f" ± {100 * error:.1f}"
    return (
        f"**{100 * found['miou']:.1f}**{spread} ({100 * found['boundary_iou']:.1f}; {found['n']})"
    )


def _clicks(noc: dict[str, Any], title: str) -> str:
    header = ["", "n", "NoC@85", "not reached", "NoC@90", "not reached"]
    header += [f"IoU@{k}" for k in SHOWN_CLICKS] + ["largest fall to click 10"]
    rows = []
    for name, found in noc.items():
        curve = found["miou_per_click"]
        shown = [f"{100 * curve[k - 1]:.1f}" for k in SHOWN_CLICKS]
        rows.append(
            [name, str(found["n"]), f"{found['noc85']:.2f}", str(found["failures85"])]
            + [f"{found['noc90']:.2f}", str(found["failures90"]), *shown]
            + [f"{100 * found['largest_fall_up_to_10']:.2f}"]
        )
    return title + "\n" + table(header, rows)


def _saliency(groups: dict[str, Any]) -> str:
    rows = [
        [name, kind, str(f["n"]), f"{f['mae']:.3f}", f"{f['max_f']:.3f}", f"{f['s_measure']:.3f}"]
        for kind, found in groups.items()
        for name, f in found.items()
    ]
    return "## Saliency map\n\n" + table(["", "photos", "n", "MAE ↓", "max F", "S-measure"], rows)


def _efficiency(costs: dict[str, Any], masks: dict[str, Any]) -> str:
    """Costs of the networks; the time is this run's, on a machine that may have been busy."""
    rows = []
    for name, found in costs.items():
        times = [m[name]["mean_milliseconds"] for m in masks.values() if name in m]
        rows.append(
            [name, f"{found['parameters'] / 1e6:.2f} M", f"{found['macs'] / 1e9:.2f} G"]
            + [f"{found['weight_bytes'] / 1e6:.1f} MB", f"{found['eer']:.3f}"]
            + [f"{sum(times) / len(times):.0f} ms" if times else "–"]
        )
    header = ["segmenter", "parameters", "MACs", "weights", "EER", "a prediction here"]
    return "## Efficiency\n\n" + table(header, rows)


def _breakdown(protocol: str, found: dict[str, Any]) -> str:
    """One protocol by source, kind and size."""
    header = ["", "all", "mean of sources", "best candidate", "unseen sources"]
    groups = [
        (field, value)
        for field in ("by_kind", "by_size", "by_pieces", "by_source")
        for value in sorted({v for rows in found.values() for v in rows[field]})
    ]
    rows = []
    for name, scores in found.items():
        cells = [scores["miou"], scores["miou_of_sources"], scores["best_candidate_miou"]]
        parts = [scores[field].get(value) for field, value in groups]
        rows.append(
            [name, *(f"{100 * value:.1f}" for value in cells)]
            + [_points(part, "miou") for part in (scores["unseen_sources"], *parts)]
        )
    return f"## {TITLES[protocol]}\n\n" + table(header + [value for _, value in groups], rows)


def _protocols(report: dict[str, Any]) -> str:
    lines = [f"- {found['title']} (`{n}`): {found['source']}." for n, found in
             report["protocols"].items()]  # fmt: skip
    lines += [f"- {note[0].upper()}{note[1:]}." for note in NOTES]
    return "## Protocols\n\n" + "\n".join(lines) + "\n"


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, its first column to the left, the others to the right."""
    lines = [header, [":--"] + ["--:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(_escaped(cell) for cell in line)} |" for line in lines) + "\n"


def _escaped(cell: str) -> str:
    return printable(cell).replace("|", "\\|")


def _names(found: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for rows in found for name in rows))
