"""The Android demo as its files tell it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from functools import cached_property
from pathlib import Path

ANDROID = "{http://schemas.android.com/apk/res/android}"
PACKAGE = "org.squeezesam.demo"


class Project:
    """Reads each file once.

    Args:
        folder: the demo's own folder; the library lies at ../runtime/android.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.main = folder / "app/src/main"
        self.res = self.main / "res"

    @cached_property
    def kotlin(self) -> str:
        """All Kotlin sources of the app, without comments."""
        texts = [
            file.read_text(encoding="utf-8") for file in sorted(self.main.glob("kotlin/**/*.kt"))
        ]
        return without_comments("\n".join(texts))

    @cached_property
    def gradle(self) -> str:
        """All Gradle scripts, without comments."""
        files = [*self.folder.glob("*.gradle.kts"), *self.folder.glob("*/*.gradle.kts")]
        return without_comments("\n".join(file.read_text(encoding="utf-8") for file in files))

    @cached_property
    def manifest(self) -> ElementTree.Element:
        """The root of AndroidManifest.xml."""
        return ElementTree.parse(self.main / "AndroidManifest.xml").getroot()

    @cached_property
    def resource_files(self) -> dict[Path, ElementTree.Element]:
        """The root of every XML file under res."""
        return {
            file.relative_to(self.res): ElementTree.parse(file).getroot()
            for file in sorted(self.res.glob("*/*.xml"))
        }

    @property
    def application(self) -> ElementTree.Element:
        """The manifest's application; an empty one where it lacks."""
        found = self.manifest.find("application")
        return ElementTree.Element("application") if found is None else found

    def unreadable(self) -> list[str]:
        """A sentence for each XML file that is none."""
        found = []
        for file in [self.main / "AndroidManifest.xml", *sorted(self.res.glob("*/*.xml"))]:
            try:
                ElementTree.parse(file)
            except (OSError, ElementTree.ParseError) as error:
                found.append(f"{file.relative_to(self.folder)}: not XML: {error}")
        return found


def without_comments(text: str) -> str:
    """Kotlin text without its comments; strings with // in them stay."""
    pattern = re.compile(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*', re.DOTALL)
    return pattern.sub(lambda found: found[0] if found[0].startswith('"') else " ", text)
