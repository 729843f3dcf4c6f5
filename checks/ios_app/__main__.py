"""Checks the iOS demo's project without Xcode: what is named exists, what exists is named.

    python -m checks.ios_app [FOLDER]

project.yml, string catalogues, asset catalogue, Info.plist keys and the privacy manifest. Prints
one line for each fault. Exit codes: 0 none; 1 faults; 2 the folder is not the demo.
"""

from __future__ import annotations

import sys
from pathlib import Path

from checks.ios_app import assets, privacy, spec, strings
from checks.ios_app.faults import Faults

DEMO = Path(__file__).parents[2] / "ios_demo"


def check(demo: Path) -> list[str]:
    """All faults of the demo in a folder, one sentence each; empty for a sound one.

    Args:
        demo: a folder with project.yml, beside the repository's other folders.

    Raises:
        FileNotFoundError: there is no project.yml.
    """
    faults = Faults(demo)
    project = spec.read(demo, faults)
    if project is None:
        return faults.found
    spec.check(project, faults)
    sources = spec.swift_sources(project, demo)
    strings.check(demo, sources, faults)
    assets.check(demo, project, sources, faults)
    privacy.check(demo, project, sources, faults)
    return faults.found


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code."""
    if len(arguments) > 1 or any(word.startswith("-") for word in arguments):
        print("ios_app: usage: python -m checks.ios_app [FOLDER]", file=sys.stderr)
        return 2
    demo = Path(arguments[0]) if arguments else DEMO
    try:
        found = check(demo)
    except FileNotFoundError as error:
        print(f"ios_app: {demo} is not the demo: {error}", file=sys.stderr)
        return 2
    for fault in found:
        print(fault, file=sys.stderr)
    if not found:
        print("ios_demo: project, strings, assets and privacy manifest are consistent")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
