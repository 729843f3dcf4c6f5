"""`squeezesam-export --compare A B`: which bytes of two bundles differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from squeezesam_model.printable import shown

from squeezesam_export.program import ExportError

# So many places of a manifest are named; the rest is counted.
_MOST_PLACES = 5
# A larger text is no manifest's (the runtime's own limit): its bytes are compared.
_MOST_TEXT = 4 << 20
_PIECE = 1 << 20
_LONGEST_KEY = 64
_NOTHING = object()

# Where a value lies: the place of what holds it, and its key or index there. Put into words only
# where it is named: a long key with many elements would be copied as often as it has elements.
Place = tuple[Any, Any] | None


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
        digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        for piece in _pieces(path):
            digest.update(piece)
    return digest.hexdigest()


def _files(folder: Path) -> dict[str, Path]:
    return {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}


def _difference(name: str, a: Path | None, b: Path | None) -> str | None:
    if a is None or b is None:
        return f"{name} is in the {'second' if a is None else 'first'} bundle only"
    sizes = a.stat().st_size, b.stat().st_size
    if name.endswith(".json") and max(sizes) <= _MOST_TEXT:
        first, second = a.read_bytes(), b.read_bytes()
        return None if first == second else f"{name} differs{_places(first, second)}"
    if sizes[0] != sizes[1]:
        return f"{name} has {sizes[0]} and {sizes[1]} bytes"
    count, earliest = _differing(a, b)
    if not count:
        return None
    return f"{name} differs in {count} of {sizes[0]} bytes, first at byte {earliest}"


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _differing(a: Path, b: Path) -> tuple[int, int]:
    """How many bytes of two files differ, and the first of them; a longer end counts."""
    count, earliest, at = 0, -1, 0
    for x, y in zip_longest(_pieces(a), _pieces(b), fillvalue=b""):
        if x != y:
            both = min(len(x), len(y))
            halves = (np.frombuffer(piece, np.uint8, both) for piece in (x, y))
            places = np.flatnonzero(np.not_equal(*halves))
            if earliest < 0:
                earliest = at + (int(places[0]) if len(places) else both)
            count += len(places) + abs(len(x) - len(y))
        at += _PIECE
    return count, earliest


class _Number(str):
    """As it is written: 1, 1.0 and true are not the same."""


def _members(pairs: list[tuple[str, Any]]) -> dict[tuple[str, int], Any]:
    """Key and how often it stood before → value; nothing is lost where a key stands twice."""
    seen: dict[str, int] = {}
    found = {}
    for key, value in pairs:
        found[key, seen.get(key, 0)] = value
        seen[key] = seen.get(key, 0) + 1
    return found


def _read(text: bytes) -> Any:
    return json.loads(
        text, object_pairs_hook=_members,
        parse_int=_Number, parse_float=_Number, parse_constant=_Number,
    )  # fmt: skip


def _places(first: bytes, second: bytes) -> str:
    """Where two JSON texts say different things."""
    try:
        places = _json_places(_read(first), _read(second), None)
        named = [_words(place) for place in islice(places, _MOST_PLACES)]
        more = sum(1 for _ in places)
    except ValueError:
        return " and is no valid JSON"
    except RecursionError:
        return " and is nested too deeply"
    if not named:
        return " in its layout alone"
    return f" at {', '.join(named)}{f' and {more} more' if more else ''}"


def _json_places(a: Any, b: Any, place: Place) -> Iterator[Place]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from _json_places(a.get(key, _NOTHING), b.get(key, _NOTHING), (place, key))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from _json_places(x, y, (place, index))
    elif type(a) is not type(b) or a != b:
        yield place


def _words(place: Place) -> str:
    parts: list[str] = []
    while place is not None:
        place, last = place
        if isinstance(last, int):
            parts.append(f"[{last}]")
        else:
            key, times = last
            name = key if len(key) <= _LONGEST_KEY else shown(key)
            parts.append(f".{name}{f'#{times + 1}' if times else ''}")
    return "".join(reversed(parts)).removeprefix(".") or "the top"
