"""Whether Core AI's tools exist here, and whether they can be trusted with an asset.

They are a beta: the versions that this package was tried with stand in the extra ``coreai`` of
setup.py and nowhere else; here they are read from the installed package's metadata.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import platform
import re
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

INSTALL = "pip install 'squeezesam[coreai]'"
_PYTHONS = ((3, 11), (3, 14))
_GLIBC = (2, 34)
_MACOS = 26
_PROGRAM, _HASH, _ABOUT = "main.mlirb", "main.hash", "metadata.json"
# The real ones have a few hundred bytes and 32.
_LARGEST_ABOUT, _LARGEST_HASH, _LONGEST_PRODUCER = 64 << 10, 1 << 10, 200


def coreai_obstacle(modules: Iterable[str] = ("coreai.runtime",)) -> str | None:
    """Why Core AI's tools cannot be used here, as a sentence; None if nothing is in the way.

    modules: what has to be importable.
    """
    version = sys.version_info[:2]
    if not _PYTHONS[0] <= version <= _PYTHONS[1]:
        first, last = (".".join(map(str, bound)) for bound in _PYTHONS)
        return f"Core AI's tools need Python {first} to {last}, this is {version[0]}.{version[1]}"
    reason = _system_obstacle()
    if reason is not None:
        return reason
    if any(not _importable(module) for module in modules):
        return f"Core AI's tools are not installed here; {INSTALL}"
    return None


def tried_versions() -> dict[str, str]:
    """Distribution → the version that this package was tried with (extra ``coreai``)."""
    try:
        wanted = metadata.requires("squeezesam") or []
    except metadata.PackageNotFoundError:
        return {}
    pin = re.compile(r"""(coreai-[a-z]+) ?== ?([\w.]+) ?;.*extra == ['"]coreai['"]""")
    return dict(match.groups() for line in wanted if (match := pin.match(line)))  # type: ignore[misc]


def installed_version(distribution: str = "coreai-core") -> str:
    """Of one of the packages; ``none`` where it is missing."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "none"


def asset_obstacle(asset: Path) -> str | None:
    """Why an ``.aimodel`` must not be given to the runtime; None if nothing speaks against it.

    The runtime ends the whole process when it meets bytecode that it cannot read, so this is
    asked first: the program is there, is the one that was written, and by this version.
    """
    if not asset.is_dir():
        return f"{asset.name} is not a folder with a Core AI program"
    try:
        about = json.loads(_head(asset / _ABOUT, _LARGEST_ABOUT).decode("utf-8"))
        digest = _head(asset / _HASH, _LARGEST_HASH)
        same = _sha256(asset / _PROGRAM) == digest
    except OSError as error:
        return f"{asset.name} has no {Path(str(error.filename)).name} that can be read"
    except (ValueError, RecursionError):
        return f"{asset.name}: its {_ABOUT} is not valid JSON"
    if not same:
        return f"{asset.name} was changed after it was written"
    own = f"coreai-core {installed_version()}"
    producer = about.get("producer") if isinstance(about, dict) else None
    if producer != own:
        named = str(producer or "an unknown version")[:_LONGEST_PRODUCER]
        return (
            f"{asset.name} was written by {named}, installed here is {own}: export it again, or "
            "install that version"
        )
    return None


def _sha256(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.digest()


def _head(path: Path, most: int) -> bytes:
    """No more than so many bytes: what is larger is cut, and so is neither JSON nor a hash."""
    with path.open("rb") as file:
        return file.read(most)


def _system_obstacle() -> str | None:
    system, machine = platform.system(), platform.machine()
    if system == "Linux" and machine == "x86_64":
        library, version = platform.libc_ver()
        numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
        if library != "glibc":
            return "Core AI's tools need a Linux with glibc, this one has another C library"
        if numbers < _GLIBC:
            wanted = ".".join(map(str, _GLIBC))
            return f"Core AI's tools need glibc {wanted} or newer, this system has {version}"
        return None
    if system == "Darwin" and machine == "arm64":
        release = platform.mac_ver()[0]
        if int(release.split(".")[0] or 0) < _MACOS:
            return f"Core AI's tools need macOS {_MACOS} or newer, this is macOS {release}"
        return None
    return (
        "Core AI's tools exist for Linux on x86-64 and macOS on Apple silicon only, "
        f"this is {system} on {machine}"
    )


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False
