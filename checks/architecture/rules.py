"""`rules.toml`: the rooms, and who may know whom."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import tomllib


@dataclass(frozen=True)
class Room:
    """Some folders that belong together.

    Attributes:
        name: of the room.
        folders: whose files are in it; the longest folder that fits decides.
        may: rooms that it may import from; "*" for all.
        private: patterns of names (`squeezesam_train.optim*`) that other rooms leave alone.
        never: patterns of names from outside that its files do not import.
    """

    name: str
    folders: tuple[str, ...]
    may: tuple[str, ...]
    private: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def hides(self, name: str) -> bool:
        """Whether other rooms may not use this name: an underscore, or a private pattern."""
        words = name.replace("/", ".").split(".")
        if any(word.startswith("_") and not word.startswith("__") for word in words):
            return True
        return any(fnmatchcase(name, pattern) for pattern in self.private)

    def shuns(self, name: str) -> bool:
        """Whether this name from outside may not be imported here."""
        return any(fnmatchcase(name, pattern) for pattern in self.never)


@dataclass(frozen=True)
class Rules:
    """The whole file.

    Attributes:
        rooms: all of them.
        exceptions: violations known and not mended yet, as the check words them.
        python_roots: folders from which absolute Python imports are resolved.
        include_folders: where C++ looks for headers.
        swift_modules: name of a module → its folder.
    """

    rooms: tuple[Room, ...]
    exceptions: tuple[str, ...]
    python_roots: tuple[str, ...]
    include_folders: tuple[str, ...]
    swift_modules: dict[str, str]

    def room_of(self, path: str) -> Room | None:
        """The room in which a file or folder lies."""
        best: tuple[int, Room] | None = None
        for room in self.rooms:
            for folder in room.folders:
                inside = path == folder or path.startswith(folder + "/")
                if inside and (best is None or len(folder) > best[0]):
                    best = len(folder), room
        return best[1] if best else None


def load_rules(path: Path) -> Rules:
    """Reads the rules.

    Raises:
        ValueError: a room without folders, two of one name, or one that may know a room that
            does not exist.
    """
    with path.open("rb") as file:
        document: dict[str, Any] = tomllib.load(file)
    rooms = []
    for name, entry in document["room"].items():
        lists = {key: tuple(value) for key, value in entry.items()}
        rooms.append(Room(name=name, **lists))
    names = {room.name for room in rooms}
    for room in rooms:
        for other in room.may:
            if other != "*" and other not in names:
                raise ValueError(
                    f"{path}: the room {room.name!r} may know {other!r}, which is none"
                )
    places = document["places"]
    return Rules(
        rooms=tuple(rooms),
        exceptions=tuple(document.get("exceptions", {}).get("known", ())),
        python_roots=tuple(places["python_roots"]),
        include_folders=tuple(places["include_folders"]),
        swift_modules=dict(places["swift_modules"]),
    )
