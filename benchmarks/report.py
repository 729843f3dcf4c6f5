"""docs/performance.md and the README's table, written from the JSON that the benchmarks measured.

No figure is typed by hand: `python benchmarks/report.py docs/performance` renews both.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- figures: begin (python benchmarks/report.py) -->", "<!-- figures: end -->"
FIGURES = (BEGIN, END)
TRAINING = ("<!-- training: begin (python benchmarks/report.py) -->", "<!-- training: end -->")
MIB = 2**20


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def origin(result: dict[str, Any]) -> str:
    """Where and when a result was measured."""
    machine = result["machine"]
    return (
        f"Measured {result['date']}, commit {result['commit']}, with `{result['command']}` on "
        f"{machine['cores']} cores of {machine['cpu']} ({', '.join(machine['features'])}), "
        f"{machine['system']}."
    )


def latency_rows(host: dict[str, Any]) -> list[list[str]]:
    """One row per engine and thread count: medians in ms and the ratio of the pairs."""
    return [
        [
            row["engine"],
            str(row["threads"]),
            f"{row['fp32']['segmenter_ms']:.0f}",
            f"{row['int8']['segmenter_ms']:.0f}",
            f"{row['segmenter_speed_up']:.2f}×",
            f"{row['int8']['saliency_ms']:.0f}",
            f"{row['int8']['first_ms']:.0f}",
        ]
        for row in host["engines"]
    ]


LATENCY_HEAD = [
    "engine", "threads", "segmenter fp32, ms", "int8, ms", "int8 is faster by",
    "saliency int8, ms", "first prediction int8, ms",
]  # fmt: skip


def size_rows(host: dict[str, Any]) -> list[list[str]]:
    """Sizes of programs and bundles in MB (10⁶ bytes)."""
    return [
        [name, *(f"{sizes.get(part, 0) / 1e6:.2f}" for part in ("segmenter", "saliency", "bundle"))]
        for name, sizes in host["bytes"].items()
    ]


def host_sections(host: dict[str, Any]) -> list[str]:
    """The questions that host.json answers."""
    core = host["core_12mp"]
    stages = ("open", "clicks", "planes", "mask", "full")
    slowest = min(row["segmenter_speed_up"] for row in host["engines"])
    memory = [
        [target, *(f"{values[k]:.0f}" for k in ("photo", "photo_12mp"))]
        for target, values in host["memory_mib"].items()
    ]
    return [
        f"## Does int8 pay on this machine?\n\n{table(LATENCY_HEAD, latency_rows(host))}\n\n"
        f"Medians of {host['runs']} predictions at {host['size']}, fp32 and int8 taking turns; the "
        f"ratio is the median over the pairs. The smallest gain is {slowest:.2f}×.",
        "## How large are the bundles?\n\n"
        + table(["bundle", "segmenter, MB", "saliency, MB", "all, MB"], size_rows(host)),
        "## What does the core itself cost on a 12-megapixel photo?\n\n"
        + table(
            ["open", "clicks", "planes", "mask", "mask at 12 MP", "together", "the network"],
            [
                [f"{core[s]:.1f} ms" for s in stages]
                + [f"{core['core_total']:.1f} ms", f"{core['segmenter']:.0f} ms"]
            ],
        )
        + "\n\nOne core, medians; the network is the int8 segmenter in ONNX Runtime, same run.",
        "## How much memory does one `squeezesam segment` take?\n\n"
        + table(["bundle, int8", "0.8-MP photo, MiB", "12-MP photo, MiB"], memory)
        + "\n\nLargest resident size of the whole process, Python included.",
        origin(host),
    ]


def quality_sections(quality: dict[str, Any]) -> list[str]:
    """Scores on the validation photos."""
    return [
        f"## How good are the masks?\n\n{quality['summary']}\n\n{quality['rule'].capitalize()}. "
        "Every row is scored on the same instances with the same prompts, drawn with fixed seeds.",
        origin(quality),
    ]


def readme_block(host: dict[str, Any] | None, quality: dict[str, Any] | None) -> str:
    """What stands between the README's marks."""
    parts = []
    if quality:
        parts += [quality["summary"], origin(quality)]
    if host:
        parts += [table(LATENCY_HEAD, latency_rows(host)), origin(host)]
    return "\n\n".join(parts)


def _read(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text()) if path.exists() else None


def write_reports(folder: Path) -> None:
    """Renew ``folder``.md, and the README beside the docs folder if it has the marks."""
    host, quality = _read(folder / "host.json"), _read(folder / "quality.json")
    sections = ["# Performance", "Written by `make bench` from the JSON files beside this page."]
    if quality:
        sections += quality_sections(quality)
    if host:
        sections += host_sections(host)
    folder.with_suffix(".md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    root = folder.parent.parent
    replace_between_marks(root / "README.md", readme_block(host, quality))
    if quality:
        card = "\n\n".join([quality["summary"], origin(quality)])
        replace_between_marks(root / "weights" / "MODEL_CARD.md", card)
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


def replace_between_marks(page: Path, block: str, marks: tuple[str, str] = FIGURES) -> None:
    """Put ``block`` between the marks of a page; a page without marks stays as it is."""
    if not page.exists():
        return
    text = page.read_text(encoding="utf-8")
    begin, end = marks
    if begin in text and end in text:
        before, _, rest = text.partition(begin)
        after = rest.partition(end)[2]
        page.write_text(f"{before}{begin}\n{block}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    write_reports(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/performance"))
