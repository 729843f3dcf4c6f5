"""The forms in which a mask can be saved, and the file names each of them may have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .errors import OutputError


@dataclass(frozen=True, slots=True)
class Format:
    """One form of saving: what it is called and which suffixes carry it (the first by default)."""

    name: str
    suffixes: tuple[str, ...]


FORMATS = {
    form.name: form
    for form in (
        Format("mask", (".png",)),
        Format("cutout", (".png", ".webp")),
        Format("overlay", (".png", ".jpg", ".jpeg", ".webp")),
        Format("contour", (".svg",)),
        Format("rle", (".json",)),
        Format("json", (".json",)),
    )
}


def check_format(name: str, path: Path) -> str:
    """The lower-case suffix of `path`, if the format `name` can be stored under it.

    Raises ValueError for an unknown format and OutputError for a suffix that cannot carry it.
    """
    if name not in FORMATS:
        raise ValueError(f"there is no format {name!r}; known: {', '.join(FORMATS)}")
    allowed = FORMATS[name].suffixes
    suffix = path.suffix.lower()
    if suffix not in allowed:
        raise OutputError(f"{path}: a {name} is saved as {' or '.join(allowed)}")
    return suffix
