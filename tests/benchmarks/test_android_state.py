"""What an Android phone says of itself, read from recorded output."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import recordings_android as android
from devices import adb, android_state, commands
from devices.console import Transcript


@pytest.mark.parametrize(
    ("status", "word"),
    [(0, "nominal"), (1, "fair"), (2, "fair"), (3, "serious"), (4, "critical"), (6, "critical")],
)
def test_the_thermal_status_is_read_and_not_an_old_sensors_status(status: int, word: str) -> None:
    assert android_state.parse_thermal(android.THERMAL.format(status)) == word


@pytest.mark.parametrize("text", [android.NO_THERMAL, "", "Thermal Status: 17", "Thermal Sta"])
def test_a_phone_that_does_not_tell_its_heat_is_unknown(text: str) -> None:
    assert android_state.parse_thermal(text) == "unknown"


def test_the_battery_is_read_in_percent_and_degrees() -> None:
    battery = android_state.parse_battery(android.BATTERY)
    assert battery == android_state.Battery(percent=87.0, temperature=29.1, charging=True)


def test_a_battery_report_cut_short_gives_what_it_has() -> None:
    cut = android.BATTERY[: android.BATTERY.index("  scale")]
    assert android_state.parse_battery(cut) == android_state.Battery(None, None, True)
    assert android_state.parse_battery("") == android_state.Battery(None, None, None)


def test_big_cores_are_those_of_half_the_largest_capacity_and_more() -> None:
    cores = android_state.parse_cores(android.CORES)
    assert len(cores) == 9
    # cores 4 to 8
    assert android_state.big_core_mask(cores) == "1f0"


def test_without_capacities_the_clock_decides() -> None:
    text = "\n".join(f"{i} - {1800000 if i < 4 else 2840000}" for i in range(8))
    assert android_state.big_core_mask(android_state.parse_cores(text)) == "f0"


@pytest.mark.parametrize("text", ["", "0 1024 2000000\n1 1024 2000000\n", "0 - -\n1 - -\n"])
def test_cores_that_are_alike_or_unknown_give_no_mask(text: str) -> None:
    assert android_state.big_core_mask(android_state.parse_cores(text)) is None


def test_the_peak_is_the_largest_of_many_readings() -> None:
    readings = "VmHWM:\t  101000 kB\nVmHWM:\t  142336 kB\nVmHWM:\t  142000 kB\n"
    assert android_state.parse_peak_kib(readings) == 142336
    assert android_state.parse_peak_kib("VmRSS:\t  9 kB\n") is None


def test_memory_and_features_are_read() -> None:
    assert android_state.parse_memory_gib(android.MEMINFO) == 7.4
    wanted = ["asimd", "asimdhp", "asimddp", "i8mm", "bf16", "sve", "sve2"]
    assert android_state.parse_features(android.CPUINFO) == wanted


@pytest.mark.parametrize(
    ("policy", "power", "locked"),
    [
        (android.UNLOCKED, android.AWAKE, False),
        (android.LOCKED, android.AWAKE, True),
        (android.UNLOCKED, android.ASLEEP, True),
        ("    mShowingLockscreen=true mShowingDream=false", android.AWAKE, True),
        ("    isStatusBarKeyguard=true", "", True),
        ("", "", False),
    ],
)
def test_a_locked_or_dark_screen_is_noticed(policy: str, power: str, locked: bool) -> None:
    assert android_state.parse_locked(policy, power) is locked


def _taken(line: str) -> None:
    said = Transcript("7f3a")
    said.take(line)
    assert said.document() is None


def _read(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "run", lambda *_: commands.Finished(0, text, ""))
        adb.read_properties("S1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "run", lambda *_: commands.Finished(0, text[:3000], ""))
        adb.list_phones()


_READERS: dict[str, Callable[[str], object]] = {
    "thermal": android_state.parse_thermal,
    "battery": android_state.parse_battery,
    "cores": lambda text: android_state.big_core_mask(android_state.parse_cores(text)),
    "peak": android_state.parse_peak_kib,
    "memory": android_state.parse_memory_gib,
    "features": android_state.parse_features,
    "locked": lambda text: android_state.parse_locked("KeyguardServiceDelegate" + text, text),
    "properties": _read,
    "failure": adb.failure_in,
    "console": _taken,
}
_PIECES = (
    "\n", " ", "[a\n", "[", "[a]: [", "x ", "a: b ", "Features", "device '", "MemTotal: ",
    "VmHWM:\n", "1 2 3\n", "1 2 3 ", "SSAM-BENCH", "SSAM-BENCH(", "SSAM-BENCH 7f3a ", "\t\n",
)  # fmt: skip


@pytest.mark.parametrize("reader", _READERS)
def test_what_a_phone_prints_is_read_in_time_that_grows_with_its_length(reader: str) -> None:
    begun = time.process_time()
    for piece in _PIECES:
        for head in ("", "SSAM-BENCH", "SSAM-BENCH 7f3a", "SSAM-BENCH(", "[", "a: ", "MemTotal:"):
            _READERS[reader](head + piece * (60_000 // len(piece)) + "!")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("reader", _READERS)
@pytest.mark.parametrize("number", ["20000000", "9" * 9, "9" * 4000, "²"])
def test_a_number_that_a_phone_prints_is_never_counted_up_to(reader: str, number: str) -> None:
    begun = time.process_time()
    lines = ("{} {} {}", "VmHWM: {} kB", "MemTotal: {} kB", "Thermal Status: {}", "level: {}")
    for line in (*lines, "[ro.build.version.sdk]: [{}]", f"SSAM-BENCH 7f3a end {{}} {'a' * 64}"):
        _READERS[reader](line.replace("{}", number))
    assert time.process_time() - begun < 1
