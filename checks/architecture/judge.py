"""Which imports break the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from .circles import circles
from .imports import Import, internal
from .other_imports import cpp_includes, kotlin_imports, swift_imports, typescript_imports
from .python_imports import python_imports
from .rules import Room, Rules


def all_imports(folder: Path, files: Sequence[str], rules: Rules) -> list[Import]:
    """Every import of every language in the tracked files."""
    return [
        *python_imports(folder, files, rules.python_roots),
        *cpp_includes(folder, files, rules.include_folders),
        *swift_imports(folder, files, rules.swift_modules),
        *kotlin_imports(folder, files),
        *typescript_imports(folder, files),
    ]


def faults(imports: Sequence[Import], rules: Rules) -> list[str]:
    """One sentence for each arrow against the rules, each hidden name and each circle."""
    return sorted({*_arrows(imports, rules), *_room_circles(imports, rules), *_circles(imports)})


def _arrows(imports: Iterable[Import], rules: Rules) -> Iterator[str]:
    for one in imports:
        here = rules.room_of(one.file)
        if here is None:
            yield f"{one.file} lies in no room: give it one in rules.toml"
            continue
        there = rules.room_of(one.target) if one.target else None
        if there is None:
            if here.shuns(one.name):
                yield f"{one.file} imports {one.name}: {here.name} never does"
        elif there is not here:
            yield from _between(one, here, there)


def _between(one: Import, here: Room, there: Room) -> Iterator[str]:
    if "*" not in here.may and there.name not in here.may:
        yield f"{one.file} imports {one.name}: {here.name} does not know {there.name}"
    elif "*" not in here.may and there.hides(one.name):
        yield f"{one.file} imports {one.name}: private to {there.name}"


def _room_circles(imports: Iterable[Import], rules: Rules) -> Iterator[str]:
    """Circles between rooms, should the rules themselves allow one."""
    graph: dict[str, set[str]] = defaultdict(set)
    for one, target in internal(imports):
        here, there = rules.room_of(one.file), rules.room_of(target)
        if here and there and here is not there:
            graph[here.name].add(there.name)
    for knot in circles(graph):
        yield f"a circle of rooms: {', '.join(knot)}"


def _circles(imports: Sequence[Import]) -> Iterator[str]:
    """Circles of files, and of the folders that hold them."""
    units: dict[str, set[str]] = defaultdict(set)
    folders: dict[str, set[str]] = defaultdict(set)
    for one, target in internal(imports):
        units[_unit(one.file)].add(_unit(target))
        for a, b in _siblings(_unit(one.file), _unit(target)):
            folders[a].add(b)
    seen = set()
    for knot in circles(units):
        seen.add(tuple(knot))
        yield f"a circle: {', '.join(knot)}"
    for knot in circles(folders):
        if tuple(knot) not in seen:
            yield f"a circle of folders: {', '.join(knot)}"


def _unit(path: str) -> str:
    """A Python module and its stub are one thing."""
    return path.removesuffix(".pyi") + ".py" if path.endswith(".pyi") else path


def _siblings(a: str, b: str) -> Iterator[tuple[str, str]]:
    """Where two paths part: the two neighbours below the last folder they share.

    What a package's own `__init__.py` gathers from its modules is no arrow between neighbours.
    """
    one, other = PurePosixPath(a).parts, PurePosixPath(b).parts
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    if shared < min(len(one), len(other)) and "__init__.py" not in (one[shared], other[shared]):
        yield "/".join(one[: shared + 1]), "/".join(other[: shared + 1])
