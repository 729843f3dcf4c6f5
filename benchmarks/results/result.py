"""A benchmark's result: made, checked against its schema, written whole, read again."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import math
import os
import secrets
from pathlib import Path
from typing import Any

from results.schema_check import SchemaError, check_result

SCHEMA = 1


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
            name: sum(file["size"] for file in program["files"])
            for name, program in manifest["programs"].items()
        }
        return {
            "name": manifest["name"],
            "sha256": hashlib.sha256(raw).hexdigest(),
            "target": manifest["target"],
            "backend": manifest["backend"],
            "precision": manifest["precision"],
            "height": manifest["input"]["height"],
            "width": manifest["input"]["width"],
            "bytes": {
                **sizes,
                "bundle": sum(f.stat().st_size for f in bundle.rglob("*") if f.is_file()),
            },
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultError(f"{bundle} is not a bundle: {error}") from error


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
    """A result from its bytes.

    Raises:
        ResultError: not JSON, or not a result.
    """
    try:
        value: dict[str, Any] = json.loads(raw)
        check_result(value)
    except SchemaError as error:
        raise ResultError(f"not a benchmark result: {error}") from error
    except (ValueError, RecursionError) as error:
        raise ResultError("not a benchmark result: it is not JSON") from error
    return value


def write_result(result: dict[str, Any], path: Path) -> None:
    """Check a result and write it, whole or not at all.

    Raises:
        SchemaError: the result is not as the schema says; nothing is written.
        ResultError: the file cannot be written.
    """
    check_result(result)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise ResultError(f"cannot write {path}: {error.strerror or error}") from error
