"""iPhones from Linux, or from a Mac without Xcode, through the command `pymobiledevice3`.

It cannot build or sign: the demo app must be signed elsewhere and is installed from --app or is
already there. Checked against the command line and the messages of version 11.45: `usbmux list`,
`apps query|install|push|pull`, `developer dvt launch --stream`. From version 11 on a developer
command opens the tunnel that iOS 17 needs by itself and without root; older ones do not.
"""

from __future__ import annotations

import json
import shlex
import tempfile
from pathlib import Path
from typing import Any

from devices import commands
from devices.devicectl import OLDEST_IOS
from devices.failures import (
    AppError,
    DeviceError,
    LockedError,
    MissingError,
    NoSpaceError,
    TooOldError,
    UnpluggedError,
    UntrustedError,
    one_line,
)
from devices.phones import Phone

OLDEST = 11
PROGRAM = "pymobiledevice3"
NOTHING = (
    "no iPhone is connected: connect one with a cable, unlock it and tap Trust "
    "(on Linux the service usbmuxd must run)"
)
INSTALL = (
    "neither Xcode's devicectl nor pymobiledevice3 is here: on a Mac install Xcode 15 or later, "
    "elsewhere `pip install pymobiledevice3` and the service usbmuxd"
)


def is_available() -> bool:
    """Whether the command is on PATH."""
    return commands.is_installed(PROGRAM)


def version() -> str | None:
    """Version of pymobiledevice3, such as 11.45.0."""
    if not is_available():
        return None
    words = commands.run([PROGRAM, "version"], 60).out.split()
    return words[-1] if words else None


def check_version() -> None:
    """Raise `TooOldError` for a pymobiledevice3 that needs root for iOS 17."""
    number = version() or ""
    major = number.split(".")[0]
    if major.isdigit() and int(major) < OLDEST:
        raise TooOldError(
            f"pymobiledevice3 {number} is too old: `pip install -U pymobiledevice3` "
            f"({OLDEST} or later)"
        )


def list_phones() -> list[Phone]:
    """Every iPhone that usbmuxd sees, by cable before Wi-Fi."""
    entries = _json(["usbmux", "list"], 60)
    phones: dict[str, Phone] = {}
    for entry in entries if isinstance(entries, list) else []:
        phone = _phone(entry)
        if phone.identifier not in phones or entry.get("ConnectionType") == "USB":
            phones[phone.identifier] = phone
    return list(phones.values())


def has_app(phone: Phone, app_id: str) -> bool:
    """Whether the app is installed."""
    answer = _json(["apps", "query", app_id, "--udid", phone.identifier], 60)
    return isinstance(answer, dict) and app_id in answer


def install(phone: Phone, app: Path) -> None:
    """Install a signed .ipa or .app."""
    _call(["apps", "install", str(app), "--developer", "--udid", phone.identifier], 300)


def send_folder(phone: Phone, app_id: str, folder: Path, destination: str) -> None:
    """Copy a folder into the app's container; its last name must be ``destination``'s."""
    parent = destination.rsplit("/", 1)[0]
    _call(["apps", "push", app_id, str(folder), parent, "--udid", phone.identifier], 300)


def receive_file(phone: Phone, app_id: str, source: str) -> bytes | None:
    """A file of the app's container; None if it is not there."""
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / "file"
        try:
            _call(["apps", "pull", app_id, source, str(target), "--udid", phone.identifier], 120)
        except AppError:
            return None
        return target.read_bytes() if target.is_file() else None


def launch_words(phone: Phone, app_id: str, words: list[str]) -> list[str]:
    """The command that launches the app and shows its output; it does not end by itself."""
    line = shlex.join([app_id, *words])
    return [
        *(PROGRAM, "--no-color", "developer", "dvt", "launch", "--stream"),
        *("--udid", phone.identifier, line),
    ]


def failure_in(text: str) -> DeviceError:
    """What its words mean: the messages of pymobiledevice3/exceptions.py, and installd's."""
    for signs, kind, sentence in _MEANINGS:
        if any(sign.lower() in text.lower() for sign in signs):
            return kind(sentence)
    return AppError(f"pymobiledevice3 reports: {one_line(_without_stamps(text)) or 'nothing'}")


_MEANINGS: list[tuple[tuple[str, ...], type[DeviceError], str]] = [
    (
        ("Failed to connect to usbmuxd",),
        MissingError,
        "the service usbmuxd does not run: install it and start it (`systemctl start usbmuxd`), "
        "then connect the iPhone",
    ),
    (
        ("password protected", "Please unlock", "could not be, unlocked", "DeviceLocked"),
        LockedError,
        "the iPhone is locked: unlock it, keep its screen on, and run this again",
    ),
    (
        ("not paired", "Trust dialog", "refused to trust", "Pair it again", "pairing record"),
        UntrustedError,
        "the iPhone does not trust this computer: unlock it, tap Trust, and enter its code",
    ),
    (
        ("explicitly trusted by the user", "ApplicationVerificationFailed"),
        UntrustedError,
        "the iPhone does not accept the app's signature: sign it for this phone, and trust its "
        "developer in Settings, General, VPN & Device Management",
    ),
    (
        ("Developer Mode is disabled", 'enabled "Developer Mode"'),
        UntrustedError,
        "Developer Mode is off, or its disk image is not mounted: switch it on in Settings, "
        "Privacy & Security, then run `pymobiledevice3 mounter auto-mount`",
    ),
    (
        ("DeviceOSVersionTooLow", "lower than the minimum OS version"),
        TooOldError,
        f"the iPhone's iOS is too old for the demo app: it needs iOS {OLDEST_IOS} or later",
    ),
    (
        ("No space left on device", "isn’t enough storage", "isn't enough storage"),
        NoSpaceError,
        "the iPhone has no room left: free some storage and run this again",
    ),
    (
        ("Device is not connected", "Device not found", "Connection was terminated", "BadDev")
        + ("closed the stream",),
        UnpluggedError,
        "the connection to the iPhone was lost: check the cable and run this again",
    ),
]


def _call(words: list[str], timeout: float) -> str:
    done = commands.run([PROGRAM, "--no-color", *words], timeout)
    if done.code != 0:
        raise failure_in(done.text)
    return done.out


def _json(words: list[str], timeout: float) -> Any:
    text = _call(words, timeout)
    try:
        return json.loads(text)
    except ValueError as error:
        raise AppError(f"`{PROGRAM} {words[0]} {words[1]}` gave no JSON") from error


def _without_stamps(text: str) -> str:
    """Log lines without date, host and process: what is after ERROR or INFO."""
    cut = [line.split(" ERROR ", 1)[-1].split(" INFO ", 1)[-1] for line in text.splitlines()]
    return " ".join(cut)


def _phone(entry: dict[str, Any]) -> Phone:
    number = str(entry.get("ProductVersion") or "")
    major = number.split(".")[0]
    old = major.isdigit() and int(major) < OLDEST_IOS
    return Phone(
        identifier=str(entry.get("Identifier") or entry.get("UniqueDeviceID") or ""),
        name=str(entry.get("DeviceName") or "unnamed"),
        model=str(entry.get("ProductType") or "unknown"),
        system=f"iOS {number}" if number else "",
        trouble=TooOldError(
            f"iOS {number} is too old: the demo app needs iOS {OLDEST_IOS} or later"
        )
        if old
        else None,
    )
