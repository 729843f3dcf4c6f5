"""The files of the page, read once: no path of a request ever reaches the disk.

`make serve-page` builds them from web_demo/, and so does `make wheel`; an installation from the
sources alone has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
}


Files = Mapping[str, tuple[bytes, str]]


@cache
def page_files() -> Files:
    """Path in the address (``/`` for the page itself) → bytes and media type; empty: no page."""
    found = {}
    for name, file in _under(files(__package__).joinpath("static"), ""):
        suffix = name[name.rfind(".") :]
        if suffix in _TYPES:
            path = "/" if name == "index.html" else f"/{name}"
            found[path] = (file.read_bytes(), _TYPES[suffix])
    return found


def _under(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    """Names with / and the files below the folder, if there is one."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.is_dir():
            yield from _under(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry
