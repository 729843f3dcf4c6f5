"""Core AI assets on disk: written so that equal programs have equal bytes, and looked into."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUFFIX = ".aimodel"
# The manifest of the bundle has what matters.
_DATE = "creationDate"


@dataclass(frozen=True)
class Contents:
    """What an asset consists of.

    Attributes:
        operators: Core AI operator → count, without constants.
        stored: scalar type → numbers stored in it.
    """

    operators: dict[str, int]
    stored: dict[str, int]


def save(program: Any, path: Path) -> None:
    """Write a ``coreai.authoring.AIProgram`` as ``NAME.aimodel``, without the date."""
    program.save_asset(path)
    about = path / "metadata.json"
    known = json.loads(about.read_text(encoding="utf-8"))
    known.pop(_DATE, None)
    about.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for part in (path, *path.rglob("*")):
        part.chmod(0o755 if part.is_dir() else 0o644)


def look_into(path: Path) -> Contents:
    """What the asset at ``path`` consists of, read from disk.

    Raises:
        RuntimeError: Apple's library cannot read it.
    """
    from coreai.authoring import AIModelAsset

    summary = AIModelAsset.load(path).summary(include_statistics=True)
    if summary is None:
        raise RuntimeError(f"{path.name} holds no program")
    operators = dict(summary.operation_distribution)
    operators.pop("constant", None)
    return Contents(dict(sorted(operators.items())), dict(sorted(summary.storage_types)))
