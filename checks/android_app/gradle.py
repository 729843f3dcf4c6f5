"""Gradle's files and the version catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomllib

from checks.android_app.project import PACKAGE, Project

_CATALOGUE = "gradle/libs.versions.toml"
# These must be the library's, which is built together with the app.
_SHARED = ("agp", "compileSdk", "minSdk", "executorch")


def problems(project: Project) -> Iterator[str]:
    """Yield what is wrong with the build."""
    try:
        catalogue = _read(project.folder / _CATALOGUE)
    except (OSError, tomllib.TOMLDecodeError) as error:
        yield f"{_CATALOGUE}: cannot be read: {error}"
        return
    yield from _versions(catalogue, project.gradle)
    yield from _aliases(catalogue, project.gradle)
    yield from _shared(project, catalogue)
    yield from _structure(project)
    yield from _build_config(project)
    yield from _settings(project)


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _accessor(alias: str) -> str:
    return re.sub(r"[-_]", ".", alias)


def _versions(catalogue: dict[str, Any], gradle: str) -> Iterator[str]:
    known = catalogue.get("versions", {})
    used = set(re.findall(r"libs\.versions\.(\w+)", gradle))
    for table in ("libraries", "plugins"):
        for alias, entry in catalogue.get(table, {}).items():
            reference = entry.get("version", {})
            if isinstance(reference, dict) and "ref" in reference:
                used.add(reference["ref"])
            elif alias.startswith("compose-") and table == "libraries":
                continue  # the bill of materials has its version
            else:
                yield f"{_CATALOGUE}: {alias} has no version.ref"
    for name in sorted(used - set(known)):
        yield f"{_CATALOGUE}: the version {name} does not exist"
    for name in sorted(set(known) - used):
        yield f"{_CATALOGUE}: the version {name} is not used"


def _aliases(catalogue: dict[str, Any], gradle: str) -> Iterator[str]:
    plugins = {f"plugins.{_accessor(name)}" for name in catalogue.get("plugins", {})}
    libraries = {_accessor(name) for name in catalogue.get("libraries", {})}
    # (libs.x.y) alone is an alias; libs.versions is looked at above.
    used = set(re.findall(r"\(libs\.((?!versions\.)[\w.]+)\)", gradle))
    for name in sorted(used - plugins - libraries):
        yield f"{_CATALOGUE}: libs.{name} does not exist"
    for name in sorted((plugins | libraries) - used):
        yield f"{_CATALOGUE}: libs.{name} is not used"


def _shared(project: Project, catalogue: dict[str, Any]) -> Iterator[str]:
    file = project.folder.parent / "runtime/android" / _CATALOGUE
    theirs = _read(file).get("versions", {})
    for name in _SHARED:
        ours = catalogue.get("versions", {}).get(name)
        if name in theirs and ours != theirs[name]:
            yield f"{_CATALOGUE}: {name} is {ours}, the library's is {theirs[name]}"


def _structure(project: Project) -> Iterator[str]:
    for names in re.findall(r"(?<!\w)include\(([^)]*)\)", project.gradle):
        for name in re.findall(r'":([\w:]+)"', names):
            if not (project.folder / name.replace(":", "/") / "build.gradle.kts").is_file():
                yield f"settings.gradle.kts: the project :{name} does not exist"
    for path in re.findall(r'includeBuild\("([^"]+)"\)', project.gradle):
        if not (project.folder / path / "settings.gradle.kts").is_file():
            yield f"settings.gradle.kts: there is no build at {path}"
    if (project.main / "assets/models").exists():
        yield "app/src/main/assets/models: bundles are copied by Gradle, not committed"
    ignored = (project.folder.parent / ".gitignore").read_text(encoding="utf-8")
    if "/android_demo/app/build/" not in ignored:
        yield ".gitignore: /app/build/, where Gradle copies the bundles to, is not ignored"


def _build_config(project: Project) -> Iterator[str]:
    declared = set(re.findall(r'buildConfigField\(\s*"\w+",\s*"(\w+)"', project.gradle))
    used = set(re.findall(r"BuildConfig\.([A-Z_]+)", project.kotlin)) - {
        "VERSION_NAME",
        "APPLICATION_ID",
        "DEBUG",
    }
    for name in sorted(used - declared):
        yield f"app/build.gradle.kts: BuildConfig.{name} is not declared"
    for name in sorted(declared - used):
        yield f"app/build.gradle.kts: BuildConfig.{name} is not used"


def _settings(project: Project) -> Iterator[str]:
    """What the demo promises."""
    for wanted, what in (
        ("isMinifyEnabled = true", "R8 is not switched on"),
        ("isShrinkResources = true", "resources are not shrunk"),
        (f'applicationId = "{PACKAGE}"', f"the application is not {PACKAGE}"),
        (f'namespace = "{PACKAGE}"', f"the namespace is not {PACKAGE}"),
        ("explicitApi()", "explicit API mode is off"),
    ):
        if wanted not in project.gradle:
            yield f"app/build.gradle.kts: {what}"
    properties = (project.folder / "gradle.properties").read_text(encoding="utf-8")
    if not re.search(
        r"^squeezesam\.bundles=squeezesam(-\w+)?-executorch-\S+$", properties, re.MULTILINE
    ):
        yield "gradle.properties: squeezesam.bundles does not begin with an ExecuTorch bundle"
    if not re.search(r"^android\.useAndroidX=true$", properties, re.MULTILINE):
        yield "gradle.properties: android.useAndroidX is not true"
