"""Versions of what takes part in an export."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

_ALWAYS = ("squeezesam", "torch", "numpy")


def toolchain(tools: Iterable[str]) -> dict[str, str]:
    """Distribution → installed version, of the given ones and of those in every export."""
    found = {}
    for tool in (*_ALWAYS, *tools):
        try:
            found[tool] = version(tool)
        except PackageNotFoundError:
            continue
    return found
