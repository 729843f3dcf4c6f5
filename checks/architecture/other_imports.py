"""C++ includes, Swift and TypeScript imports, Kotlin packages: read line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from .imports import Import

_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
_SWIFT = re.compile(r"^\s*(?:@\w+\s+)*import\s+(?:\w+\s+)?(\w+)\s*$")
_KOTLIN = re.compile(r"^import\s+([\w.]+)")
_PACKAGE = re.compile(r"^package\s+([\w.]+)")
_TYPESCRIPT = re.compile(r"""\bfrom\s+["'](\.[^"']+)["']""")


def cpp_includes(folder: Path, files: Sequence[str], search: Sequence[str]) -> Iterator[Import]:
    """Quoted includes: looked for beside the file, then in the folders of `search`."""
    tracked = set(files)
    for file in files:
        if not file.endswith((".h", ".cpp", ".c")):
            continue
        beside = str(PurePosixPath(file).parent)
        for number, match in _matches(folder / file, _INCLUDE):
            found = (_normal(f"{place}/{match[1]}") for place in (beside, *search))
            yield Import(file, number, match[1], next((f for f in found if f in tracked), None))


def swift_imports(
    folder: Path, files: Sequence[str], modules: Mapping[str, str]
) -> Iterator[Import]:
    """Swift's imports; `modules` gives the folder of each of ours."""
    for file in files:
        if file.endswith(".swift"):
            for number, match in _matches(folder / file, _SWIFT):
                yield Import(file, number, match[1], modules.get(match[1]))


def kotlin_imports(folder: Path, files: Sequence[str]) -> Iterator[Import]:
    """Kotlin's imports; the target is a folder that holds files of the package."""
    sources = [file for file in files if file.endswith(".kt")]
    packages: dict[str, str] = {}
    for file in sources:
        for _, match in _matches(folder / file, _PACKAGE):
            # Tests and stand-ins have the package of what they test or stand for: the product's
            # own folder is meant.
            if "/src/main/" in file:
                packages.setdefault(match[1], str(PurePosixPath(file).parent))
    for file in sources:
        for number, match in _matches(folder / file, _KOTLIN):
            package = match[1]
            while package and package not in packages:
                package = package.rpartition(".")[0]
            yield Import(file, number, match[1], packages.get(package))


def typescript_imports(folder: Path, files: Sequence[str]) -> Iterator[Import]:
    """Relative imports of TypeScript files, of types as well."""
    tracked = set(files)
    for file in files:
        if file.endswith(".ts"):
            for number, match in _matches(folder / file, _TYPESCRIPT):
                target = _normal(f"{PurePosixPath(file).parent}/{match[1]}")
                target = re.sub(r"\.js$", ".ts", target)
                yield Import(file, number, match[1], target if target in tracked else None)


def _matches(path: Path, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if match := pattern.search(line):
            yield number, match


def _normal(path: str) -> str:
    """The path without `.` and `..`."""
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
