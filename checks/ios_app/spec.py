"""project.yml: the files, packages, targets and schemes that it names."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

from checks.ios_app.faults import Faults

Project = dict[str, Any]
_PRODUCT = re.compile(r'\.library\(\s*name:\s*"(\w+)"')
_TEST_TARGET = re.compile(r'\.testTarget\(\s*name:\s*"(\w+)"')
_TOP = {"name", "options", "settings", "packages", "targets", "schemes"}
# Swift files that belong to something else than the app.
_ELSEWHERE = ("typecheck", ".build")


def read(demo: Path, faults: Faults) -> Project | None:
    """The project; None, with a fault, where it is not one."""
    text = (demo / "project.yml").read_text(encoding="utf-8")
    try:
        project = yaml.safe_load(text)
    except yaml.YAMLError as error:
        faults.add("project.yml", f"is not YAML: {' '.join(str(error).split())}")
        return None
    if not isinstance(project, dict) or not isinstance(project.get("targets"), dict):
        faults.add("project.yml", "has no targets")
        return None
    return project


def check(project: Project, faults: Faults) -> None:
    """Note every name in the project that stands for nothing, and every file without a name."""
    for word in sorted(set(project) - _TOP):
        faults.add("project.yml", f"the word '{word}' is not expected")
    _check_packages(project, faults)
    for name, target in project["targets"].items():
        _check_target(name, target, project, faults)
    _check_schemes(project, faults)
    _check_folders(project, faults)


def swift_sources(project: Project, demo: Path) -> list[Path]:
    """The Swift files of all targets."""
    files: set[Path] = set()
    for folder in _source_folders(project):
        files.update((demo / folder).rglob("*.swift"))
    return sorted(files)


def _source_folders(project: Project) -> list[str]:
    entries = [
        entry for target in project["targets"].values() for entry in target.get("sources", [])
    ]
    return [entry if isinstance(entry, str) else entry["path"] for entry in entries]


def package_folders(project: Project, demo: Path) -> dict[str, Path]:
    """The local packages by name."""
    packages = project.get("packages", {})
    # Not resolve(): a copy of the demo is checked beside links to the rest of the repository.
    return {
        name: Path(os.path.normpath(demo / package.get("path", "")))
        for name, package in packages.items()
    }


def _manifest(folder: Path) -> str:
    path = folder / "Package.swift"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _check_packages(project: Project, faults: Faults) -> None:
    for name, folder in package_folders(project, faults.demo).items():
        if not _manifest(folder):
            faults.add("project.yml", f"the package {name} has no Package.swift")


def _check_target(name: str, target: dict[str, Any], project: Project, faults: Faults) -> None:
    for folder in _source_folders({"targets": {name: target}}):
        if not any((faults.demo / folder).rglob("*.swift")):
            faults.add("project.yml", f"{name}: there are no sources in {folder}")
    folders = package_folders(project, faults.demo)
    for dependency in target.get("dependencies", []):
        package, product = dependency.get("package"), dependency.get("product")
        if package not in folders:
            faults.add("project.yml", f"{name}: the package {package} is not listed")
        elif product not in _PRODUCT.findall(_manifest(folders[package])):
            faults.add("project.yml", f"{name}: {package} has no product {product}")
    for phase in target.get("preBuildScripts", []) + target.get("postBuildScripts", []):
        script = faults.demo / str(phase.get("path"))
        if not script.is_file():
            faults.add("project.yml", f"{name}: there is no script {phase.get('path')}")
        elif not os.access(script, os.X_OK):
            faults.add(script, "is not executable")


def _check_schemes(project: Project, faults: Faults) -> None:
    folders = package_folders(project, faults.demo)
    for name, scheme in project.get("schemes", {}).items():
        for target in scheme.get("build", {}).get("targets", {}):
            if target not in project["targets"]:
                faults.add("project.yml", f"the scheme {name} builds the unknown target {target}")
        tests = [str(test.get("package")) for test in scheme.get("test", {}).get("targets", [])]
        for test in tests:
            package, _, target = test.partition("/")
            known = _TEST_TARGET.findall(_manifest(folders[package])) if package in folders else []
            if target not in known:
                faults.add("project.yml", f"the scheme {name} tests the unknown target {test}")
        for test in _own_tests(folders, faults.demo):
            if test not in tests:
                faults.add("project.yml", f"the scheme {name} leaves out the tests {test}")


def _own_tests(folders: dict[str, Path], demo: Path) -> list[str]:
    """The test targets of the demo's packages; those of the SDK are not the demo's to run."""
    return [
        f"{package}/{target}"
        for package, folder in folders.items()
        if folder.is_relative_to(Path(os.path.normpath(demo)))
        for target in _TEST_TARGET.findall(_manifest(folder))
    ]


def _check_folders(project: Project, faults: Faults) -> None:
    demo = Path(os.path.normpath(faults.demo))
    named = [demo / folder for folder in _source_folders(project)]
    for folder in package_folders(project, demo).values():
        if folder.is_relative_to(demo):
            targets = _target_folders(folder)
            named += [folder / "Package.swift", *targets]
            for target in targets:
                if not any(target.rglob("*.swift")):
                    faults.add("project.yml", f"the package's target {target.name} has no sources")
    for file in sorted(demo.rglob("*.swift")):
        if not any(part in _ELSEWHERE for part in file.relative_to(demo).parts) and not any(
            file == place or file.is_relative_to(place) for place in named
        ):
            faults.add(str(file.relative_to(demo)), "lies in no target's folder")


def _target_folders(package: Path) -> list[Path]:
    """Where the sources of a package's targets lie: at `path:`, else where SwiftPM looks."""
    folders = []
    for kind, block in re.findall(
        r"\.(target|testTarget)\((.*?)(?=\.target\(|\.testTarget\(|\Z)", _manifest(package), re.S
    ):
        name, path = (re.search(rf'{word}:\s*"([^"]+)"', block) for word in ("name", "path"))
        base = "Tests" if kind == "testTarget" else "Sources"
        if name is not None:
            folders.append(package / (path[1] if path else f"{base}/{name[1]}"))
    return folders
