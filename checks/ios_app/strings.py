"""String catalogues: every text of the app in every language, and none too many.

A text is a string literal in the app's Swift files, or one that EditorProblem.swift gives as a
sentence. Names of symbols, files and keys are told by their form (lower case, digits, dots) or by
where they stand; anything else that is not shown carries the comment `// not translated`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks.ios_app.faults import Faults

LANGUAGES = ("de", "en", "fr")
CATALOGUE = "App/Resources/Localizable.xcstrings"
PLIST_CATALOGUE = "App/Resources/InfoPlist.xcstrings"
# Sentences of the view model, which the app looks up.
_MODEL_TEXTS = "EditorKit/Sources/EditorModel/EditorProblem.swift"
_MARK = "// not translated"

_LITERAL = re.compile(r'"((?:[^"\\]|\\\((?:[^()"]|\([^()]*\))*\)|\\.)*)"')
_NAME = re.compile(r"[a-z0-9]+(\.[a-z0-9]+)*")
_NOT_SHOWN_BEFORE = re.compile(r"(verbatim:|Color\(|system: )\s*$")
_INTERPOLATION = re.compile(r"\\\((?:[^()]|\([^()]*\))*\)")
_SPECIFIER = re.compile(r"%(?:(\d+)\$)?(@|lld|lf|d|f)")


def check(demo: Path, sources: list[Path], faults: Faults) -> None:
    """Compare the texts in the code with the catalogue, and the languages with one another."""
    used = {key: place for place, key in _texts(demo, sources)}
    table = faults.json(demo / CATALOGUE).get("strings", {})
    _check_entries(demo / CATALOGUE, table, faults)
    known = {_pattern(key): key for key in table}
    for text, place in sorted(used.items()):
        if text not in known:
            faults.add(place, f"the text '{text}' is not in {CATALOGUE}")
    for pattern, key in sorted(known.items()):
        if pattern not in used:
            faults.add(CATALOGUE, f"nothing in the code uses '{key}'")
    infos = faults.json(demo / PLIST_CATALOGUE).get("strings", {})
    _check_entries(demo / PLIST_CATALOGUE, infos, faults)


def _texts(demo: Path, sources: list[Path]) -> Iterator[tuple[Path, str]]:
    for path in sources:
        for line in path.read_text(encoding="utf-8").splitlines():
            for text in _texts_of(line):
                yield path, text
    model = demo / _MODEL_TEXTS
    if model.is_file():
        for sentence in re.findall(r'return "([^"]+)"', model.read_text(encoding="utf-8")):
            yield model, sentence


def _texts_of(line: str) -> Iterator[str]:
    if line.lstrip().startswith("//") or _MARK in line:
        return
    for literal in _LITERAL.finditer(line):
        text = _INTERPOLATION.sub("%", literal[1])
        shown = not _NOT_SHOWN_BEFORE.search(line[: literal.start()])
        if shown and re.search("[A-Za-z]", text.replace("\\n", "")) and not _NAME.fullmatch(text):
            yield text


def _pattern(key: str) -> str:
    return _SPECIFIER.sub("%", key)


def _check_entries(path: Path, table: dict[str, Any], faults: Faults) -> None:
    if not table:
        faults.add(path, "holds no strings")
    for key, entry in table.items():
        languages = entry.get("localizations", {})
        for language in LANGUAGES:
            values = list(_values(languages.get(language, {})))
            if not values or not all(value.strip() for value in values):
                faults.add(path, f"'{key}' is missing in {language}")
            for value in values:
                if _kinds(value) != _kinds(key):
                    faults.add(path, f"'{key}' has other placeholders in {language}: '{value}'")
        for language in sorted(set(languages) - set(LANGUAGES)):
            faults.add(path, f"'{key}' is given in {language}, which is not one of the languages")


def _values(localisation: dict[str, Any]) -> Iterator[str]:
    """The texts of one language: one, or one for each number."""
    if "stringUnit" in localisation:
        unit = localisation["stringUnit"]
        yield str(unit.get("value", "")) if unit.get("state") == "translated" else ""
    plural = localisation.get("variations", {}).get("plural", {})
    if plural:
        for number in ("one", "other"):
            yield from _values(plural.get(number, {"stringUnit": {}}))


def _kinds(text: str) -> list[str]:
    return sorted(kind for _, kind in _SPECIFIER.findall(text))
