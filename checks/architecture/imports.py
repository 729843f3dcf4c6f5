"""What an import is, whichever language it was written in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Import:
    """One import, include or dependency by name.

    Attributes:
        file: path of the file that imports, from the repository's root, with slashes.
        line: where it stands there, from 1.
        name: what is imported, as it was written.
        target: path of the repository's file that is meant; for Swift and Kotlin, where a file
            imports a module or a package, the folder. None for what comes from outside.
    """

    file: str
    line: int
    name: str
    target: str | None


def internal(imports: Iterable[Import]) -> Iterator[tuple[Import, str]]:
    """Those whose target lies in the repository, beside it."""
    for one in imports:
        if one.target is not None:
            yield one, one.target
