"""What iphone.json and android.json say, where they are; where not: *not yet run on a device*."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from results.markdown import origin, table
from results.result import main_ms, read_result

DEVICES = {
    "iphone": ("iPhone", "python benchmarks/iphone_latency.py --json docs/performance/iphone.json"),
    "android": (
        "Android phone",
        "python benchmarks/android_latency.py --bundle DIR --json docs/performance/android.json",
    ),
}
HEAD = [
    "bundle", "engine", "how", "cold load, ms", "warm load, ms", "network, ms",
    "a tap p50, ms", "p90", "p99", "automatic mask, ms", "memory, MiB",
]  # fmt: skip


def read_devices(folder: Path) -> dict[str, dict[str, Any]]:
    """The device results that are there, by name.

    Raises:
        ResultError: a file is there and is no result.
    """
    return {
        name: read_result(folder / f"{name}.json")
        for name in DEVICES
        if (folder / f"{name}.json").is_file()
    }


def sections(devices: dict[str, dict[str, Any]]) -> list[str]:
    """A section of docs/performance.md for each kind of device."""
    return [_section(name, devices.get(name)) for name in DEVICES]


def lines(devices: dict[str, dict[str, Any]]) -> list[str]:
    """What the README says of each kind of device: its table, or that there is none yet."""
    return [
        f"{title}: *not yet run on a device* (`{command}`)."
        if name not in devices
        else f"{_rows(devices[name])}\n\n{origin(devices[name])}"
        for name, (title, command) in DEVICES.items()
    ]


def _section(name: str, result: dict[str, Any] | None) -> str:
    title, command = DEVICES[name]
    head = f"## How fast is it on an {title}?\n\n"
    if result is None:
        return f"{head}*Not yet run on a device.* `{command}` measures the connected one."
    thermal = result["thermal"]
    return (
        f"{head}{_rows(result)}\n\nMedians of {result['settings']['runs']} predictions; thermal "
        f"state {thermal['before']} before and {thermal['after']} after. {origin(result)}"
    )


def _rows(result: dict[str, Any]) -> str:
    return table(HEAD, [_row(row) for row in result["rows"]])


def _row(row: dict[str, Any]) -> list[str]:
    how = [row["compute_unit"] or row["bundle"]["backend"], row["runner"]]
    how += [f"{row['threads']} threads"] if row["threads"] else []
    how += [f"cores {row['cpu_mask']}"] if row.get("cpu_mask") else []
    tap = row["tap_ms"] or {}
    return [
        row["bundle"]["name"],
        row["engine"],
        ", ".join(how),
        _number(row["load_ms"]["cold"]),
        _number(row["load_ms"]["warm"]),
        _number(main_ms(row)["p50"]),
        *(_number(tap.get(p)) for p in ("p50", "p90", "p99")),
        _number((row["automatic_ms"] or {}).get("p50")),
        _number(row["peak_memory_mib"]),
    ]


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"
