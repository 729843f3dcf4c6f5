"""Quality on real photos: torch weights, int8 bundles and simple baselines in one run.

    python benchmarks/quality.py --data FOLDER [--bundles build/bundles] [--size 512]

Wraps `squeezesam-eval`; bundles that are missing are exported first. Writes OUTPUT/quality.json and
renews docs/performance.md, the README's table and the model card's scores from it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from host_latency import find_bundle
from measure.machine import describe, unpublishable
from report import write_reports
from results.markdown import table
from results.result import write_text
from squeezesam_train.evaluation.cli import main as evaluate

PROTOCOLS = {
    "automatic": "automatic mask",
    "point": "one click",
    "points3": "three clicks",
    "box": "box",
}


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with index.csv")
    parser.add_argument("--bundles", type=Path, default=Path("build/bundles"))
    parser.add_argument("--targets", nargs="*", default=["onnx", "executorch"])
    parser.add_argument("--size", default="512")
    parser.add_argument("--protocols", default=",".join([*PROTOCOLS, "noc"]))
    parser.add_argument("--limit", type=int, help="only so many photos")
    parser.add_argument("--baseline-limit", type=int, help="baselines see only so many photos")
    parser.add_argument(
        "--baselines", help="'none' leaves GrabCut and the ellipse out: they take most of the time"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("docs/performance"))
    return parser


def _nearby(path: Path) -> str:
    """The path as seen from here where it lies below: reports name no folder of this machine."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def run_evaluation(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The report of one `squeezesam-eval` over everything."""
    # --weights makes the evaluation score torch as well as the bundles.
    from squeezesam_model import DEFAULT_SALIENCY, DEFAULT_SEGMENTER
    from squeezesam_model.weights import shipped_weights

    words = ["--data", str(options.data), "--output", str(folder), "--size", options.size]
    words += ["--weights", _nearby(shipped_weights(DEFAULT_SEGMENTER))]
    words += ["--saliency-weights", _nearby(shipped_weights(DEFAULT_SALIENCY))]
    words += ["--protocols", options.protocols, "--threads", str(options.threads)]
    for target in options.targets:
        words += ["--bundle", str(find_bundle(options.bundles, target, "int8", options.size))]
    for name in ("limit", "baselines", "baseline_limit"):
        if getattr(options, name) is not None:
            words += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    code = evaluate(words)
    if code:
        raise SystemExit(code)
    report: dict[str, Any] = json.loads((folder / "scores.json").read_text())
    return report


def figure(scores: dict[str, Any], protocol: str, predictor: str) -> str:
    """mIoU of one predictor under one protocol, or a dash."""
    row = scores.get(protocol, {}).get(predictor)
    return f"{row['miou']:.3f}" if row else "–"


def summary_table(report: dict[str, Any]) -> str:
    """Predictors × protocols: mean IoU, and clicks to reach 85 % on the interactive set."""
    scores = report["scores"]
    # Where a baseline saw fewer photos, everything is compared on those.
    masks = {**scores["masks"], **scores["same_instances"]}
    clicks = scores["noc_same_instances"] or scores["noc"]
    rows = []
    for predictor in report["predictors"]:
        cells = [figure(masks, protocol, predictor) for protocol in PROTOCOLS]
        noc = clicks.get(predictor, {}).get("noc85")
        rows.append([predictor, *cells, "–" if noc is None else f"{noc:.2f}"])
    counts = [str(max((r["n"] for r in masks.get(p, {}).values()), default=0)) for p in PROTOCOLS]
    noc_count = str(max((r["n"] for r in clicks.values()), default=0))
    rows.append(["*instances*", *counts, noc_count])
    head = ["mean IoU", *PROTOCOLS.values(), "NoC@85"]
    return table(head, rows)


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"quality: {fault}", file=sys.stderr)
        return 2
    scratch = Path(tempfile.mkdtemp())
    try:
        report = run_evaluation(options, scratch / "report")
        options.output.mkdir(parents=True, exist_ok=True)
        for name in ("iou_per_click.png",):
            if (scratch / "report" / name).exists():
                shutil.copy(scratch / "report" / name, options.output / name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    result = {
        **describe(),
        "rule": report["data"]["rule"],
        "scores": report["scores"],
        "predictors": report["predictors"],
        "summary": summary_table(report),
    }
    path = options.output / "quality.json"
    write_text(path, json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    write_reports(options.output)
    print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
