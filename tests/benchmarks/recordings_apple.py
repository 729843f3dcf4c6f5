"""What Apple's tools and pymobiledevice3 say, with names, serials and paths replaced.

Each entry names where the form was seen; the forms are facts about the tools, the values are ours.
"""

from __future__ import annotations

import copy
from typing import Any

UDID = "00008120-0014485601E3C01E"

# `devicectl list devices --json-output`, jsonVersion 2, version 397.28 (Xcode 16): the form of the
# parsed documents in Flutter's packages/flutter_tools/test/general.shard/ios/core_devices_test.dart
# and read by coremltools.models.ml_program.experimental.remote_device.
IPHONE: dict[str, Any] = {
    "capabilities": [
        {
            "featureIdentifier": "com.apple.coredevice.feature.installapp",
            "name": "Install Application",
        }
    ],
    "connectionProperties": {
        "authenticationType": "manualPairing",
        "isMobileDeviceOnly": False,
        "lastConnectionDate": "2025-04-28T11:40:23.973Z",
        "pairingState": "paired",
        "transportType": "wired",
        "tunnelIPAddress": "fdcd:3155:df16::1",
        "tunnelState": "connected",
        "tunnelTransportProtocol": "tcp",
    },
    "deviceProperties": {
        "bootState": "booted",
        "ddiServicesAvailable": True,
        "developerModeStatus": "enabled",
        "name": "Kim’s iPhone",
        "osBuildUpdate": "22E252",
        "osVersionNumber": "18.4.1",
    },
    "hardwareProperties": {
        "cpuType": {"name": "arm64e", "subType": 2, "type": 16777228},
        "deviceType": "iPhone",
        "hardwareModel": "D73AP",
        "marketingName": "iPhone 14 Pro",
        "platform": "iOS",
        "productType": "iPhone15,2",
        "reality": "physical",
        "udid": UDID,
    },
    "identifier": "6986451F-A2FF-48DE-A70E-45E06E1F1446",
    "tags": [],
    "visibilityClass": "default",
}

# Paired once and away now: listed, unavailable, without a system version or a transport.
AWAY = {
    "connectionProperties": {"pairingState": "paired", "tunnelState": "unavailable"},
    "deviceProperties": {"developerModeStatus": "enabled", "name": "Old iPhone"},
    "hardwareProperties": {
        "deviceType": "iPhone",
        "marketingName": "iPhone 13 Pro Max",
        "productType": "iPhone14,3",
        "reality": "physical",
        "udid": "00008110-001C108C0132401E",
    },
    "identifier": "0097E500-40E1-4842-93ED-89C7D7E25655",
}

WATCH = {
    "connectionProperties": {
        "pairingState": "paired",
        "transportType": "localNetwork",
        "tunnelState": "disconnected",
    },
    "deviceProperties": {"name": "Watch", "osVersionNumber": "11.3.1"},
    "hardwareProperties": {"deviceType": "appleWatch", "platform": "watchOS", "udid": "00008301-1"},
    "identifier": "35C5DE54-1D3E-4144-8E9A-FA6C38B0B2F1",
}

# An entry that devicectl knows nothing of (same test of Flutter's: sections without fields).
EMPTY = {
    "connectionProperties": {"pairingState": "unsupported", "tunnelState": "unavailable"},
    "deviceProperties": {"bootState": "booted", "ddiServicesAvailable": False},
    "hardwareProperties": {},
    "identifier": "67946E7A-2A5D-5B91-9E34-ECD8AC0E4D09",
}


def iphone(**sections: dict[str, Any]) -> dict[str, Any]:
    """The iPhone with some fields of some sections replaced."""
    device = copy.deepcopy(IPHONE)
    for name, fields in sections.items():
        device[name].update(fields)
    return device


def devices(*entries: dict[str, Any]) -> dict[str, Any]:
    """The document of `list devices`."""
    info = {"commandType": "devicectl.list.devices", "jsonVersion": 2, "outcome": "success"}
    return {"info": {**info, "version": "397.28"}, "result": {"devices": list(entries)}}


def success(**result: Any) -> dict[str, Any]:
    """The document of a command that went well."""
    return {"info": {"jsonVersion": 2, "outcome": "success"}, "result": result}


def failure(*links: tuple[str, int, dict[str, str]]) -> dict[str, Any]:
    """The document of a command that failed: a chain of errors, the outermost first.

    Every value in userInfo is tagged with its type, as devicectl does it.
    """
    under: dict[str, Any] = {}
    for domain, code, details in reversed(links):
        info: dict[str, Any] = {key: {"string": value} for key, value in details.items()}
        if under:
            info["NSUnderlyingError"] = {"error": under}
        under = {"domain": domain, "code": code, "userInfo": info}
    return {"error": under, "info": {"jsonVersion": 2, "outcome": "failed"}}


