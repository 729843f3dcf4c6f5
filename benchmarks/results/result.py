"""A benchmark's result: made, checked against its schema, written whole, read again."""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

from results.schema_check import SchemaError, check_result

SCHEMA = 2
# What the first schema called the two programs and the stage that fills their inputs.
_OLD_NAMES = {"segmenter": "segment", "saliency": "heat", "planes": "prompts"}


class ResultError(Exception):
    """A result file cannot be read, or is none."""


def now() -> str:
    """The time of day as results carry it."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def run_word() -> str:
    """A fresh word for a run."""
    return secrets.token_hex(4)


def distribution(milliseconds: list[float]) -> dict[str, Any]:
    """Count and nearest-rank percentiles of at least one time.

    Raises:
        ValueError: no times.
    """
    if not milliseconds:
        raise ValueError("a distribution needs at least one time")
    ordered = sorted(milliseconds)
    ranks = {p: max(1, math.ceil(p / 100 * len(ordered))) for p in (50, 90, 99)}
    return {
        "count": len(ordered),
        **{f"p{p}": round(ordered[rank - 1], 3) for p, rank in ranks.items()},
    }


def bundle_facts(bundle: Path) -> dict[str, Any]:
    """What a row says about the bundle it ran.

    Raises:
        ResultError: the folder is not a bundle.
    """
    try:
        raw = (bundle / "manifest.json").read_bytes()
        manifest = json.loads(raw)
        sizes = {
            _OLD_NAMES.get(name, name): sum(_sizes(program["files"]))
            for name, program in manifest["programs"].items()
        }
        height, width = _input_size(manifest)
        return {
            "name": manifest["name"],
            "sha256": hashlib.sha256(raw).hexdigest(),
            "target": manifest["target"],
            "backend": manifest["backend"],
            "precision": manifest["precision"],
            "height": height,
            "width": width,
            "main": main_program(manifest),
            "bytes": {
                **sizes,
                "bundle": sum(f.stat().st_size for f in bundle.rglob("*") if f.is_file()),
            },
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultError(f"{bundle} is not a bundle: {error}") from error


def _sizes(files: Any) -> list[int]:
    """Bytes of a program's files: a list in manifests of the first schema, then a table."""
    if isinstance(files, list):
        return [file["size"] for file in files]
    return [file["bytes"] for file in files.values()]


def _input_size(manifest: dict[str, Any]) -> tuple[int, int]:
    if "input" in manifest:
        return manifest["input"]["height"], manifest["input"]["width"]
    height, width = manifest["model"]["size"]
    return height, width


def main_program(manifest: dict[str, Any]) -> str:
    """Name of the program that gives a bundle's masks, as results call it."""
    for name, program in manifest["programs"].items():
        if any(output.get("role") == "masks" for output in program["outputs"]):
            return str(name)
    return "segment"


def main_ms(row: dict[str, Any]) -> dict[str, Any]:
    """Times of the program that gives the masks.

    Raises:
        ResultError: it is not among those that were timed.
    """
    main = row["bundle"].get("main", "segment")
    if main not in row["programs_ms"]:
        raise ResultError(f"not a benchmark result: the program {main!r} has no times")
    times: dict[str, Any] = row["programs_ms"][main]
    return times


def read_result(path: Path) -> dict[str, Any]:
    """A result from a file.

    Raises:
        ResultError: no such file, not JSON, or not a result.
    """
    try:
        return parse_result(path.read_bytes())
    except OSError as error:
        raise ResultError(f"cannot read {path}: {error.strerror or error}") from error
    except ResultError as error:
        raise ResultError(f"{path}: {error}") from error


def parse_result(raw: bytes) -> dict[str, Any]:
    """A result from its bytes; one of the first schema comes as the second says it.

    Raises:
        ResultError: not JSON, or not a result.
    """
    try:
        value: dict[str, Any] = json.loads(raw)
        check_result(value)
        if value["schema"] == 1:
            value = _from_schema_1(value)
    except SchemaError as error:
        raise ResultError(f"not a benchmark result: {error}") from error
    except (ValueError, RecursionError) as error:
        raise ResultError("not a benchmark result: it is not JSON") from error
    return value


def _from_schema_1(value: dict[str, Any]) -> dict[str, Any]:
    def renamed(times: dict[str, Any]) -> dict[str, Any]:
        return {_OLD_NAMES.get(name, name): time for name, time in times.items()}

    rows = [
        {
            **row,
            "bundle": {**row["bundle"], "bytes": renamed(row["bundle"]["bytes"])},
            "programs_ms": renamed(row["programs_ms"]),
            **({"stages_ms": renamed(row["stages_ms"])} if "stages_ms" in row else {}),
        }
        for row in value["rows"]
    ]
    extra = dict(value.get("extra", {}))
    if isinstance(extra.get("core_12mp"), dict):
        core = renamed(extra["core_12mp"])
        extra["core_12mp"] = {**core, "network": core.pop("segment", None)}
    return {**value, "schema": 2, "rows": rows, **({"extra": extra} if extra else {})}


def write_result(result: dict[str, Any], path: Path) -> None:
    """Check a result and write it, whole or not at all.

    Raises:
        SchemaError: the result is not as the schema says; nothing is written.
        ResultError: the file cannot be written.
    """
    check_result(result)
    write_text(path, json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a page or a result, whole or not at all; the folder is made.

    Raises:
        ResultError: it cannot be written.
    """
    beside = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not the package's own writer: on the Mac beside the phone it is not installed.
        handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except OSError as error:
        if beside is not None:
            Path(beside).unlink(missing_ok=True)
        raise ResultError(f"cannot write {path}: {error.strerror or error}") from error
