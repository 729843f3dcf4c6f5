"""What an Android phone says of itself: heat, battery, cores, memory. Parsers and their readers.

Formats: `dumpsys thermalservice` (com.android.server.power.ThermalManagerService.dump, Android 10
and later), `dumpsys battery` (BatteryService.dump), /proc/meminfo, /proc/cpuinfo, cpufreq in sysfs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from devices import adb
from devices.failures import AppError

# PowerManager.THERMAL_STATUS_*: none, light, moderate, severe, critical, emergency, shutdown.
_THERMAL = ("nominal", "fair", "fair", "serious", "critical", "critical", "critical")
_FEATURES = ("asimd", "asimdhp", "asimddp", "i8mm", "bf16", "sve", "sve2")
# A big core has at least this share of the largest core's capacity, or of its clock where the
# kernel does not tell capacities: little cores clock higher than they compute.
_BIG_CAPACITY, _BIG_CLOCK = 0.5, 0.75


@dataclass(frozen=True)
class Battery:
    """Charge in percent, temperature in °C, whether a charger feeds it; None where unsaid."""

    percent: float | None
    temperature: float | None
    charging: bool | None


@dataclass(frozen=True)
class State:
    """Heat and battery at one moment."""

    thermal: str
    battery: Battery


def read_state(serial: str) -> State:
    """Heat and battery now; what the phone does not tell is unknown."""
    return State(
        parse_thermal(_lenient(serial, "dumpsys thermalservice")),
        parse_battery(_lenient(serial, "dumpsys battery")),
    )


def before_and_after(before: State, after: State) -> dict[str, Any]:
    """Both moments as a result's `thermal` and `battery`."""
    return {
        "thermal": {"before": before.thermal, "after": after.thermal},
        "battery": {
            "before_percent": before.battery.percent,
            "after_percent": after.battery.percent,
            "charging": after.battery.charging,
            "temperature_c": after.battery.temperature,
        },
    }


def read_machine(serial: str) -> dict[str, Any]:
    """The phone as a result's `machine`."""
    properties = adb.read_properties(serial)
    release, sdk = (properties.get(f"ro.build.version.{key}", "?") for key in ("release", "sdk"))
    chip = [properties.get(f"ro.soc.{key}", "") for key in ("manufacturer", "model")]
    cores = parse_cores(_lenient(serial, CORES_COMMAND))
    return {
        "model": properties.get("ro.product.model") or "unknown",
        "system": f"Android {release} (SDK {sdk})",
        "cpu": " ".join(word for word in chip if word) or properties.get("ro.board.platform", ""),
        "features": parse_features(_lenient(serial, "cat /proc/cpuinfo")),
        "cores": len(cores) or None,
        "memory_gib": parse_memory_gib(_lenient(serial, "cat /proc/meminfo")),
    }


def parse_thermal(text: str) -> str:
    """Apple's word for the status that `dumpsys thermalservice` prints."""
    found = re.search(r"^[ \t]*Thermal Status: (\d{1,3})\b", text, re.MULTILINE)
    status = int(found[1]) if found else -1
    return _THERMAL[status] if 0 <= status < len(_THERMAL) else "unknown"


def parse_battery(text: str) -> Battery:
    """What `dumpsys battery` prints."""
    fields = dict(re.findall(r"^[ \t]*([A-Za-z][A-Za-z ]*): (\S+)[ \t\r]*$", text, re.MULTILINE))
    level, scale, tenths = (_number(fields.get(key)) for key in ("level", "scale", "temperature"))
    powered = [value == "true" for key, value in fields.items() if key.endswith(" powered")]
    return Battery(
        percent=round(100 * level / scale, 1) if level is not None and scale else None,
        temperature=tenths / 10 if tenths is not None else None,
        charging=any(powered) if powered else None,
    )


# Each core: its number, capacity and highest clock; a dash where the kernel does not say.
CORES_COMMAND = (
    "for c in /sys/devices/system/cpu/cpu[0-9]*; do "
    "echo ${c##*/cpu} $(cat $c/cpu_capacity 2>/dev/null || echo -) "
    "$(cat $c/cpufreq/cpuinfo_max_freq 2>/dev/null || echo -); done"
)


def parse_cores(text: str) -> dict[int, tuple[float | None, float | None]]:
    """Capacity and highest clock in kHz of each core."""
    lines = re.findall(r"^(\d{1,4}) (\d{1,15}|-) (\d{1,15}|-)[ \t\r]*$", text, re.MULTILINE)
    return {int(core): (_number(capacity), _number(clock)) for core, capacity, clock in lines}


def big_core_mask(cores: dict[int, tuple[float | None, float | None]]) -> str | None:
    """Hexadecimal mask of the big cores for taskset; None if the cores are alike or unknown."""
    for place, share in ((0, _BIG_CAPACITY), (1, _BIG_CLOCK)):
        values = {core: facts[place] for core, facts in cores.items()}
        known = [value for value in values.values() if value]
        if len(known) == len(cores) and known:
            big = [core for core, value in values.items() if (value or 0) >= share * max(known)]
            return f"{sum(1 << core for core in big):x}" if len(big) < len(cores) else None
    return None


def parse_peak_kib(text: str) -> int | None:
    """The largest VmHWM in one or many copies of /proc/PID/status, KiB."""
    return max(
        (int(k) for k in re.findall(r"^VmHWM:\s+(\d{1,15}) kB", text, re.MULTILINE)), default=None
    )


def parse_memory_gib(text: str) -> float | None:
    """Memory of the phone from /proc/meminfo."""
    found = re.search(r"^MemTotal:\s+(\d{1,15}) kB", text, re.MULTILINE)
    return round(int(found[1]) / 2**20, 1) if found else None


def parse_features(text: str) -> list[str]:
    """The instruction sets that decide speed, from /proc/cpuinfo."""
    found = re.search(r"^Features\s*: (.*)$", text, re.MULTILINE)
    has = set(found[1].split()) if found else set()
    return [feature for feature in _FEATURES if feature in has]


def is_locked(serial: str) -> bool:
    """Whether the screen is locked or dark; False where the phone does not say."""
    return parse_locked(
        _lenient(serial, "dumpsys window policy"), _lenient(serial, "dumpsys power")
    )


def parse_locked(policy: str, power: str) -> bool:
    """Whether `dumpsys window policy` shows the keyguard, or `dumpsys power` says asleep.

    The keyguard's line has several names over the versions: mShowingLockscreen,
    isStatusBarKeyguard, mDreamingLockscreen, and showing= under KeyguardServiceDelegate.
    """
    if re.search(r"mWakefulness=(Asleep|Dozing)", power):
        return True
    if re.search(r"(mShowingLockscreen|isStatusBarKeyguard|mDreamingLockscreen)=true", policy):
        return True
    delegate = policy.partition("KeyguardServiceDelegate")[2]
    return bool(re.search(r"^[ \t]*showing=true", delegate, re.MULTILINE))


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"-?\d{1,15}", text) else None


def _lenient(serial: str, command: str) -> str:
    """A shell command's output; empty where the phone does not have the service."""
    try:
        return adb.shell(serial, command, 30)
    except AppError:
        return ""
