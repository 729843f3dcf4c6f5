"""The targets that are there: ours and those of other packages, all by entry points."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from squeezesam_export.errors import ExportError
from squeezesam_export.targets.protocol import Target

GROUP = "squeezesam.targets"
_WORDS = ("name", "engine")
_LISTS = ("backends", "precisions")
_CALLS = ("lower", "execute", "label", "trace", "mixable", "missing")
_added: dict[str, Target] = {}


def add_target(target: Target) -> None:
    """Make a target known to this process, in front of an installed one of the same name.

    Raises:
        ExportError: it lacks something of the protocol.
    """
    _added[target.name] = _checked(target, getattr(target, "name", ""), "add_target")


def remove_target(name: str) -> None:
    """Take back :func:`add_target`."""
    _added.pop(name, None)


def target_names() -> list[str]:
    """Names of all targets, in their alphabet's order; none is loaded."""
    return sorted({*_entries(), *_added})


def find_target(name: str) -> Target:
    """The target called ``name``.

    Raises:
        ExportError: there is none, or the package that brings it cannot be loaded.
    """
    if name in _added:
        return _added[name]
    entry = _entries().get(name)
    if entry is None:
        known = ", ".join(target_names()) or "none: install squeezesam anew"
        raise ExportError(f"there is no target '{name}' ({known})")
    return _loaded(entry)


def all_targets() -> Iterator[Target]:
    """Every target, loaded; one that cannot be loaded raises as in :func:`find_target`."""
    for name in target_names():
        yield find_target(name)


@cache
def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


@cache
def _loaded(entry: EntryPoint) -> Target:
    try:
        found = entry.load()
    except Exception as error:
        raise ExportError(
            f"the target '{entry.name}' ({entry.value}) cannot be loaded: "
            f"{type(error).__name__}: {error}"
        ) from error
    return _checked(found, entry.name, entry.value)


def _checked(found: object, name: str, place: str) -> Target:
    """What was found, if it has all that the protocol asks for."""
    problem = None
    for attribute in (*_WORDS, *_LISTS, "options", "mixed_precisions", "tools", *_CALLS):
        value = getattr(found, attribute, None)
        if value is None or (attribute in _CALLS and not callable(value)):
            problem = f"it has no '{attribute}'"
        elif attribute in _LISTS and not (isinstance(value, tuple) and value):
            problem = f"'{attribute}' is not a tuple with something in it"
        if problem:
            break
    else:
        if getattr(found, "name", "") != name:
            problem = f"it calls itself '{getattr(found, 'name', '')}'"
    if problem:
        raise ExportError(f"the target '{name}' ({place}) is none: {problem}")
    return found  # type: ignore[return-value]
