"""What a bundle and the cache say of their files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any


def file_entries(path: Path, root: Path) -> list[dict[str, Any]]:
    """Path, size and sha256 of a file, or of every file in a folder, relative to ``root``."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return [
        {
            "path": file.relative_to(root).as_posix(),
            "size": file.stat().st_size,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        for file in files
    ]
