"""What is wrong, collected so that one run names all of it."""

from __future__ import annotations

import json
import plistlib
from pathlib import Path
from typing import Any


class Faults:
    """The faults of one demo folder."""

    def __init__(self, demo: Path) -> None:
        self.demo = demo
        self.found: list[str] = []

    def add(self, file: Path | str, what: str) -> None:
        """Note a fault of a file."""
        name = file.relative_to(self.demo) if isinstance(file, Path) else file
        self.found.append(f"{name}: {what}")

    def json(self, path: Path) -> dict[str, Any]:
        """The object in a JSON file; empty, with a fault, where there is none."""
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            self.add(path, f"cannot be read: {error}")
            return {}
        if not isinstance(value, dict):
            self.add(path, "is not a JSON object")
            return {}
        return value

    def plist(self, path: Path) -> dict[str, Any]:
        """The dictionary in a property list; empty, with a fault, where there is none."""
        try:
            value = plistlib.loads(path.read_bytes())
        except (OSError, ValueError, plistlib.InvalidFileException) as error:
            self.add(path, f"cannot be read: {error}")
            return {}
        except Exception as error:  # expat's own error is not a ValueError
            self.add(path, f"is not a property list: {error}")
            return {}
        return value if isinstance(value, dict) else {}
