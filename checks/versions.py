"""`python -m checks.versions`: every build says the versions of versions.toml.

python -m checks.versions            # faults to stderr; exit code 1 where there are any
python -m checks.versions --write    # renews the table of docs/versions.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import tomllib

ROOT = Path(__file__).parents[1]
TABLE = "docs/versions.md"
_BEGIN = "<!-- versions: begin (python -m checks.versions --write) -->\n"
_END = "<!-- versions: end -->\n"

# Version, file, the pattern whose group is what the file says of it.
SAID = [
    ("squeezesam", "setup.py", r'^VERSION = "(.*)"$'),
    ("squeezesam", "runtime/CMakeLists.txt", r"^project\(squeezesam VERSION (\S+) "),
    ("squeezesam", "runtime/android/gradle.properties", r"^version=(\S+)$"),
    ("squeezesam", "android_demo/gradle/libs.versions.toml", r'^squeezesam = "(.*)"$'),
    ("squeezesam", "runtime/web/package.json", r'^  "version": "(.*)",$'),
    ("executorch", "constraints.txt", r"^executorch==(\S+)$"),
    ("coremltools", "constraints.txt", r"^coremltools==(\S+)$"),
    ("onnxruntime", "constraints.txt", r"^onnxruntime==(\S+)$"),
    ("executorch", "runtime/android/gradle/libs.versions.toml", r'^executorch = "(.*)"$'),
    ("executorch", "android_demo/gradle/libs.versions.toml", r'^executorch = "(.*)"$'),
    ("onnxruntime-android", "runtime/android/gradle/libs.versions.toml", r'^onnxruntime = "(.*)"$'),
    ("gradle", "android_demo/gradle/wrapper/gradle-wrapper.properties", r"gradle-(.*)-bin\.zip$"),
    ("gradle", "android_demo/gradlew", r"gradle/gradle/v(.*?)/"),
    ("android-ndk", "runtime/android/gradle/libs.versions.toml", r'^ndk = "(.*)"$'),
    ("executorch", "runtime/swift/ExecuTorchEngine/Package.swift", r'branch: "swiftpm-(.*)"'),
    ("ios-executorch", "runtime/swift/ExecuTorchEngine/Package.swift", r"\.iOS\(\.v(\d+)\)"),
    ("macos-executorch", "runtime/swift/ExecuTorchEngine/Package.swift", r"\.macOS\(\.v(\d+)\)"),
    ("ios", "ios_demo/project.yml", r'^    iOS: "(.*)"$'),
    ("typescript", "runtime/web/package.json", r'"typescript": "(.*)"'),
    *(
        (version, f"{folder}/gradle/libs.versions.toml", pattern)
        for folder in ("runtime/android", "android_demo")
        for version, pattern in (
            ("android-gradle-plugin", r'^agp = "(.*)"$'),
            ("android-min-sdk", r'^minSdk = "(.*)"$'),
            ("android-compile-sdk", r'^compileSdk = "(.*)"$'),
        )
    ),
    *(
        (version, f"{folder}Package.swift", pattern)
        for folder in ("", "ios_demo/EditorKit/")
        for version, pattern in (
            ("ios", r"\.iOS\(\.v(\d+)\)"),
            ("macos", r"\.macOS\(\.v(\d+)\)"),
            ("swift-tools", r"^// swift-tools-version: (\S+)$"),
        )
    ),
]
# What was read of the real libraries is of these versions.
RECORDED = [
    ("executorch", "standins/recorded/executorch-android.signatures", r"for Android (\S+),"),
    ("executorch", "standins/recorded/executorch-apple.signatures", r"platforms (\S+)$"),
    ("onnxruntime-android", "standins/recorded/onnxruntime-android.signatures", r"Android (\S+),"),
]


def catalogue(folder: Path) -> dict[str, Any]:
    """versions.toml of the repository in ``folder``."""
    return tomllib.loads((folder / "versions.toml").read_text(encoding="utf-8"))


def table(known: dict[str, Any]) -> str:
    """The matrix of docs/versions.md: what was exported with what runs where."""
    versions = known["versions"]
    rows = ["| target | exporter | runtime | from |", "| --- | --- | --- | --- |"]
    for pair in known["pairs"]:
        exporter = f"{pair['exporter']} {versions[pair['exporter']]}"
        told = [pair["runtime"].format(**versions), pair["system"].format(**versions)]
        rows.append(f"| {pair['target']} | {exporter} | {told[0]} | {told[1]} |")
    return "\n".join(rows) + "\n"


def faults(folder: Path) -> list[str]:
    """One sentence for each file that says another version, or none."""
    known = catalogue(folder)
    found = []
    for version, name, pattern in [*SAID, *RECORDED]:
        wanted = known["versions"][version]
        text = (folder / name).read_text(encoding="utf-8")
        said = re.search(pattern, text, re.MULTILINE)
        if said is None:
            found.append(f"{name} says no version of {version}; versions.toml says {wanted}")
        elif said.group(1) not in (wanted, wanted.removesuffix(".0")):
            found.append(f"{name} says {version} {said.group(1)}, versions.toml says {wanted}")
    page = (folder / TABLE).read_text(encoding="utf-8")
    if _BEGIN + table(known) + _END not in page:
        found.append(f"{TABLE} is not up to date: python -m checks.versions --write")
    return found


def write(folder: Path) -> None:
    """Renews the table."""
    page = (folder / TABLE).read_text(encoding="utf-8")
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    text = before + _BEGIN + table(catalogue(folder)) + _END + after
    (folder / TABLE).write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Check, or write; returns the exit code."""
    if arguments not in ([], ["--write"]):
        print("versions: usage: python -m checks.versions [--write]", file=sys.stderr)
        return 2
    if arguments:
        write(ROOT)
    found = faults(ROOT)
    for fault in found:
        print(f"versions: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
