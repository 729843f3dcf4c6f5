"""The asset catalogue: files named exist, files there are named, names used in code exist."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from checks.ios_app.faults import Faults
from checks.ios_app.spec import Project

CATALOGUE = "App/Resources/Assets.xcassets"
_USED = re.compile(r'\b(Color|Image)\("([^"]+)"')
_KINDS = {"Color": ".colorset", "Image": ".imageset"}


def check(demo: Path, project: Project, sources: list[Path], faults: Faults) -> None:
    """Compare the catalogue with its files, with the code and with project.yml."""
    catalogue = demo / CATALOGUE
    faults.json(catalogue / "Contents.json")
    sets = sorted(path.parent for path in catalogue.glob("*/Contents.json"))
    for path in sets:
        _check_set(path, faults)
    used = _used_in_code(sources) | _used_in_project(project)
    for name in sorted(used - {path.name for path in sets}):
        faults.add(CATALOGUE, f"{name} is used and not there")
    for path in sets:
        if path.name not in used:
            faults.add(path, "nothing uses it")


def _used_in_code(sources: list[Path]) -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    return {name + _KINDS[kind] for kind, name in _USED.findall(text)}


def _used_in_project(project: Project) -> set[str]:
    used = set()
    for target in project["targets"].values():
        settings = target.get("settings", {}).get("base", {})
        icon = settings.get("ASSETCATALOG_COMPILER_APPICON_NAME")
        accent = settings.get("ASSETCATALOG_COMPILER_GLOBAL_ACCENT_COLOR_NAME")
        used |= {f"{icon}.appiconset"} if icon else set()
        used |= {f"{accent}.colorset"} if accent else set()
    return used


def _check_set(path: Path, faults: Faults) -> None:
    contents = faults.json(path / "Contents.json")
    named = {image["filename"] for image in contents.get("images", []) if "filename" in image}
    there = {file.name for file in path.iterdir()} - {"Contents.json"}
    for name in sorted(named - there):
        faults.add(path, f"{name} is named and not there")
    for name in sorted(there - named):
        faults.add(path, f"{name} is there and not named")
    if path.suffix == ".colorset":
        _check_colours(path, contents.get("colors", []), faults)
    if path.suffix == ".appiconset":
        for image in contents.get("images", []):
            if image.get("filename") in there:
                _check_icon(path / image["filename"], image.get("size", ""), faults)


def _check_colours(path: Path, colours: list[dict[str, object]], faults: Faults) -> None:
    dark = [colour for colour in colours if colour.get("appearances")]
    if len(dark) != 1 or len(colours) != 2:
        faults.add(path, "must have one colour for light and one for dark mode")


def _check_icon(path: Path, size: str, faults: Faults) -> None:
    head = path.read_bytes()[:26]
    if head[:8] != b"\x89PNG\r\n\x1a\n":
        faults.add(path, "is not a PNG file")
        return
    width, height, _, kind = struct.unpack(">IIBB", head[16:26])
    if f"{width}x{height}" != size:
        faults.add(path, f"is {width}x{height}, and {size} is named")
    if kind in (4, 6):
        faults.add(path, "has an alpha channel, which the App Store refuses")
