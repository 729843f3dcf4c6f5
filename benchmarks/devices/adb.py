"""Android phones through `adb`: listing, shell, files, and what its words mean.

Formats: `adb devices -l` and the messages of the platform tools (AOSP packages/modules/adb), the
`Failure [INSTALL_…]` codes of android.content.pm.PackageManager.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from devices import commands
from devices.failures import (
    AppError,
    DeviceError,
    MissingError,
    NoDeviceError,
    NoSpaceError,
    NotReadyError,
    TooOldError,
    UnpluggedError,
    UntrustedError,
    one_line,
)
from devices.phones import Phone

OLDEST_SDK = 24
INSTALL = "adb is not installed: get the Android platform tools (`apt install adb`)"
NOTHING = (
    "no Android phone is connected: connect one with a cable, switch on USB debugging (Settings, "
    "Developer options) and allow this computer on its screen"
)
# Each of a line alone: looked for over all lines behind it, every line would be gone through again.
_PROPERTIES = re.compile(r"^\[(?P<key>[^\]\n]+)\]: \[(?P<value>[^\]\n]*)\]$", re.MULTILINE)

# adb names the phone in between: error: device 'R58M12ABCDE' not found
_GONE = re.compile(r"device '[^']*' not found|device not found", re.IGNORECASE)


def is_available() -> bool:
    """Whether adb is on PATH."""
    return commands.is_installed("adb")


def version() -> str | None:
    """Version of the platform tools, such as 35.0.2."""
    if not is_available():
        return None
    found = re.search(r"^Version (\S+)", commands.run(["adb", "version"], 30).out, re.MULTILINE)
    return found[1] if found else None


def list_phones() -> list[Phone]:
    """Every Android device that adb sees."""
    done = commands.run(["adb", "devices", "-l"], 30)
    if done.code != 0:
        raise failure_in(done.text)
    phones = []
    for line in done.out.splitlines():
        words = line.split()
        # Before the heading adb may say that it starts its server.
        if len(words) < 2 or line.startswith(("List of devices", "*")):
            continue
        phones.append(_phone(words[0], " ".join(words[1:])))
    return phones


def _phone(serial: str, rest: str) -> Phone:
    listed = dict(word.split(":", 1) for word in rest.split() if ":" in word)
    model = listed.get("model", "unknown").replace("_", " ")
    state = "no permissions" if rest.startswith("no permissions") else rest.split()[0]
    trouble = _trouble(state)
    if trouble is not None:
        return Phone(serial, model, model, trouble=trouble)
    try:
        properties = read_properties(serial)
    except DeviceError as error:
        return Phone(serial, model, model, trouble=error)
    sdk = properties.get("ro.build.version.sdk", "")
    model = properties.get("ro.product.model") or model
    system = f"Android {properties.get('ro.build.version.release', '?')} (SDK {sdk or '?'})"
    old = bool(re.fullmatch("[0-9]{1,9}", sdk)) and int(sdk) < OLDEST_SDK
    needed = TooOldError(f"{system} is too old: SDK {OLDEST_SDK} (Android 7.0) or later is needed")
    return Phone(serial, model, model, system=system, trouble=needed if old else None)


def _trouble(state: str) -> DeviceError | None:
    """Why a device in this state cannot be used; None if it can."""
    if state == "device":
        return None
    known: dict[str, DeviceError] = {
        "unauthorized": failure_in("device unauthorized"),
        "authorizing": failure_in("device unauthorized"),
        "offline": failure_in("device offline"),
        "no permissions": UntrustedError(
            "this computer may not open the phone's USB port: install the package "
            "android-sdk-platform-tools-common (udev rules) and connect it again"
        ),
    }
    return known.get(state) or NotReadyError(
        f"the phone is in the state '{one_line(state, 40)}': "
        "start Android on it, then run this again"
    )


def read_properties(serial: str) -> dict[str, str]:
    """The phone's system properties."""
    return {m["key"]: m["value"] for m in _PROPERTIES.finditer(shell(serial, "getprop"))}


def shell(serial: str, command: str, timeout: float = 60) -> str:
    """What a shell command on the phone printed.

    Raises:
        DeviceError: it failed, the phone is gone, or it took longer than ``timeout`` seconds.
    """
    done = commands.run(["adb", "-s", serial, "shell", command], timeout)
    if done.code != 0:
        raise failure_in(done.text)
    return done.out


def push(serial: str, source: Path, target: str) -> None:
    """Copy a file or folder onto the phone, in place of what is at ``target``."""
    if source.is_dir():
        # adb puts a folder into one that is there already.
        parent = target.rsplit("/", 1)[0]
        shell(serial, f"rm -rf {shlex.quote(target)} && mkdir -p {shlex.quote(parent)}")
    done = commands.run(["adb", "-s", serial, "push", str(source), target], 300)
    if done.code != 0:
        raise failure_in(done.text)


def install(serial: str, apk: Path) -> None:
    """Install an APK, over an older one if there is."""
    done = commands.run(["adb", "-s", serial, "install", "-r", "-t", str(apk)], 300)
    # Old versions of adb exit with 0 after a failure.
    if done.code != 0 or "Failure [" in done.text:
        raise failure_in(done.text)


def failure_in(text: str) -> DeviceError:
    """What adb's words mean."""
    if _GONE.search(text):
        return UnpluggedError("the phone is gone: connect it again and run this again")
    for signs, kind, sentence in _MEANINGS:
        if any(sign.lower() in text.lower() for sign in signs):
            return kind(sentence)
    return AppError(f"adb reports: {one_line(text) or 'nothing'}")


_MEANINGS: list[tuple[tuple[str, ...], type[DeviceError], str]] = [
    (
        ("device unauthorized", "device still authorizing"),
        UntrustedError,
        "the phone does not allow this computer: unlock it and tap Allow under USB debugging",
    ),
    (
        ("INSTALL_FAILED_USER_RESTRICTED",),
        UntrustedError,
        "the phone refuses apps over USB: switch on Install via USB in its Developer options, and "
        "confirm on its screen",
    ),
    (
        ("INSTALL_FAILED_INSUFFICIENT_STORAGE", "No space left on device", "not enough space"),
        NoSpaceError,
        "the phone has no room left: free some storage and run this again",
    ),
    (
        ("INSTALL_FAILED_OLDER_SDK",),
        TooOldError,
        f"the phone's Android is too old for the app: SDK {OLDEST_SDK} (Android 7.0) or later",
    ),
    (
        ("INSTALL_FAILED_UPDATE_INCOMPATIBLE", "INSTALL_FAILED_VERSION_DOWNGRADE"),
        NotReadyError,
        "another build of the app is on the phone: uninstall it, then run this again",
    ),
    (
        ("INSTALL_FAILED_NO_MATCHING_ABIS",),
        NotReadyError,
        "the app has no code for this phone's processor: build it for the phone's ABI",
    ),
    (
        ("Error type 3", "Unable to resolve Intent"),
        MissingError,
        "the demo app is not on the phone, or has no benchmark mode: install it with --apk, or "
        "give its name with --app-id",
    ),
    (
        ("no devices/emulators found",),
        NoDeviceError,
        NOTHING,
    ),
    (
        ("device offline", "error: closed", "connection reset", "protocol fault"),
        UnpluggedError,
        "the connection to the phone was lost: check the cable and run this again",
    ),
    (
        ("cannot connect to daemon", "failed to start daemon"),
        NotReadyError,
        "adb's server does not start: `adb kill-server`, then `adb devices` says why",
    ),
]
