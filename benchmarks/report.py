"""docs/performance.md and the README's table, written from the JSON that the benchmarks measured.

No figure is typed by hand: `python benchmarks/report.py docs/performance` renews both.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from devices import device_report
from host import host_report, speed_report
from results.markdown import origin, replace_between_marks, table
from results.result import ResultError, read_result, write_text

BEGIN, END = "<!-- figures: begin (python benchmarks/report.py) -->", "<!-- figures: end -->"
FIGURES = (BEGIN, END)
TRAINING = ("<!-- training: begin (python benchmarks/report.py) -->", "<!-- training: end -->")


def quality_sections(quality: dict[str, Any]) -> list[str]:
    """Scores on the validation photos."""
    return [
        f"## How good are the masks?\n\n{quality['summary']}\n\n{quality['rule'].capitalize()}. "
        "Every row is scored on the same instances with the same prompts, drawn with fixed seeds.",
        origin(quality),
    ]


def startup_sections(startup: dict[str, Any]) -> list[str]:
    """What loading is made of."""
    head = ["program", "MB", "reading and hash, ms", "session, ms",
            "session of the optimised graph, ms", "which is, MB"]  # fmt: skip
    rows = [
        [
            one["program"],
            f"{one['bytes'] / 1e6:.1f}",
            f"{one['hash_ms']:.0f}",
            f"{one['session_ms']:.0f}",
            f"{one['optimised_session_ms']:.0f}",
            f"{one['optimised_bytes'] / 1e6:.1f}",
        ]
        for one in startup["programs"]
    ]
    started = [[what, f"{ms:.0f}"] for what, ms in startup.get("processes_ms", {}).items()]
    return [
        "## What does loading spend its time on?\n\n" + table(head, rows),
        "Making ONNX Runtime's session is nearly all of it, and most of that is rewriting the "
        "graph, which a kept optimised graph saves. Such a file is valid for one version of ONNX "
        "Runtime on one kind of processor, and the bundle's hashes do not cover it: it is not "
        "kept. Medians of processor time.",
        *([table(["process, from its start to its end", "ms"], started)] if started else []),
        origin(startup),
    ]


README_HEAD = ["bundle", "engine, one thread", "MB", "a tap, ms", "automatic mask, ms"]


def readme_block(host: dict[str, Any] | None, devices: dict[str, dict[str, Any]]) -> str:
    """What stands between the README's marks: size and time of what is shipped, no more."""
    results = [*([host] if host else []), *devices.values()]
    parts = []
    for result in results:
        rows = [_readme_row(row) for row in result["rows"] if _belongs_to_readme(row)]
        parts += [table(README_HEAD, rows), origin(result)] if rows else []
    if host:
        parts[-1] += host_report.busy_note(host)
    missing = [title for name, (title, _) in device_report.DEVICES.items() if name not in devices]
    phones = f"{' and '.join(missing)}: *not yet run on a device*. " if missing else ""
    parts.append(
        f"{phones}More, and the masks' quality: [docs/performance.md](docs/performance.md)."
    )
    return "\n\n".join(parts)


def _belongs_to_readme(row: dict[str, Any]) -> bool:
    one_thread = row["threads"] in (None, 1)
    return one_thread and row["bundle"]["precision"] != "fp32" and row["tap_ms"] is not None


def _readme_row(row: dict[str, Any]) -> list[str]:
    bundle, automatic = row["bundle"], row["automatic_ms"]
    return [
        bundle["name"],
        host_report.engine_name(row),
        f"{bundle['bytes']['bundle'] / 1e6:.1f}",
        f"{row['tap_ms']['p50']:.0f}",
        f"{automatic['p50']:.0f}" if automatic else "–",
    ]


def write_reports(folder: Path) -> None:
    """Renew ``folder``.md, and the README beside the docs folder if it has the marks.

    Raises:
        ResultError: a file in the folder is no result.
    """
    quality_file, host_file = folder / "quality.json", folder / "host.json"
    quality = json.loads(quality_file.read_text()) if quality_file.exists() else None
    host = read_result(host_file) if host_file.exists() else None
    devices = device_report.read_devices(folder)
    sections = ["# Performance", "Written by `make bench` from the JSON files beside this page."]
    if quality:
        sections += quality_sections(quality)
    if host:
        sections += host_report.sections(host)
    if (speed := folder / "speed.json").exists():
        sections += speed_report.sections(json.loads(speed.read_text(encoding="utf-8")))
    if (startup := folder / "startup.json").exists():
        sections += startup_sections(json.loads(startup.read_text(encoding="utf-8")))
    sections += device_report.sections(devices)
    write_text(folder.with_suffix(".md"), "\n\n".join(sections) + "\n")
    root = folder.parent.parent
    replace_between_marks(root / "README.md", readme_block(host, devices), FIGURES)
    if quality:
        card = "\n\n".join([quality["summary"], origin(quality)])
        replace_between_marks(root / "weights" / "MODEL_CARD.md", card, FIGURES)
    logs = sorted((root / "weights").glob("*.log.jsonl"))
    if logs:
        replace_between_marks(root / "weights" / "MODEL_CARD.md", training_table(logs), TRAINING)


def training_table(logs: list[Path]) -> str:
    """What the logs of the shipped runs say: one row per network and input size."""
    rows = []
    for log in logs:
        records = [json.loads(line) for line in log.read_text().splitlines()]
        for size in dict.fromkeys(r["size"] for r in records):
            part = [r for r in records if r["size"] == size]
            before = [r["step"] for r in records if r["step"] < part[0]["step"]]
            steps = part[-1]["step"] - max(before, default=0)
            rate = [r["samples_per_s"] for r in part]
            rows.append(
                [
                    log.name.removesuffix(".log.jsonl"),
                    str(size),
                    str(steps),
                    f"{statistics.median(rate):.0f}",
                    f"{part[-1]['iou']:.3f}",
                    f"{part[-1]['best_iou']:.3f}",
                ]
            )
    head = ["network", "pixels", "steps", "samples a second", "IoU at the end", "best candidate"]
    return table(head, rows) + "\n\nIoU on augmented training samples, from the runs' own logs."


if __name__ == "__main__":
    try:
        write_reports(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/performance"))
    except ResultError as error:
        sys.exit(f"report: {error}")
