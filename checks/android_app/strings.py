"""String tables: the same keys and placeholders in each language, and what the sources pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from checks.android_app.project import ANDROID, Project

# %1$d, %2$.1f; %% is a percent sign.
_PLACEHOLDER = re.compile(r"%(?:(\d+)\$)?([.\d]*[a-zA-Z])")
Table = dict[str, str]


def problems(project: Project) -> Iterator[str]:
    """Yield what differs between the languages."""
    tables = dict(_tables(project))
    default = tables.pop("values", {})
    fixed = set(_untranslatable(project))
    if not default:
        yield "values/strings.xml: there are no strings"
    if len(tables) < 2:
        yield "res: the app speaks fewer than three languages"
    for file in sorted(project.res.glob("values*/strings.xml")):
        yield from _twice(file, project)
    for folder, table in sorted(tables.items()):
        place = f"{folder}/strings.xml"
        for key in sorted(set(default) - fixed - set(table)):
            yield f"{place}: {key} is missing"
        for key in sorted(set(table) - set(default)):
            yield f"{place}: {key} is not in values/strings.xml"
        for key in sorted(set(table) & fixed):
            yield f"{place}: {key} is not to be translated"
        for key in sorted(set(table) & set(default)):
            yield from _same_placeholders(place, key, default[key], table[key])
    yield from _locales(project, set(tables))
    yield from _quoting({"values": default, **tables})
    yield from _arguments(project, default)


def _tables(project: Project) -> Iterator[tuple[str, Table]]:
    for file, root in project.resource_files.items():
        if file.name == "strings.xml":
            entries = root.iter("string")
            yield file.parts[0], {e.attrib.get("name", ""): "".join(e.itertext()) for e in entries}


def _untranslatable(project: Project) -> Iterator[str]:
    root = project.resource_files.get(Path("values/strings.xml"))
    for entry in [] if root is None else root.iter("string"):
        if entry.get("translatable") == "false":
            yield entry.attrib.get("name", "")


def _twice(file: Path, project: Project) -> Iterator[str]:
    place = file.relative_to(project.res)
    names = Counter(entry.get("name") for entry in project.resource_files[place])
    for name, count in sorted(names.items(), key=str):
        if count > 1:
            yield f"{place}: {name} stands there {count} times"


def _placeholders(text: str) -> list[tuple[str, str]]:
    return sorted(_PLACEHOLDER.findall(text.replace("%%", "")))


def _same_placeholders(place: str, key: str, default: str, text: str) -> Iterator[str]:
    if _placeholders(default) != _placeholders(text):
        yield f"{place}: the placeholders of {key} are not those of values/strings.xml"
    if not text.strip():
        yield f"{place}: {key} is empty"


def _quoting(tables: dict[str, Table]) -> Iterator[str]:
    for folder, table in tables.items():
        for key, text in table.items():
            if re.search(r"(?<!\\)['\"]", text):
                yield f"{folder}/strings.xml: {key} has a quotation mark without a backslash"
            if any(not index for index, _ in _placeholders(text)):
                yield f"{folder}/strings.xml: a placeholder of {key} has no number"


def _locales(project: Project, folders: set[str]) -> Iterator[str]:
    root = project.resource_files.get(Path("xml/locales.xml"))
    listed = {e.get(f"{ANDROID}name", "") for e in ([] if root is None else root.iter("locale"))}
    existing = {"en"} | {folder.removeprefix("values-") for folder in folders}
    for language in sorted(listed ^ existing):
        where = "listed without a table" if language in listed else "not listed"
        yield f"xml/locales.xml: the language {language} is {where}"


def _arguments(project: Project, default: Table) -> Iterator[str]:
    """Plain calls of stringResource pass as many arguments as there are placeholders."""
    for key, rest in re.findall(r"stringResource\(\s*R\.string\.(\w+)\s*([,)])", project.kotlin):
        wants = bool(_placeholders(default.get(key, "")))
        if key in default and wants != (rest == ","):
            what = "without the arguments that" if wants else "with arguments that"
            but = "it needs" if wants else "it does not take"
            yield f"the sources: {key} is used {what} {but}"