CORE = "com.apple.dt.CoreDeviceError"
# Measured on a locked screen by the authors of swift-pwa (DeviceCtlErrorTests) and quoted in many
# issue threads: three links deep, the lowest says it for a person.
LOCKED = failure(
    (CORE, 10002, {"NSLocalizedDescription": "The application failed to launch."}),
    (
        "FBSOpenApplicationServiceErrorDomain",
        1,
        {
            "BSErrorCodeDescription": "RequestDenied",
            "NSLocalizedFailureReason": "The request was denied by service delegate "
            "(SBMainWorkspace) for reason: Locked.",
        },
    ),
    (
        "FBSOpenApplicationErrorDomain",
        7,
        {
            "BSErrorCodeDescription": "Locked",
            "NSLocalizedFailureReason": "Unable to launch org.squeezesam.demo because the device "
            "was not, or could not be, unlocked.",
        },
    ),
)
# The console's form of the same, on standard error.
LOCKED_CONSOLE = """ERROR: The application failed to launch. (com.apple.dt.CoreDeviceError error 10002 (0x2712))
       BundleIdentifier = org.squeezesam.demo
       ----------------------------------------
           The request to open "org.squeezesam.demo" failed. (FBSOpenApplicationServiceErrorDomain error 1 (0x01))
           NSLocalizedFailureReason = The request was denied by service delegate (SBMainWorkspace) for reason: Locked ("Unable to launch org.squeezesam.demo because the device was not, or could not be, unlocked").
"""  # noqa: E501
# Locked since it was started (same source): the tunnel itself is refused.
LOCKED_SINCE_BOOT = failure(
    (
        CORE,
        10003,
        {"NSLocalizedDescription": "The operation failed because the device was still locked."},
    ),
    (
        "com.apple.dt.RemotePairingError",
        1016,
        {"NSLocalizedDescription": "The device has not been unlocked recently"},
    ),
)
# Not installed (same source): the sentence is on the outermost link.
NOT_INSTALLED_CONSOLE = """ERROR: The application failed to launch. (com.apple.dt.CoreDeviceError error 10002 (0x2712))
       NSLocalizedRecoverySuggestion = Provide a valid bundle identifier.
       NSLocalizedFailureReason = The requested application org.squeezesam.demo is not installed.
"""  # noqa: E501
# IXUserPresentableErrorDomain 11 over NSPOSIXErrorDomain 28 (nab138/iloader issue 412).
NO_SPACE = failure(
    (CORE, 3002, {"NSLocalizedDescription": "Failed to install the app on the device."}),
    (
        "IXUserPresentableErrorDomain",
        11,
        {
            "NSLocalizedDescription": "Unable to Install “Demo”",
            "NSLocalizedFailureReason": "This app can’t be installed because there isn’t enough "
            "storage. Delete one or more apps, or manage your storage in Settings.",
        },
    ),
    (
        "NSPOSIXErrorDomain",
        28,
        {"NSLocalizedDescription": "copyfile failed: No space left on device"},
    ),
)
# MIInstallerErrorDomain 9 (MIBundle's check of the minimum system version).
TOO_OLD = failure(
    (CORE, 3002, {"NSLocalizedDescription": "Failed to install the app on the device."}),
    (
        "MIInstallerErrorDomain",
        9,
        {
            "LegacyErrorString": "DeviceOSVersionTooLow",
            "NSLocalizedDescription": "The system version is lower than the minimum OS version "
            "specified for bundle at Demo.app. Have 16.1; need 16.4",
        },
    ),
)
# FBSOpenApplicationErrorDomain 3: signed by a developer whom the phone does not trust.
NOT_TRUSTED_DEVELOPER = """ERROR: The application failed to launch. (com.apple.dt.CoreDeviceError error 10002 (0x2712))
       NSLocalizedFailureReason = Unable to launch org.squeezesam.demo because it has an invalid code signature, inadequate entitlements or its profile has not been explicitly trusted by the user.
"""  # noqa: E501
# A dropped connection, measured (same source as LOCKED).
GONE = failure(
    (
        CORE,
        4000,
        {"NSLocalizedDescription": "The device disconnected immediately after connecting."},
    )
)
GONE_CONSOLE = (
    "ERROR: The connection was interrupted. (com.apple.Mercury.error error 1001 (0x3E9))\n"
)

# `pymobiledevice3 usbmux list`, version 11.45: lockdown's short_info, printed by print_json.
USBMUX_ENTRY = {
    "BuildVersion": "22E252",
    "ConnectionType": "USB",
    "DeviceClass": "iPhone",
    "DeviceName": "Kim’s iPhone",
    "Identifier": UDID,
    "ProductType": "iPhone15,2",
    "ProductVersion": "18.4.1",
    "UniqueDeviceID": UDID,
}
# `pymobiledevice3 usbmux list` without usbmuxd, as version 11.45 printed it here.
NO_USBMUXD = """2026-11-21 17:21:29 host pymobiledevice3.__main__[2290] ERROR Failed to connect to usbmuxd socket. Make sure it's running.
2026-11-21 17:21:29 host pymobiledevice3.__main__[2290] INFO Run again with -v for the full traceback (include it when reporting an issue)
"""  # noqa: E501


def pymobile_error(sentence: str) -> str:
    """An error as version 11.45 logs it; the sentences are those of its exceptions.py."""
    return f"2026-11-21 17:21:29 host pymobiledevice3.__main__[2290] ERROR {sentence}\n"
