"""Resources: every one that is named exists, every one that exists is named."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

from checks.android_app.project import ANDROID, Project

_REFERENCE = re.compile(r"^@(?:\+id/|)([a-z]+)/([\w.]+)$")
Resource = tuple[str, str]
# Numbers that each command of a vector's path takes.
_ARITY = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}


def problems(project: Project) -> Iterator[str]:
    """Yield what is missing and what is superfluous; strings are looked at elsewhere too."""
    existing = _existing(project)
    named: dict[Resource, str] = {}
    for resource in _in_kotlin(project):
        named.setdefault(resource, "the sources")
    for place, root in _documents(project):
        for resource in _in_xml(root):
            named.setdefault(resource, place)
    for (kind, name), place in sorted(named.items()):
        if (kind, name) not in existing:
            yield f"{place}: @{kind}/{name} does not exist"
    for kind, name in sorted(existing - set(named)):
        yield f"res: @{kind}/{name} is used nowhere"
    yield from _launcher(project)
    yield from _vectors(project)


def _existing(project: Project) -> set[Resource]:
    found: set[Resource] = set()
    for file, root in project.resource_files.items():
        kind = _kind(file)
        if kind == "values":
            found |= {(entry.tag, entry.attrib.get("name", "")) for entry in root}
        else:
            found.add((kind, file.stem))
    return found


def _kind(file: Path) -> str:
    return file.parts[0].split("-")[0]


def _documents(project: Project) -> Iterator[tuple[str, ElementTree.Element]]:
    yield "AndroidManifest.xml", project.manifest
    for file, root in project.resource_files.items():
        yield str(file), root


def _in_xml(root: ElementTree.Element) -> Iterator[Resource]:
    for entry in root.iter():
        for text in [*entry.attrib.values(), (entry.text or "").strip()]:
            found = _REFERENCE.match(text)
            if found:
                yield found[1], found[2]


def _in_kotlin(project: Project) -> set[Resource]:
    return set(re.findall(r"(?<![\w.])R\.([a-z]+)\.(\w+)", project.kotlin))


def _launcher(project: Project) -> Iterator[str]:
    """The icon must be adaptive, themed, and there for Android 7 as well."""
    folders = {file.parts[0] for file in project.resource_files if file.stem == "ic_launcher"}
    for folder in {"mipmap-anydpi-v26", "mipmap-anydpi"} - folders:
        yield f"res: ic_launcher.xml is missing in {folder}"
    adaptive = project.resource_files.get(Path("mipmap-anydpi-v26/ic_launcher.xml"))
    if adaptive is not None:
        layers = {entry.tag for entry in adaptive}
        for layer in sorted({"background", "foreground", "monochrome"} - layers):
            yield f"mipmap-anydpi-v26/ic_launcher.xml: the layer {layer} is missing"


def _vectors(project: Project) -> Iterator[str]:
    """A path that Android cannot parse ends the app when it is first drawn."""
    for file, root in project.resource_files.items():
        for entry in root.iter("path"):
            if entry.get("path") is None and not _is_path(entry.get(f"{ANDROID}pathData", "")):
                yield f"{file}: a pathData makes no sense"


def _is_path(data: str) -> bool:
    commands = re.findall(r"([A-Za-z])([^A-Za-z]*)", data)
    if not commands or data.lstrip()[:1] not in ("M", "m"):
        return False
    for letter, text in commands:
        wanted = _ARITY.get(letter.upper())
        words = [word for word in re.split(r"[\s,]+", text) if word]
        if wanted is None or not all(re.fullmatch(r"-?\d+(\.\d+)?", word) for word in words):
            return False
        if (len(words) % wanted if wanted else len(words)) or (wanted and not words):
            return False
    return True
