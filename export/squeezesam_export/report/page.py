"""The report as one static HTML page, nothing loaded from anywhere."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from squeezesam_export.report.pictures import Comparison
from squeezesam_export.tracing.layers import EXACT_DB, LayerReport

_STYLE = """
body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;
color:#1c1c1e;background:#fff}
table{border-collapse:collapse;margin:.6rem 0 1.6rem}
th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ddd;white-space:nowrap}
th:first-child,td:first-child,th:nth-child(2),td:nth-child(2){text-align:left}
.bad td{background:#fdecea}
figure{display:inline-block;margin:.4rem}
figcaption{font-size:12px;color:#555}
@media(prefers-color-scheme:dark){body{color:#eee;background:#1c1c1e}
th,td{border-color:#444}.bad td{background:#4a1f1c}figcaption{color:#aaa}}
"""
# Layers whose own noise lies less than this below their signal are marked.
_LOUD_DB = 25.0


@dataclass(frozen=True)
class ProgramReport:
    """One network of a bundle.

    Attributes:
        name: of the program.
        layers: the one that adds most noise first.
        other_time: share of the time outside of the layers; None where the engine does not tell.
        delegated: delegate calls; None where there is no delegate.
        left_over: operators outside of the delegate, with their number.
        time_note: what the times mean, where they are not an app's.
    """

    name: str
    layers: Sequence[LayerReport]
    other_time: float | None
    delegated: int | None
    left_over: dict[str, int]
    time_note: str | None = None


@dataclass(frozen=True)
class BundleReport:
    """Everything about one bundle; ``facts`` are lines for its head."""

    title: str
    facts: dict[str, str]
    programs: Sequence[ProgramReport]
    comparisons: Sequence[Comparison]


def render(bundles: Sequence[BundleReport]) -> str:
    """The whole page."""
    body = "\n".join(_bundle(bundle) for bundle in bundles)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>squeezesam-export: report</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>What the export changed</h1>\n{body}\n</body></html>\n"
    )


def _bundle(bundle: BundleReport) -> str:
    facts = "".join(
        f"<tr><td>{html.escape(k)}</td><td>{html.escape(v)}</td></tr>"
        for k, v in bundle.facts.items()
    )
    parts = [f"<h2>{html.escape(bundle.title)}</h2>", f"<table>{facts}</table>"]
    parts += [_program(program) for program in bundle.programs]
    if bundle.comparisons:
        parts.append("<h3>Masks</h3><p>fp32, exported, difference (red: lost, blue: added)</p>")
        worst_first = sorted(bundle.comparisons, key=lambda c: c.iou)
        parts += [_figure(comparison) for comparison in worst_first]
    return "\n".join(parts)


def _figure(comparison: Comparison) -> str:
    name = html.escape(comparison.name)
    return (
        f'<figure><img alt="masks of {name}" src="data:image/jpeg;base64,{comparison.jpeg}">'
        f"<figcaption>{name}: IoU {comparison.iou:.4f}</figcaption></figure>"
    )


def _program(program: ProgramReport) -> str:
    delegated = any(report.node.delegated is not None for report in program.layers)
    head = ["layer", "operator", "computed in", "SNR, dB", "own SNR, dB", "MACs", "of MACs"]
    head += ["of time"] * (program.other_time is not None) + ["delegate"] * delegated
    cells = "".join(f"<th>{h}</th>" for h in head)
    rows = "\n".join(_row(report, program.other_time is not None, delegated)
                     for report in program.layers)  # fmt: skip
    parts = [f"<h3>The {html.escape(program.name)}, worst layers first</h3>"]
    parts.append(
        "<p>SNR: of the layer's output, with all errors from further up. Own SNR: what it added "
        "itself; attention amplifies errors, so that its softmax shows some too.</p>"
    )
    if program.delegated is not None:
        parts.append(f"<p>{_outside(program)}</p>")
    if program.other_time is not None:
        parts.append(
            f"<p>{program.other_time:.0%} of the time goes to what is no layer: quantising, "
            "pooling, moving data.</p>"
        )
    if program.time_note:
        parts.append(f"<p>{html.escape(program.time_note)}</p>")
    parts.append(f"<table><tr>{cells}</tr>\n{rows}</table>")
    return "\n".join(parts)


def _outside(program: ProgramReport) -> str:
    calls = f"{program.delegated} delegate call{'' if program.delegated == 1 else 's'}"
    if not program.left_over:
        return f"{calls}; nothing runs outside."
    count = sum(program.left_over.values())
    names = ", ".join(f"{html.escape(k)} ×{v}" for k, v in sorted(program.left_over.items()))
    return f"{calls}; {count} operators run outside of them: {names}."


def _row(report: LayerReport, timed: bool, delegated: bool) -> str:
    node = report.node
    cells = [
        html.escape(node.name),
        html.escape(node.kind),
        html.escape(node.precision),
        _decibels(report.snr_db),
        _decibels(report.own_db),
        f"{node.macs / 1e6:.2f} M",
        f"{report.macs_share:.1%}",
    ]
    if timed:
        cells.append("–" if report.time_share is None else f"{report.time_share:.1%}")
    if delegated:
        cells.append({True: "inside", False: "outside", None: "–"}[node.delegated])
    marked = ' class="bad"' if report.own_db < _LOUD_DB else ""
    return f"<tr{marked}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _decibels(value: float) -> str:
    return "exact" if value >= EXACT_DB else f"{value:.1f}"
