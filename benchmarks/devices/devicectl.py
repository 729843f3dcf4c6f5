"""iPhones through `xcrun devicectl` of Xcode 15 and later; its JSON, never its tables.

Formats: Apple promises the JSON of --json-output to scripts and nothing else ("devicectl --help").
The fields used here are those that coremltools.models.ml_program.experimental.remote_device and
Flutter's packages/flutter_tools/lib/src/ios/core_devices.dart read.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from devices import commands
from devices.failures import (
    AppError,
    DeviceError,
    LockedError,
    MissingError,
    NoDeviceError,
    NoSpaceError,
    TooOldError,
    UnpluggedError,
    UntrustedError,
    one_line,
)
from devices.phones import Phone

OLDEST_IOS = 16
LIST_TIMEOUT = 60.0
RESULT_FILE = "Documents/benchmark.json"

NOTHING = (
    "no iPhone is connected: connect one with a cable, unlock it and tap Trust "
    "(Xcode, Window, Devices and Simulators shows it then)"
)


def is_available() -> bool:
    """Whether this is a Mac with an Xcode that has devicectl."""
    if not commands.is_installed("xcrun"):
        return False
    # Without Xcode there is an xcrun that only says what it cannot find.
    return commands.run(["xcrun", "--find", "devicectl"], 30).code == 0


def version() -> str | None:
    """Version of Xcode, such as 16.3."""
    if not commands.is_installed("xcodebuild"):
        return None
    words = commands.run(["xcodebuild", "-version"], 60).out.split()
    return words[1] if len(words) > 1 and words[0] == "Xcode" else None


def list_phones() -> list[Phone]:
    """Every iPhone and iPad that is connected now."""
    result = _call(["list", "devices", "--timeout", "20"], LIST_TIMEOUT)
    return [phone for device in result.get("devices", []) if (phone := _phone(device))]


def install(phone: Phone, app: Path) -> None:
    """Install a built .app."""
    _call(["device", "install", "app", "--device", phone.identifier, str(app)], 300)


def send_folder(phone: Phone, app_id: str, folder: Path, destination: str) -> None:
    """Copy a folder into the app's container."""
    _call(
        ["device", "copy", "to", "--device", phone.identifier, *_container(app_id)]
        + ["--source", str(folder), "--destination", destination],
        300,
    )


def receive_file(phone: Phone, app_id: str, source: str) -> bytes | None:
    """A file of the app's container; None if it is not there."""
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / "file"
        try:
            _call(
                ["device", "copy", "from", "--device", phone.identifier, *_container(app_id)]
                + ["--source", source, "--destination", str(target)],
                120,
            )
        except AppError:
            return None
        return target.read_bytes() if target.is_file() else None


def launch_words(phone: Phone, app_id: str, words: list[str]) -> list[str]:
    """The command that launches the app with these words and shows its output till it ends."""
    # The lone -- keeps devicectl from taking the app's words for its own.
    return [
        *("xcrun", "devicectl", "device", "process", "launch", "--device", phone.identifier),
        *("--console", "--terminate-existing", app_id, "--", *words),
    ]


def failure_in(text: str) -> DeviceError:
    """What devicectl's words mean: a console's last lines, or the sentences of its JSON."""
    for signs, kind, sentence in _MEANINGS:
        if any(sign.lower() in text.lower() for sign in signs):
            return kind(sentence)
    return AppError(f"devicectl reports: {one_line(text) or 'nothing'}")


