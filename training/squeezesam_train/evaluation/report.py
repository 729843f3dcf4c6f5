"""Writing a report: JSON, Markdown, the single scores as CSV, pictures."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from squeezesam.writing import move_folder

from squeezesam_train.evaluation.markdown import to_markdown
from squeezesam_train.evaluation.plots import plot_clicks, plot_protocols, plot_reliability
from squeezesam_train.evaluation.run import CurveRecord, MaskRecord, Records

SCHEMA_VERSION = 1


class OutputError(Exception):
    """A place that reports cannot be written to."""


def check_output(folder: Path, overwrite: bool) -> None:
    """Before hours of work: whether ``folder`` may be written.

    Raises:
        OutputError: it exists already and is not to be replaced, is a file, or its parent cannot
            be written.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; give a folder for the report")
    if folder.exists() and not overwrite:
        raise OutputError(f"{folder} exists already; --overwrite replaces it")
    if folder.exists() and not _replaceable(folder):
        raise OutputError(f"{folder} holds other things than a report; it is left alone")
    parent = folder.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {parent}: {error.strerror}") from error
    if not os.access(parent, os.W_OK):
        raise OutputError(f"cannot write in the folder {parent}")


REPORT_FILES = frozenset(
    {
        *("scores.json", "scores.md", "masks.csv", "clicks.csv"),
        *("protocols.png", "reliability.png", "iou_per_click.png"),
    }
)


def _replaceable(folder: Path) -> bool:
    """Only what an earlier report left: a slip of the hand must not delete someone's photos."""
    names = {path.name for path in folder.iterdir()}
    written = all(path.is_file() and not path.is_symlink() for path in folder.iterdir())
    return not names or ("scores.json" in names and names <= REPORT_FILES and written)


def write_report(folder: Path, report: dict[str, Any], records: Records) -> None:
    """Write everything beside ``folder``, then move it into place.

    Files: ``scores.json``, ``scores.md``, ``masks.csv`` and ``clicks.csv`` (single scores, so that
    two reports can be compared pair by pair), ``protocols.png``, ``reliability.png``,
    ``iou_per_click.png``.

    Raises:
        OutputError: the disk is full or the place cannot be written.
    """
    try:
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
        try:
            _fill(partial, report, records)
            partial.chmod(0o755)
            move_folder(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise OutputError(f"cannot write the report {folder}: {error.strerror}") from error


def to_json(report: dict[str, Any]) -> str:
    """The report as one JSON object, without a newline at its end."""
    return json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False)


def _fill(folder: Path, report: dict[str, Any], records: Records) -> None:
    (folder / "scores.json").write_text(to_json(report) + "\n", encoding="utf-8")
    (folder / "scores.md").write_text(to_markdown(report), encoding="utf-8")
    scores = report["scores"]
    if records.masks:
        _write_masks(folder / "masks.csv", records.masks)
        plot_protocols(scores["masks"], folder / "protocols.png")
        plot_reliability(scores["masks"], folder / "reliability.png")
    if records.curves:
        _write_curves(folder / "clicks.csv", records.curves)
        plot_clicks(scores["noc"], folder / "iou_per_click.png")


def _write_masks(path: Path, rows: list[MaskRecord]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in dataclasses.fields(MaskRecord)])
        writer.writeheader()
        for row in rows:
            values = dataclasses.asdict(row)
            writer.writerow({k: _rounded(v) for k, v in values.items()})


def _write_curves(path: Path, rows: list[CurveRecord]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        clicks = [f"iou{k}" for k in range(1, len(rows[0].ious) + 1)]
        writer.writerow(["predictor", "target", "source", "size", *clicks])
        for row in rows:
            values = [_rounded(v) for v in row.ious]
            writer.writerow([row.predictor, row.target, row.source, row.size, *values])


def _rounded(value: Any) -> Any:
    return round(value, 5) if isinstance(value, float) else value
