"""`squeezesam-export --compare A B`: which bytes of two bundles differ."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from squeezesam_export.program import ExportError

# So many places of a manifest are named; the rest is counted.
_MOST_PLACES = 5


def compare_bundles(a: Path, b: Path) -> list[str]:
    """One sentence per file that is not the same byte for byte; none where the bundles are equal.

    Args:
        a: folder of a bundle.
        b: folder of another.

    Raises:
        ExportError: one of them is no bundle, or a file cannot be read.
    """
    for folder in (a, b):
        if not (folder / "manifest.json").is_file():
            raise ExportError(f"{folder} is no bundle: it has no manifest.json")
    try:
        files = [_files(folder) for folder in (a, b)]
        return [
            sentence
            for name in sorted(set(files[0]) | set(files[1]))
            if (sentence := _difference(name, files[0].get(name), files[1].get(name)))
        ]
    except OSError as error:
        raise ExportError(f"cannot read {error.filename}: {error.strerror}") from error


def bundle_sha256(bundle: Path) -> str:
    """One hash over the names and bytes of all files of a bundle."""
    digest = hashlib.sha256()
    for name, path in sorted(_files(bundle).items()):
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(folder: Path) -> dict[str, Path]:
    return {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}


def _difference(name: str, a: Path | None, b: Path | None) -> str | None:
    if a is None or b is None:
        return f"{name} is in the {'second' if a is None else 'first'} bundle only"
    first, second = a.read_bytes(), b.read_bytes()
    if first == second:
        return None
    if name.endswith(".json"):
        return f"{name} differs{_places(first, second)}"
    if len(first) != len(second):
        return f"{name} has {len(first)} and {len(second)} bytes"
    places = [i for i, (x, y) in enumerate(zip(first, second, strict=True)) if x != y]
    return f"{name} differs in {len(places)} of {len(first)} bytes, first at byte {places[0]}"


def _places(first: bytes, second: bytes) -> str:
    """Where two JSON texts say different things."""
    try:
        found = _json_places(json.loads(first), json.loads(second), "")
    except ValueError:
        return " and is no valid JSON"
    if not found:
        return " in its layout alone"
    more = f" and {len(found) - _MOST_PLACES} more" if len(found) > _MOST_PLACES else ""
    return f" at {', '.join(found[:_MOST_PLACES])}{more}"


def _json_places(a: Any, b: Any, path: str) -> list[str]:
    if isinstance(a, dict) and isinstance(b, dict):
        return [
            place
            for key in sorted(set(a) | set(b))
            for place in _json_places(a.get(key), b.get(key), f"{path}.{key}" if path else key)
        ]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [
            place
            for index, (x, y) in enumerate(zip(a, b, strict=True))
            for place in _json_places(x, y, f"{path}[{index}]")
        ]
    return [] if a == b else [path or "the top"]
