"""The demo app, built and signed with Xcode's command line tools."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devices import commands
from devices.failures import AppError, MissingError, UntrustedError, one_line


@dataclass(frozen=True)
class BuiltApp:
    """A built app: the .app folder and its bundle identifier."""

    path: Path
    app_id: str


def build(demo: Path, derived: Path, team: str | None, scheme: str | None) -> BuiltApp:
    """Generate the project with XcodeGen, and build it for a device.

    Args:
        demo: folder of the demo app, with project.yml.
        derived: where Xcode builds.
        team: development team for signing; None: as the project says.
        scheme: None: the project's first.

    Raises:
        DeviceError: XcodeGen or the project is missing; signing or building failed.
    """
    project = _project(demo)
    words = ["xcodebuild", "-project", str(project), "-scheme", scheme or _scheme(project)]
    words += ["-configuration", "Release", "-destination", "generic/platform=iOS"]
    words += ["-derivedDataPath", str(derived), "-allowProvisioningUpdates"]
    words += [f"DEVELOPMENT_TEAM={team}"] if team else []
    done = commands.run([*words, "build"], 1800)
    if done.code != 0:
        raise _build_failure(done.text)
    return _product(commands.run([*words, "-showBuildSettings", "-json"], 120).out)


def _project(demo: Path) -> Path:
    if not (demo / "project.yml").is_file():
        raise MissingError(
            f"{demo} holds no project.yml: name the demo app's folder with --project"
        )
    if not commands.is_installed("xcodegen"):
        raise MissingError("xcodegen is not installed: `brew install xcodegen`")
    done = commands.run(["xcodegen", "generate", "--spec", str(demo / "project.yml")], 120)
    projects = sorted(demo.glob("*.xcodeproj"))
    if done.code != 0 or not projects:
        raise AppError(f"xcodegen failed: {one_line(done.text)}")
    return projects[0]


def _scheme(project: Path) -> str:
    done = commands.run(["xcodebuild", "-project", str(project), "-list", "-json"], 120)
    try:
        return str(_json(done.out)["project"]["schemes"][0])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise AppError(f"{project.name} has no scheme; name one with --scheme") from error


def _product(text: str) -> BuiltApp:
    try:
        settings = [entry["buildSettings"] for entry in _json(text)]
        app = next(entry for entry in settings if entry.get("WRAPPER_EXTENSION") == "app")
        path = Path(app["TARGET_BUILD_DIR"]) / app["FULL_PRODUCT_NAME"]
        return BuiltApp(path, str(app["PRODUCT_BUNDLE_IDENTIFIER"]))
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise AppError("xcodebuild did not say where it built the app") from error


def _json(text: str) -> Any:
    """The JSON in xcodebuild's output, which may begin with notes."""
    starts = [place for place in (text.find("["), text.find("{")) if place >= 0]
    return json.loads(text[min(starts) :]) if starts else None


def _build_failure(text: str) -> Exception:
    if "requires a development team" in text:
        return UntrustedError("signing needs a development team: give yours with --team")
    if "No profiles for" in text or "No Account for Team" in text:
        return UntrustedError("Xcode cannot sign the app: sign in under Xcode, Settings, Accounts")
    errors = [line for line in text.splitlines() if "error:" in line]
    return AppError(f"xcodebuild failed: {one_line(' '.join(errors[:3]) or text[-300:])}")
