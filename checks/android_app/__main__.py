"""Check what Gradle, aapt and lint would check of the Android demo, without an Android SDK.

    python -m checks.android_app [FOLDER]

Manifest, resources, string tables, Gradle files and the version catalogue: nothing named that is
not there, nothing there that is not named. Problems go to stderr, one a line.

Exit code: 0 nothing found, 1 problems, 2 FOLDER is not the demo.
"""

from __future__ import annotations

import argparse
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from checks.android_app import gradle, manifest, resources, strings
from checks.android_app.project import Project

DEMO = Path(__file__).parents[2] / "android_demo"


def problems(folder: Path) -> list[str]:
    """One sentence for everything that is wrong in the demo in ``folder``."""
    project = Project(folder)
    try:
        broken = project.unreadable()
        if broken:
            return broken
        return [
            *manifest.problems(project),
            *resources.problems(project),
            *strings.problems(project),
            *gradle.problems(project),
        ]
    except (OSError, ElementTree.ParseError) as error:
        return [f"a file cannot be read: {error}"]


def main() -> int:
    """Check the folder on the command line, or this repository's demo."""
    parser = argparse.ArgumentParser(
        prog="python -m checks.android_app",
        description="Check the Android demo's manifest, resources, strings and Gradle files.",
        epilog="Exit code: 0 nothing found, 1 problems (on stderr), 2 not the demo's folder.",
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DEMO)
    folder: Path = parser.parse_args().folder
    if not (folder / "settings.gradle.kts").is_file():
        print(f"android_app: {folder} is not the Android demo", file=sys.stderr)
        return 2
    found = problems(folder)
    for problem in found:
        print(f"android_app: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
