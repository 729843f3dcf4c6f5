"""Ways to break a copy of the iOS demo, each with a part of the sentence that must name it."""

from __future__ import annotations

import json
import plistlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).parents[2]
STRINGS = "App/Resources/Localizable.xcstrings"
PLIST_STRINGS = "App/Resources/InfoPlist.xcstrings"
PRIVACY = "App/Resources/PrivacyInfo.xcprivacy"
ASSETS = "App/Resources/Assets.xcassets"

Break = Callable[[Path], object]


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def change_json(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    value = json.loads(file.read_text(encoding="utf-8"))
    change(value)
    file.write_text(json.dumps(value), encoding="utf-8")


def in_strings(change: Callable[[dict[str, Any]], object]) -> Break:
    return lambda demo: change_json(demo / STRINGS, lambda table: change(table["strings"]))


def in_privacy(change: Callable[[dict[str, Any]], object]) -> Break:
    def broken(demo: Path) -> None:
        manifest = plistlib.loads((demo / PRIVACY).read_bytes())
        change(manifest)
        (demo / PRIVACY).write_bytes(plistlib.dumps(manifest))

    return broken


def in_project(old: str, new: str) -> Break:
    return lambda demo: replace(demo / "project.yml", old, new)


def in_app(file: str, old: str, new: str) -> Break:
    return lambda demo: replace(demo / "App" / file, old, new)


def german(entry: dict[str, Any], text: str) -> None:
    entry["localizations"]["de"]["stringUnit"]["value"] = text


def add_file(path: str, text: str) -> Break:
    def broken(demo: Path) -> None:
        (demo / path).parent.mkdir(parents=True, exist_ok=True)
        (demo / path).write_text(text, encoding="utf-8")

    return broken


def small_png() -> bytes:
    ok, data = cv2.imencode(".png", np.zeros((64, 64, 3), np.uint8))
    assert ok
    return data.tobytes()


BREAKS: dict[str, tuple[Break, str]] = {
    "project: not YAML": (in_project("name: SqueezeSAMDemo", "name: [x"), "is not YAML"),
    "project: unknown word": (in_project("schemes:", "scheme:"), "the word 'scheme'"),
    "project: no such sources": (in_project("path: App\n", "path: Apps\n"), "no sources in Apps"),
    "project: no such package": (
        in_project("path: EditorKit\n", "path: Kit\n"),
        "no Package.swift",
    ),
    "project: package not listed": (
        in_project("package: EditorKit\n", "package: Editor\n"),
        "the package Editor is not listed",
    ),
    "project: no such product": (
        in_project("product: EditorKit", "product: Kit"),
        "no product Kit",
    ),
    "project: no such script": (
        in_project("scripts/copy_bundle.sh", "scripts/copy.sh"),
        "there is no script scripts/copy.sh",
    ),
    "project: script cannot run": (
        lambda demo: (demo / "scripts/copy_bundle.sh").chmod(0o644),
        "is not executable",
    ),
    "project: tests left out": (
        in_project("        - package: EditorKit/BenchmarkModelTests\n", ""),
        "leaves out the tests EditorKit/BenchmarkModelTests",
    ),
    "project: unknown tests": (
        in_project("EditorKit/EditorModelTests", "EditorKit/ModelTests"),
        "tests the unknown target EditorKit/ModelTests",
    ),
    "project: scheme of nothing": (
        in_project("        SqueezeSAMDemo: all", "        Demo: all"),
        "builds the unknown target Demo",
    ),
    "project: stray source": (
        add_file("EditorKit/Sources/Stray/A.swift", "let a = 1\n"),
        "EditorKit/Sources/Stray/A.swift: lies in no target's folder",
    ),
    "strings: text without entry": (
        in_app("Editor/ResultPanel.swift", 'Picker("Mask"', 'Picker("Masks"'),
        "the text 'Masks' is not in",
    ),
    "strings: sentence without entry": (
        lambda demo: replace(
            demo / "EditorKit/Sources/EditorModel/EditorProblem.swift", "Something went", "It went"
        ),
        "the text 'It went wrong.' is not in",
    ),
    "strings: placeholder without entry": (
        in_app("Editor/ResultPanel.swift", "Mask \\(index + 1), expected", "Mask \\(index + 1)"),
        "is not in",
    ),
    "strings: unused entry": (
        in_strings(lambda table: table.update({"Old": table["Undo"]})),
        "nothing in the code uses 'Old'",
    ),
    "strings: language missing": (
        in_strings(lambda table: table["Undo"]["localizations"].pop("fr")),
        "'Undo' is missing in fr",
    ),
    "strings: empty": (in_strings(lambda table: german(table["Undo"], " ")), "missing in de"),
    "strings: untranslated": (
        in_strings(
            lambda table: table["Undo"]["localizations"]["de"]["stringUnit"].update(state="new")
        ),
        "'Undo' is missing in de",
    ),
    "strings: number form missing": (
        in_strings(
            lambda table: table["%lld prompts."]["localizations"]["fr"]["variations"]["plural"].pop(
                "other"
            )
        ),
        "'%lld prompts.' is missing in fr",
    ),
    "strings: other placeholders": (
        in_strings(lambda table: german(table["Selected: %@ of the photo."], "%lld des Fotos")),
        "has other placeholders in de",
    ),
    "strings: a language too many": (
        in_strings(
            lambda table: table["Undo"]["localizations"].update(
                it=table["Undo"]["localizations"]["fr"]
            )
        ),
        "is given in it",
    ),
    "strings: not JSON": (lambda demo: (demo / STRINGS).write_text("{"), "cannot be read"),
    "strings: usage sentence missing": (
        lambda demo: change_json(
            demo / PLIST_STRINGS, lambda table: table["strings"].pop("NSCameraUsageDescription")
        ),
        "NSCameraUsageDescription is missing",
    ),
    "assets: file missing": (
        lambda demo: (demo / ASSETS / "AppIcon.appiconset/AppIcon.png").unlink(),
        "AppIcon.png is named and not there",
    ),
    "assets: file too many": (
        add_file(f"{ASSETS}/AppIcon.appiconset/Old.png", ""),
        "Old.png is there and not named",
    ),
    "assets: set missing": (
        lambda demo: shutil.rmtree(demo / ASSETS / "Canvas.colorset"),
        "Canvas.colorset is used and not there",
    ),
    "assets: set unused": (
        lambda demo: shutil.copytree(
            demo / ASSETS / "Canvas.colorset", demo / ASSETS / "Old.colorset"
        ),
        "Old.colorset: nothing uses it",
    ),
    "assets: no dark mode": (
        lambda demo: change_json(
            demo / ASSETS / "Canvas.colorset/Contents.json", lambda colours: colours["colors"].pop()
        ),
        "one colour for light and one for dark mode",
    ),
    "assets: icon of another size": (
        lambda demo: (demo / ASSETS / "AppIcon.appiconset/AppIcon.png").write_bytes(small_png()),
        "is 64x64, and 1024x1024 is named",
    ),
    "plist: camera key missing": (
        in_project("        NSCameraUsageDescription: To", "        NSCamera: To"),
        "the code needs NSCameraUsageDescription",
    ),
    "plist: key not needed": (
        in_project("        UILaunchScreen: {}", "        NSMicrophoneUsageDescription: x"),
        "nothing in the code needs NSMicrophoneUsageDescription",
    ),
    "plist: launch screen missing": (
        in_project("        UILaunchScreen: {}\n", ""),
        "UILaunchScreen is missing",
    ),
    "plist: English differs": (
        in_project("take now.", "take."),
        "the English NSCameraUsageDescription is not that of project.yml",
    ),
    "privacy: tracking": (
        in_privacy(lambda manifest: manifest.update(NSPrivacyTracking=True)),
        "must say that nobody is tracked",
    ),
    "privacy: data collected": (
        in_privacy(lambda manifest: manifest["NSPrivacyCollectedDataTypes"].append({})),
        "NSPrivacyCollectedDataTypes must be there and empty",
    ),
    "privacy: reason missing": (
        in_privacy(lambda manifest: manifest["NSPrivacyAccessedAPITypes"].pop(0)),
        "NSPrivacyAccessedAPICategoryUserDefaults needs a reason",
    ),
    "privacy: reason not needed": (
        in_privacy(
            lambda manifest: manifest["NSPrivacyAccessedAPITypes"].append(
                {
                    "NSPrivacyAccessedAPIType": "NSPrivacyAccessedAPICategoryDiskSpace",
                    "NSPrivacyAccessedAPITypeReasons": ["E174.1"],
                }
            )
        ),
        "nothing uses NSPrivacyAccessedAPICategoryDiskSpace",
    ),
    "privacy: network": (
        add_file("App/Net.swift", "import Foundation\nlet session = URLSession.shared\n"),
        "the code uses URLSession",
    ),
    "privacy: not a property list": (
        lambda demo: (demo / PRIVACY).write_text("<plist"),
        "PrivacyInfo.xcprivacy: ",
    ),
}
