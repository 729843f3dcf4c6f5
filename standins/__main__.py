"""Compare the stand-ins to what was recorded of the real libraries, in both directions.

    python -m standins [FOLDER]

A stand-in is a claim about somebody else's library, and the engines and apps are compiled against
it. ``recorded/`` holds what the real sources say (with source, version and date). What a stand-in
declares and the record does not have is a fault, and so is what the record has and no stand-in
declares. Faults go to stderr, one a line.

Exit code: 0 none, 1 faults, 2 FOLDER is not this one or a copy of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from standins.signatures import java, kotlin, swift
from standins.signatures.compare import RULES
from standins.signatures.kotlin import Declaration

HERE = Path(__file__).parent
# record: where its stand-ins lie, their language
LIBRARIES = {
    "executorch-android.signatures": ("engines/executorch/*.kt", "kotlin"),
    "onnxruntime-android.signatures": ("engines/onnxruntime/*.java", "java"),
    "android.signatures": ("android/*.java", "java"),
    "androidx.signatures": ("androidx/*.kt", "kotlin"),
    "executorch-apple.signatures": ("apple/ExecuTorch.swift", "swift"),
    "coreai.signatures": ("apple/CoreAI.swift", "swift"),
    "apple.signatures": ("apple/*.swift", "swift"),
}
# Called by code that the Compose compiler generates, which is the real one: no app writes them.
OF_THE_COMPILER = {"ComposeComposer.kt", "ComposeInternal.kt"}
# Core Foundation as it must be on Linux for Apple's bridging casts to be checked.
BRIDGED = {"CFDictionary", "CFMutableData", "CFString"}
# What Apple's Foundation has and that of Linux has not stands in CoreGraphics.swift, which
# everything imports.
FOUNDATION = {"FormatStyle", "Measurement", "MeasurementFormatUnitUsage", "ProcessInfo", "String"}
FOUNDATION |= {"URL"}
CORE_FOUNDATION = {"CFAllocator", "CFData", "CFDataCreate", "CGAffineTransform"}
# Recorded in a file of its own.
OF_THEIR_OWN = {"CoreAI", "ExecuTorch"}
OURS = ("standins",)
# Protocols of Swift have a body that everybody writes another way.
WRITTEN_BY_EVERYBODY = {"body"}


def declared(folder: Path, pattern: str, language: str) -> Iterator[tuple[Path, Declaration]]:
    """What the stand-ins of one library declare."""
    for file in sorted(folder.glob(pattern)):
        if file.name in OF_THE_COMPILER:
            continue
        if language == "swift" and file.stem in OF_THEIR_OWN and file.stem not in pattern:
            continue
        text = file.read_text(encoding="utf-8")
        if language == "swift":
            found = swift.declarations(
                text, file.stem.removesuffix("Controls").removesuffix("Shapes")
            )
        else:
            found = (kotlin if language == "kotlin" else java).declarations(text)
        for one in map(_at_home, found) if file.stem == "CoreGraphics" else found:
            helper = language == "swift" and one.name in ("_Primitive", "_ToolbarTuple")
            helper |= one.text.startswith("typealias") and one.name in BRIDGED
            if not (helper or one.name in WRITTEN_BY_EVERYBODY or one.owner.startswith(OURS)):
                yield file, one


def _at_home(one: Declaration) -> Declaration:
    """The declaration with its own module where that is one of the Foundations."""
    rest = one.owner.partition(".")[2]
    outermost = rest.partition(".")[0] or one.name
    homes = (("Foundation", FOUNDATION), ("CoreFoundation", CORE_FOUNDATION))
    for module, names in homes:
        if outermost in names:
            owner = f"{module}.{rest}" if rest else module
            return Declaration(owner, one.name, one.text)
    return one


def recorded(file: Path) -> list[tuple[str, str]]:
    """Owner and text of every line of a record."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split(" :: ", 1)) for line in lines if " :: " in line]  # type: ignore[misc]


def _name(declaration: Declaration) -> str:
    if declaration.name != "init":
        return declaration.name
    return declaration.text.split("(")[0].split("<")[0]


def faults(folder: Path) -> list[str]:
    """One sentence for every difference between the stand-ins and the records of ``folder``."""
    found = []
    for record, (pattern, language) in LIBRARIES.items():
        rule = RULES[language]
        lines = recorded(folder / "recorded" / record)
        used: set[int] = set()
        for file, one in declared(folder, pattern, language):
            same = [
                place
                for place, (owner, text) in enumerate(lines)
                if owner == one.owner and rule(one.text, text, _name(one))
            ]
            used.update(same)
            if not same:
                where = file.relative_to(folder)
                found.append(f"{where} declares what {record} does not record: {one.line}")
        found += [
            f"{record} records what no stand-in declares: {owner} :: {text}"
            for place, (owner, text) in enumerate(lines)
            if place not in used
        ]
    return found


def main(arguments: list[str]) -> int:
    """Compare; returns the exit code."""
    folder = Path(arguments[0]) if arguments else HERE
    if len(arguments) > 1 or not (folder / "recorded").is_dir():
        print("standins: usage: python -m standins [FOLDER]", file=sys.stderr)
        return 2
    found = faults(folder)
    for fault in found:
        print(f"standins: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
