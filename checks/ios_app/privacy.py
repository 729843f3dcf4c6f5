"""Info.plist keys and the privacy manifest against what the sources use."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from checks.ios_app.faults import Faults
from checks.ios_app.spec import Project, package_folders
from checks.ios_app.strings import PLIST_CATALOGUE

MANIFEST = "App/Resources/PrivacyInfo.xcprivacy"

# What in the code needs which sentence in Info.plist.
_USAGE = {
    "NSCameraUsageDescription": r"sourceType\s*=\s*\.camera|AVCaptureDevice",
    "NSPhotoLibraryAddUsageDescription": r"requestAuthorization\(for:\s*\.addOnly",
    "NSPhotoLibraryUsageDescription": r"requestAuthorization\(for:\s*\.readWrite|PHAsset\.fetch",
    "NSMicrophoneUsageDescription": r"AVAudioSession|AVAudioRecorder",
    "NSLocationWhenInUseUsageDescription": r"CLLocationManager",
}
# Apple's categories of APIs that need a reason, as far as code of this kind could use them.
_REASONS = {
    "NSPrivacyAccessedAPICategoryUserDefaults": r"\bUserDefaults\b|@AppStorage",
    "NSPrivacyAccessedAPICategorySystemBootTime": r"systemUptime|mach_absolute_time",
    "NSPrivacyAccessedAPICategoryFileTimestamp": r"\b[fl]?stat(at)?\(|getattrlist|"
    r"(creation|modification)Date|contentModificationDateKey|creationDateKey",
    "NSPrivacyAccessedAPICategoryDiskSpace": r"statv?fs\(|volumeAvailableCapacity|systemFreeSize",
}
_NETWORK = r"\bURLSession\b|\bNWConnection\b|import Network\b|\bURLRequest\b|\bWKWebView\b"


def check(demo: Path, project: Project, sources: list[Path], faults: Faults) -> None:
    """Compare keys and reasons with the app's sources and those of the packages it links."""
    app = _joined(sources)
    properties: dict[str, Any] = {}
    for target in project["targets"].values():
        properties |= target.get("info", {}).get("properties", {})
    _check_usage(demo, properties, app, faults)
    _check_manifest(demo, app + _package_code(demo, project), faults)


def _check_usage(demo: Path, properties: dict[str, Any], app: str, faults: Faults) -> None:
    translated = faults.json(demo / PLIST_CATALOGUE).get("strings", {})
    for key, use in _USAGE.items():
        if re.search(use, app) and not str(properties.get(key, "")).strip():
            faults.add("project.yml", f"the code needs {key} in Info.plist")
        if key in properties and not re.search(use, app):
            faults.add("project.yml", f"nothing in the code needs {key}")
        if key in properties and key not in translated:
            faults.add(PLIST_CATALOGUE, f"{key} is missing")
    for key in sorted(set(translated) - set(properties)):
        faults.add(PLIST_CATALOGUE, f"project.yml has no {key}")
    for key in set(translated) & set(properties):
        english = translated[key]["localizations"].get("en", {}).get("stringUnit", {})
        if english.get("value") != properties[key]:
            faults.add(PLIST_CATALOGUE, f"the English {key} is not that of project.yml")
    required = {"UILaunchScreen", "CFBundleShortVersionString", "CFBundleVersion"}
    for key in sorted(required - set(properties)):
        faults.add("project.yml", f"{key} is missing in Info.plist")


def _check_manifest(demo: Path, code: str, faults: Faults) -> None:
    manifest = faults.plist(demo / MANIFEST)
    if manifest.get("NSPrivacyTracking") is not False:
        faults.add(MANIFEST, "must say that nobody is tracked")
    for key in ("NSPrivacyTrackingDomains", "NSPrivacyCollectedDataTypes"):
        if manifest.get(key) != []:
            faults.add(MANIFEST, f"{key} must be there and empty")
    given = {
        entry.get("NSPrivacyAccessedAPIType"): entry.get("NSPrivacyAccessedAPITypeReasons")
        for entry in manifest.get("NSPrivacyAccessedAPITypes", [])
    }
    for category, use in _REASONS.items():
        used = re.search(use, code)
        if used and not given.get(category):
            faults.add(MANIFEST, f"'{used[0]}' is used: {category} needs a reason")
        if not used and category in given:
            faults.add(MANIFEST, f"nothing uses {category}")
    for category in sorted(set(given) - set(_REASONS), key=str):
        faults.add(MANIFEST, f"{category} is not known here")
    network = re.search(_NETWORK, code)
    if network:
        faults.add(MANIFEST, f"says that nothing is sent, and the code uses {network[0]}")


def _package_code(demo: Path, project: Project) -> str:
    code = ""
    for folder in package_folders(project, demo).values():
        # The demo's own package, and the SDK with its core.
        for part in ("Sources", "runtime/swift/Sources", "runtime/core/src"):
            files = sorted((folder / part).rglob("*"))
            code += _joined([file for file in files if file.suffix in (".swift", ".cpp", ".h")])
    return code


def _joined(files: list[Path]) -> str:
    """The code without comments of whole lines."""
    lines = "\n".join(file.read_text(encoding="utf-8") for file in files).splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(("//", "*", "/*")))
