"""`python -m checks.size`: how many files are tracked, how long each may be, names of tests."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

from .architecture.__main__ import tracked_files

# More than the 960 that the house was given: docs/removed.md says why. What is new since then (the
# command `remove`, the server, matting, networks and bundles from elsewhere) has its own; no two
# subjects share a file to keep to this number.
MOST_FILES = 1535
MOST_LINES = 300

# Data and pictures have no length that a reader minds; the licence is not ours to shorten.
_DATA = {
    ".bin",
    ".jpg",
    ".json",
    ".jsonl",
    ".lock",
    ".png",
    ".safetensors",
    ".signatures",
    ".xcstrings",
}
# Names that pytest or Python give.
_SHARED = {"__init__.py", "conftest.py"}
_BINARY = {".bin", ".jpg", ".onnx", ".png", ".safetensors"}
# The C header is read alone, from top to bottom, by whoever binds the core to a language.
_LONGER = {"LICENSE", "runtime/core/include/squeezesam/ssam.h"}


def faults(folder: Path, files: list[str], most_files: int = MOST_FILES) -> list[str]:
    """A sentence for each file that is too long, and one if there are too many of them."""
    found = []
    if len(files) > most_files:
        found.append(f"{len(files)} files: at most {most_files} are to be tracked")
    for name in files:
        suffix, content = PurePosixPath(name).suffix, (folder / name).read_bytes()
        if b"\0" in content and suffix not in _BINARY:
            found.append(f"{name}: binaries are not tracked")
        if suffix in _DATA or name in _LONGER:
            continue
        lines = content.count(b"\n")
        if lines > MOST_LINES:
            found.append(f"{name}: {lines} lines, {MOST_LINES} are the most")
    return found


def clashes(files: list[str]) -> list[str]:
    """A sentence for each name that two modules of tests bear.

    pytest imports a module of tests by its bare name: two of one name cannot be in one run, though
    each folder alone passes.
    """
    first: dict[str, str] = {}
    found = []
    for path in map(PurePosixPath, files):
        if path.suffix != ".py" or "tests" not in path.parts or path.name in _SHARED:
            continue
        other = first.setdefault(path.name, str(path))
        if other != str(path):
            found.append(f"{path}: {other} has the same name, and one run cannot hold both")
    return found


def main() -> int:
    """Prints what is too much; 0 if nothing is, else 1."""
    folder = Path(__file__).parents[1]
    files = tracked_files(folder)
    found = faults(folder, files) + clashes(files)
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"{len(files)} files, {len(found)} faults of size")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