_MEANINGS: list[tuple[tuple[str, ...], type[DeviceError], str]] = [
    (
        ("could not be, unlocked", "still locked", "not been unlocked", "for reason: Locked"),
        LockedError,
        "the iPhone is locked: unlock it, keep its screen on, and run this again",
    ),
    (
        ("explicitly trusted by the user", "invalid code signature"),
        UntrustedError,
        "the iPhone does not trust the app's developer: on the phone open Settings, General, "
        "VPN & Device Management, and trust the developer",
    ),
    (
        ("not paired", "must be paired", "NotPaired"),
        UntrustedError,
        "the iPhone does not trust this Mac: unlock it, tap Trust, and enter its code",
    ),
    (
        ("developer mode",),
        UntrustedError,
        "Developer Mode is off: on the iPhone open Settings, Privacy & Security, Developer Mode, "
        "switch it on and restart the phone",
    ),
    (
        ("DeviceOSVersionTooLow", "lower than the minimum OS version", "Requires a Newer Version"),
        TooOldError,
        f"the iPhone's iOS is too old for the demo app: it needs iOS {OLDEST_IOS} or later",
    ),
    (
        ("No space left on device", "isn’t enough storage", "isn't enough storage"),
        NoSpaceError,
        "the iPhone has no room left: free some storage and run this again",
    ),
    (
        ("is not installed", "-10814"),
        MissingError,
        "the demo app is not installed on the iPhone: leave out --no-build, or install it and "
        "give its identifier with --app-id",
    ),
    (
        ("not found", "No such device"),
        NoDeviceError,
        "the iPhone is no longer there: connect it again and unlock it",
    ),
    (
        (
            "disconnected",
            "connection was invalidated",
            "connection was interrupted",
            "connection interrupted",
            "connection to this device could not be established",
            "connection reset",
            "Transport error",
        ),
        UnpluggedError,
        "the connection to the iPhone was lost: check the cable and run this again",
    ),
]


def _container(app_id: str) -> list[str]:
    return ["--domain-type", "appDataContainer", "--domain-identifier", app_id]


def _call(words: list[str], timeout: float) -> dict[str, Any]:
    """Run devicectl; the ``result`` of its JSON."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "answer.json"
        done = commands.run(["xcrun", "devicectl", *words, "--json-output", str(path)], timeout)
        try:
            answer = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # Cut off, or never written: what it said on the terminal is all there is.
            answer = {}
    result = answer.get("result")
    if done.code == 0 and isinstance(result, dict):
        return result
    sentences = " ".join(_sentences(answer.get("error"))) or done.text
    raise failure_in(sentences)


def _sentences(error: Any) -> Iterator[str]:
    """What an error and those under it say, the outermost first."""
    if not isinstance(error, dict):
        return
    details = error.get("userInfo")
    details = details if isinstance(details, dict) else {}
    for key in ("NSLocalizedDescription", "NSLocalizedFailureReason"):
        value = details.get(key)
        value = value.get("string") if isinstance(value, dict) else value
        if isinstance(value, str):
            yield value
    yield f"({error.get('domain')} {error.get('code')})"
    under = details.get("NSUnderlyingError")
    yield from _sentences(under.get("error") if isinstance(under, dict) else None)


def _phone(device: dict[str, Any]) -> Phone | None:
    """A phone from devicectl's entry; None for what is no phone or not connected."""
    hardware = device.get("hardwareProperties") or {}
    properties = device.get("deviceProperties") or {}
    connection = device.get("connectionProperties") or {}
    if hardware.get("deviceType") not in ("iPhone", "iPad") or hardware.get("reality") == "virtual":
        return None
    # A phone that was paired once stays listed as unavailable; one within reach has a transport.
    if connection.get("tunnelState") == "unavailable" or not connection.get("transportType"):
        return None
    number = str(properties.get("osVersionNumber") or "")
    return Phone(
        identifier=str(hardware.get("udid") or device.get("identifier") or ""),
        name=str(properties.get("name") or "unnamed"),
        model=str(hardware.get("productType") or "unknown"),
        marketing_name=str(hardware.get("marketingName") or ""),
        system=f"iOS {number}" if number else "",
        trouble=_trouble(connection, properties, number),
    )


def _trouble(
    connection: dict[str, Any], properties: dict[str, Any], number: str
) -> DeviceError | None:
    if connection.get("pairingState") not in (None, "paired"):
        return failure_in("not paired")
    major = number.split(".")[0]
    if major.isdigit() and int(major) < OLDEST_IOS:
        return TooOldError(f"iOS {number} is too old: the demo app needs iOS {OLDEST_IOS} or later")
    if properties.get("developerModeStatus") == "disabled":
        return failure_in("developer mode")
    return None
