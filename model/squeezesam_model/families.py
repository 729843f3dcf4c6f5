"""The families of networks that are there: ours and those of other packages, by entry points."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from squeezesam_model.network import Family
from squeezesam_model.weights import WeightsError

GROUP = "squeezesam.networks"
_added: dict[str, Family] = {}


def add_family(family: Family) -> None:
    """Make a family known to this process, in front of an installed one of the same name."""
    _added[family.name] = family


def remove_family(name: str) -> None:
    """Take back :func:`add_family`."""
    _added.pop(name, None)


def families() -> dict[str, Family]:
    """Name → family, all that are there.

    Raises:
        WeightsError: one cannot be loaded.
    """
    installed = {name: _loaded(entry) for name, entry in _entries().items() if name not in _added}
    return {**installed, **_added}


def family_of(preset: str) -> Family:
    """The family that builds ``preset``.

    Raises:
        ValueError: none does; the message names the known presets.
    """
    known = families()
    for family in known.values():
        if preset in family.presets:
            return family
    names = sorted(name for family in known.values() for name in family.presets)
    raise ValueError(f"unknown preset '{preset}': choose one of {', '.join(names)}")


def chosen_weights(family: Family, preset: str, given: Mapping[str, Path]) -> dict[str, Path]:
    """Part → file: the given one, else the shipped one; nothing where the family can do without.

    Raises:
        WeightsError: a part is not the family's, or none was given and none is shipped.
    """
    unknown = sorted(set(given) - set(family.parts))
    if unknown:
        raise WeightsError(
            f"the preset '{preset}' has no part '{unknown[0]}' ({', '.join(family.parts)})"
        )
    found = {part: given.get(part) or family.shipped(preset, part) for part in family.parts}
    return {part: path for part, path in found.items() if path is not None}


@cache
def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


@cache
def _loaded(entry: EntryPoint) -> Family:
    try:
        found = entry.load()
    except Exception as error:
        raise WeightsError(
            f"the networks '{entry.name}' ({entry.value}) cannot be loaded: "
            f"{type(error).__name__}: {error}"
        ) from error
    for word in ("name", "presets", "parts", "shipped", "load"):
        if not hasattr(found, word):
            raise WeightsError(f"the networks '{entry.name}' ({entry.value}) lack '{word}'")
    return found  # type: ignore[no-any-return]
